package org.robustmqtt.persistence.journal;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Who waits for the disk however long it takes. Belongs to the journal thread.
 *
 * <p>An exchange of QoS 2 must not go on before its step is on disk, and a session must not
 * subscribe before it is recorded; to tell them that it failed would only make them try again. A
 * {@code sync} message that may be on disk all the same has not failed before its settlement is
 * forced: until then a crash would bring it back. All others are told at once that nothing could be
 * written.
 */
final class Held {
  private final ArrayDeque<WrittenCallback> marks = new ArrayDeque<>();
  private final ArrayDeque<Entry> records = new ArrayDeque<>();
  private final ArrayDeque<Entry> ofKept = new ArrayDeque<>();
  private final ArrayDeque<Entry> withdrawn = new ArrayDeque<>();

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

  /** A message whose owner is told that it failed as soon as it cannot be found any more. */
  void withdrawn(Entry entry) {
    withdrawn.add(entry);
  }

  /** All that was written is forced. */
  void forced() {
    tellMarks(true);
  }

  private void tellMarks(boolean forced) {
    for (WrittenCallback next = marks.poll(); next != null; next = marks.poll()) {
      Entry.tell(next, forced);
    }
  }

  /**
   * What could not be written is on disk now.
   *
   * @param failed told of each message before its owner is told that it has failed
   */
  void said(Consumer<Entry> failed) {
    tell(records, true);
    withdrawn.forEach(failed);
    tell(withdrawn, false);
  }

  /** No message is kept in memory any more. */
  void keptWritten() {
    tell(ofKept, true);
  }

  /** Nothing will be written any more. */
  void closed(boolean forced) {
    tell(records, false);
    tell(ofKept, false);
    for (Entry next = withdrawn.poll(); next != null; next = withdrawn.poll()) {
      next.tellUnknown();
    }
    tellMarks(forced);
  }

  private static void tell(ArrayDeque<Entry> list, boolean written) {
    for (Entry next = list.poll(); next != null; next = list.poll()) {
      if (written) {
        next.tellForced();
      } else {
        next.tellFailed();
      }
    }
  }
}
