package org.robustmqtt.persistence.journal;

/**
 * Which messages have a record that counts, in which segment, and whether their QoS is 2: 16 bytes
 * a slot, no objects.
 *
 * <p>Safe for several threads: callers ask whether a message has a record, the journal thread
 * changes it. Its monitor is taken alone or inside that of {@link Intake}, never around it.
 */
final class LiveMessages {
  /** Answer of {@link #remove} and {@link #get}: the message has no record. */
  static final long NONE = -1;

  private static final long QOS_2 = 1L << 31;

  private final Places places = new Places();

  synchronized int size() {
    return places.count();
  }

  synchronized boolean contains(long sequence) {
    return places.slotOf(sequence) >= 0;
  }

  /** Returns whether a message has a record and its QoS is 2. */
  synchronized boolean isQos2(long sequence) {
    int slot = places.slotOf(sequence);
    return slot >= 0 && (places.values[slot] & QOS_2) != 0;
  }

  /** Returns the place of a message's record, {@link #NONE} if it has none. */
  synchronized long get(long sequence) {
    int slot = places.slotOf(sequence);
    return slot < 0 ? NONE : places.values[slot];
  }

  /** Says that a record is being written; what was known of its place stays. */
  synchronized void begin(long sequence, boolean qos2) {
    int slot = places.insert(sequence);
    places.values[slot] |= qos2 ? QOS_2 : 0;
  }

  /** Says where the record of a message is. */
  synchronized void put(long sequence, int segment, int bytes) {
    int slot = places.insert(sequence);
    places.values[slot] = (long) segment << 32 | places.values[slot] & QOS_2 | bytes;
  }

  /** Forgets a message and returns the place of its record, {@link #NONE} if it had none. */
  synchronized long remove(long sequence) {
    int slot = places.slotOf(sequence);
    if (slot < 0) {
      return NONE;
    }
    long place = places.values[slot];
    places.delete(slot);
    return place;
  }

  /** Returns the segment of a place, 0 while the record is being written. */
  static int segment(long place) {
    return (int) (place >>> 32);
  }

  /** Returns the bytes of the record at a place. */
  static int bytes(long place) {
    return (int) (place & QOS_2 - 1);
  }

  /** A place for each sequence. */
  private static final class Places extends LongKeys {
    long[] values = new long[16];

    @Override
    Mover resize(int length) {
      long[] old = values;
      values = new long[length];
      return (from, to) -> values[to] = old[from];
    }

    @Override
    void move(int from, int to) {
      values[to] = values[from];
    }

    @Override
    void clear(int slot) {
      values[slot] = 0;
    }
  }
}
