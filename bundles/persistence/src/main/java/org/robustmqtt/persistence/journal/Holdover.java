package org.robustmqtt.persistence.journal;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * What has to be known while segments are kept that the disk cannot read: all that were there when
 * one was found stay with it, since they may say what became of the messages in it. Later ones are
 * deleted when they are dead, as ever; what they said of the kept ones is held over here, and each
 * new segment repeats it. Belongs to the journal thread.
 *
 * <pre>
 * value: kept to (4), count (4), count x (first (8), last (8)) deleted segments,
 *        then (first (8), last (8)) settled messages
 * </pre>
 */
final class Holdover {
  /** The key of the value; no caller may use it. */
  static final String KEY = "journal/holdover";

  private static final int RANGE = 2 * Long.BYTES;

  private int keptTo;
  private Ranges deleted = new Ranges();

  /** Messages with a record in a kept segment that counts no more. */
  private Ranges past = new Ranges();

  /** Numbers, as ranges: first ones to last ones. */
  private static final class Ranges {
    private final TreeMap<Long, Long> all = new TreeMap<>();

    boolean contains(long number) {
      Map.Entry<Long, Long> range = all.floorEntry(number);
      return range != null && number <= range.getValue();
    }

    void add(long number) {
      if (contains(number)) {
        return;
      }
      Map.Entry<Long, Long> before = all.floorEntry(number);
      boolean joined = before != null && before.getValue() == number - 1;
      Long after = all.remove(number + 1);
      all.put(joined ? before.getKey() : number, after == null ? number : after);
    }

    /** Returns those for which something holds. */
    Ranges only(LongPredicate condition) {
      Ranges left = new Ranges();
      all.forEach(
          (first, last) -> {
            for (long number = first; number <= last; number++) {
              if (condition.test(number)) {
                left.add(number);
              }
            }
          });
      return left;
    }

    void put(ByteBuffer out) {
      all.forEach((first, last) -> out.putLong(first).putLong(last));
    }
  }

  /** Goes on with what a value says. */
  void read(byte[] value) {
    deleted = new Ranges();
    past = new Ranges();
    keptTo = 0;
    if (value.length == 0) {
      return;
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    keptTo = in.getInt();
    int count = in.getInt();
    while (in.remaining() >= RANGE) {
      (count-- > 0 ? deleted : past).all.put(in.getLong(), in.getLong());
    }
  }

  /** Returns the value that says all of it; empty if there is nothing to be said. */
  byte[] value() {
    if (keptTo == 0) {
      return new byte[0];
    }
    int count = deleted.all.size() + past.all.size();
    ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + count * RANGE);
    out.putInt(keptTo).putInt(deleted.all.size());
    deleted.put(out);
    past.put(out);
    return out.array();
  }

  /** Returns whether something is held over. */
  boolean isActive() {
    return keptTo > 0;
  }

  /** Returns whether a segment is kept whatever is alive in it, as long as another needs it. */
  boolean keeps(int segment) {
    return segment <= keptTo;
  }

  /** From now on all segments up to this one are kept. */
  void keepTo(int segment, LiveMessages live) {
    keptTo = segment;
    // the record that counts may be in one of those that were added
    past = past.only(sequence -> !live.contains(sequence));
  }

  /** A message is settled, whose record was in a segment; below 1: in none. */
  void settled(long sequence, int from) {
    if (from > 0 && keeps(from)) {
      past.add(sequence);
    }
  }

  /** A message has a new record, and its old one counts no more. */
  void moved(long sequence, int from, int to) {
    if (!keeps(to)) {
      settled(sequence, from);
    }
  }

  /** Returns whether the record of a message in a segment counts no more. */
  boolean isPast(long sequence, int segment) {
    return keeps(segment) && past.contains(sequence);
  }

  /** A segment behind a kept one is deleted. */
  void delete(int segment) {
    deleted.add(segment);
  }

  boolean isDeleted(int segment) {
    return deleted.contains(segment);
  }

  /** Segments below a number are dead: when no kept one is left, nothing is held over. */
  void dead(int lowest) {
    if (lowest > keptTo) {
      read(new byte[0]);
    }
  }
}
