package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.robustmqtt.Durability;

/**
 * Retained never goes back (delivery-rules 4), for one topic: a retained message goes only when no
 * older one of its topic can come back after it. There is one of these only while retained messages
 * of the topic are pending, or the end of one is not forced. Guarded by the lock of the {@link
 * Queue}.
 */
final class RetainedRule {
  /** What the rule says of a message whose turn it is. */
  enum Verdict {
    /** It may go. */
    GO,
    /** It waits for the end of an older one. */
    WAIT,
    /** It waits until it is on disk itself, and that soon. */
    HURRY
  }

  /** Those that are with the session, with an outcome or without. */
  private final TreeMap<Long, Entry> out = new TreeMap<>();

  /** Messages without an outcome that have, or may yet get, a record. */
  private int recorded;

  /** Messages with an outcome that have, or may have, a record, where the end is not forced. */
  private int unforced;

  /** Those of them that are known to have a record. */
  private int lasting;

  /** Returns whether a message may have, or get, a record that could bring it back. */
  static boolean leavesRecord(Entry entry) {
    return entry.durability() != Durability.MEMORY;
  }

  /** A message is in here from now on. */
  void enter(Entry entry) {
    recorded += leavesRecord(entry) ? 1 : 0;
  }

  /** A message has its outcome; {@link #forced} follows if it leaves a record. */
  void decided(Entry entry) {
    if (leavesRecord(entry)) {
      recorded--;
      unforced++;
    }
  }

  /** A message with an outcome has a record, which says otherwise until its end is forced. */
  void lasts(Entry entry) {
    entry.lasting = true;
    lasting++;
  }

  /** That a message has its outcome is forced, or it has no record that says otherwise. */
  void forced(Entry entry) {
    unforced--;
    lasting -= entry.lasting ? 1 : 0;
  }

  void out(Entry entry) {
    out.put(entry.sequence(), entry);
  }

  void in(Entry entry) {
    out.remove(entry.sequence());
  }

  /** Returns whether a message that comes now needs a record, whatever its durability. */
  boolean needsRecord() {
    return recorded > 0 || unforced > 0;
  }

  /** Returns what is to become of the message whose turn it would be. */
  Verdict verdict(Entry head) {
    boolean mayComeBack = unforced > 0;
    boolean onDisk = lasting > 0;
    for (Entry older : out.headMap(head.sequence()).values()) {
      if (older.message().qos() != head.message().qos()) {
        return Verdict.WAIT;
      }
      mayComeBack |= leavesRecord(older);
      onDisk |= older.onDisk();
    }
    if (!mayComeBack || head.onDisk()) {
      return Verdict.GO;
    }
    // As long as the older one has no record, its end may be all that is needed.
    return onDisk ? Verdict.HURRY : Verdict.WAIT;
  }

  /** Returns the older ones that are with the session and have no outcome. */
  List<Entry> olderOut(Entry entry) {
    List<Entry> older = new ArrayList<>(0);
    for (Entry other : out.headMap(entry.sequence()).values()) {
      if (other.state == Entry.State.OUT) {
        older.add(other);
      }
    }
    return older;
  }
}
