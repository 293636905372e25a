package org.robustmqtt.persistence.journal;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What has to be known while segments are kept that the disk cannot read: all that were there when
 * one was found stay with it, since they may say what became of the messages in it. Later ones are
 * deleted when they are dead, as ever; what they said of the kept ones is held over here, and each
 * new segment repeats it. Belongs to the journal thread.
 *
 * <pre>
 * value: all (1), kept to (4), count (4), count x (first (8), last (8)) of deleted segments,
 *        then (first (8), last (8)) of settled messages
 *
 * all: 1 if the values and received ids that were repeated before it in its segment are all that
 *      count: what a kept segment says besides was removed since, or never known; else 0
 * </pre>
 */
final class Holdover {
  /** The key of the value; no caller may use it. */
  static final String KEY = "journal/holdover";

  private static final int RANGE = 2 * Long.BYTES;

  private int keptTo;
  private LongSupplier first = () -> 0;
  private final Ranges deleted = new Ranges();

  /** Messages that had a record in a kept segment. */
  private final Ranges settled = new Ranges();

  /** Numbers, as ranges: first ones to last ones. */
  private static final class Ranges {
    private final TreeMap<Long, Long> all = new TreeMap<>();

    boolean contains(long number) {
      Map.Entry<Long, Long> range = all.floorEntry(number);
      return range != null && number <= range.getValue();
    }

    void add(long first, long last) {
      long from = first;
      long to = last;
      Map.Entry<Long, Long> before = all.floorEntry(first);
      if (before != null && before.getValue() >= first - 1) {
        from = before.getKey();
        to = Math.max(to, before.getValue());
      }
      for (Map.Entry<Long, Long> next = all.higherEntry(from);
          next != null && next.getKey() <= to + 1;
          next = all.higherEntry(from)) {
        to = Math.max(to, next.getValue());
        all.remove(next.getKey());
      }
      all.put(from, to);
    }

    void put(ByteBuffer out) {
      all.forEach((first, last) -> out.putLong(first).putLong(last));
    }
  }

  /**
   * Takes over what a value says, beside all that others say: each of it stays true, and the newest
   * value may be in a segment that cannot be read.
   *
   * @return whether the values and received ids before it in its segment are all there are
   */
  boolean read(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    boolean all = in.get() > 0;
    keptTo = Math.max(keptTo, in.getInt());
    int count = in.getInt();
    while (in.remaining() >= RANGE) {
      (count-- > 0 ? deleted : settled).add(in.getLong(), in.getLong());
    }
    return all;
  }

  /** Returns the value that says all of it. */
  byte[] value(boolean all) {
    int count = deleted.all.size() + settled.all.size();
    ByteBuffer out = ByteBuffer.allocate(1 + 2 * Integer.BYTES + count * RANGE);
    out.put((byte) (all ? 1 : 0));
    out.putInt(keptTo).putInt(deleted.all.size());
    deleted.put(out);
    settled.put(out);
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
  void keepTo(int segment) {
    keptTo = Math.max(keptTo, segment);
  }

  /** Numbers below were given out earlier: such a message may have a record anywhere. */
  void beginsWith(LongSupplier sequence) {
    first = sequence;
  }

  /** A message is settled, whose record was in a segment; below 1: in none. */
  void settled(long sequence, int from) {
    if (isActive() && from > 0 && keeps(from) || mayHold(sequence)) {
      settled.add(sequence, sequence);
    }
  }

  /** Returns whether a message of which nobody knows a record may have one in a kept segment. */
  boolean mayHold(long sequence) {
    return isActive() && sequence < first.getAsLong();
  }

  boolean isSettled(long sequence) {
    return settled.contains(sequence);
  }

  /** A segment behind a kept one is deleted. */
  void delete(int segment) {
    deleted.add(segment, segment);
  }

  boolean isDeleted(int segment) {
    return deleted.contains(segment);
  }

  /** Returns whether one was deleted whose number is between two others. */
  boolean isDeletedBetween(int lower, int higher) {
    Long first = deleted.all.higherKey((long) lower);
    return isDeleted(lower + 1) || first != null && first < higher;
  }

  /** Segments below a number are dead: when no kept one is left, nothing is held over. */
  void dead(int lowest) {
    if (lowest > keptTo) {
      keptTo = 0;
      deleted.all.clear();
      settled.all.clear();
    }
  }
}
