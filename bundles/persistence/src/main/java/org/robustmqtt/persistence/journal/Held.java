package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Who waits for the disk however long it takes. Belongs to the journal thread.
 *
 * <p>An exchange of QoS 2 must not go on before its step is on disk, and a session must not
 * subscribe before it is recorded; to tell them that it failed would only make them try again. All
 * others are told at once that nothing could be written.
 */
final class Held {
  private final List<WrittenCallback> marks = new ArrayList<>();
  private final List<Entry> records = new ArrayList<>();
  private final List<Entry> ofKept = new ArrayList<>();

  /** Somebody who waits for a force of what is written already. */
  void mark(WrittenCallback callback) {
    marks.add(callback);
  }

  /** A record that could not be written, but will be said when the disk is back. */
  void record(Entry entry) {
    records.add(entry);
  }

  /** A record of a message that is kept in memory, and written with it. */
  void ofKept(Entry entry) {
    ofKept.add(entry);
  }

  /** All that was written is forced. */
  void forced() {
    List<WrittenCallback> told = new ArrayList<>(marks);
    marks.clear();
    told.forEach(callback -> Entry.tell(callback, true));
  }

  /** What could not be written is on disk now. */
  void said() {
    tell(records, true);
  }

  /** No message is kept in memory any more. */
  void keptWritten() {
    tell(ofKept, true);
  }

  /** Nothing will be written any more. */
  void closed(boolean forced) {
    tell(records, false);
    tell(ofKept, false);
    List<WrittenCallback> told = new ArrayList<>(marks);
    marks.clear();
    told.forEach(callback -> Entry.tell(callback, forced));
  }

  private static void tell(List<Entry> list, boolean written) {
    List<Entry> told = new ArrayList<>(list);
    list.clear();
    for (Entry entry : told) {
      if (written) {
        entry.tellForced();
      } else {
        entry.tellFailed();
      }
    }
  }
}
