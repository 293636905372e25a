package org.robustmqtt.persistence.journal;

/**
 * Which messages have a record that counts, and in which segment: 16 bytes a slot, no objects.
 *
 * <p>Safe for several threads: callers ask whether a message has a record, the journal thread
 * changes it. Its monitor is taken alone or inside that of {@link Intake}, never around it.
 */
final class LiveMessages {
  /** Answer of {@link #remove} and {@link #get}: the message has no record. */
  static final long NONE = -1;

  private long[] keys = new long[16];
  private long[] places = new long[16];
  private int size;

  synchronized int size() {
    return size;
  }

  synchronized boolean contains(long sequence) {
    return keys[find(sequence)] != 0;
  }

  /** Returns the place of a message's record, {@link #NONE} if it has none. */
  synchronized long get(long sequence) {
    int slot = find(sequence);
    return keys[slot] == 0 ? NONE : places[slot];
  }

  /** Says where the record of a message is; segment 0 while it is being written. */
  synchronized void put(long sequence, int segment, int bytes) {
    int slot = find(sequence);
    if (keys[slot] == 0) {
      if (++size * 3 > keys.length * 2) {
        grow();
        slot = find(sequence);
      }
      keys[slot] = sequence;
    }
    places[slot] = (long) segment << 32 | bytes;
  }

  /** Forgets a message and returns the place of its record, {@link #NONE} if it had none. */
  synchronized long remove(long sequence) {
    int hole = find(sequence);
    if (keys[hole] == 0) {
      return NONE;
    }
    long place = places[hole];
    size--;
    int mask = keys.length - 1;
    for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
      int home = slot(keys[at]);
      if ((at - home & mask) >= (at - hole & mask)) {
        keys[hole] = keys[at];
        places[hole] = places[at];
        hole = at;
      }
    }
    keys[hole] = 0;
    return place;
  }

  /** Returns the segment of a place. */
  static int segment(long place) {
    return (int) (place >>> 32);
  }

  /** Returns the bytes of the record at a place. */
  static int bytes(long place) {
    return (int) place;
  }

  private int find(long sequence) {
    assert sequence > 0;
    int mask = keys.length - 1;
    int at = slot(sequence);
    while (keys[at] != 0 && keys[at] != sequence) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int slot(long sequence) {
    return (int) (sequence * 0x9e3779b97f4a7c15L >>> 32) & keys.length - 1;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldPlaces = places;
    keys = new long[oldKeys.length * 2];
    places = new long[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = find(oldKeys[i]);
        keys[slot] = oldKeys[i];
        places[slot] = oldPlaces[i];
      }
    }
  }
}
