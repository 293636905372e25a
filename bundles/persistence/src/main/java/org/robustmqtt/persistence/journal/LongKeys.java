package org.robustmqtt.persistence.journal;

import java.util.Arrays;

/**
 * A set of positive numbers without boxes: open addressing, linear probing. What belongs to a key
 * is kept by the subclass in arrays of its own, in the key's slot. Not safe for several threads.
 */
abstract class LongKeys {
  /** Most journals have nothing to put into most of these. */
  static final int SMALLEST = 4;

  private long[] keys = new long[SMALLEST];
  private int size;

  /** Makes fresh arrays of this length and returns the old ones' mover. */
  abstract Mover resize(int length);

  /** Moves what belongs to a key to another slot, of the newest arrays. */
  @FunctionalInterface
  interface Mover {
    void move(int from, int to);
  }

  /** Moves within the arrays that are in use. */
  abstract void move(int from, int to);

  /** Forgets what is in a slot. */
  abstract void clear(int slot);

  final int count() {
    return size;
  }

  /** Returns the slot of a key, -1 if it is not there. */
  final int slotOf(long key) {
    int slot = find(key);
    return keys[slot] == 0 ? -1 : slot;
  }

  /** Returns the slot of a key, which is there afterwards. */
  final int insert(long key) {
    int slot = find(key);
    if (keys[slot] == 0) {
      if (++size * 4 > keys.length * 3) {
        grow();
        slot = find(key);
      }
      keys[slot] = key;
    }
    return slot;
  }

  /** Takes a key out that is in this slot; what belongs to it must have been read before. */
  final void delete(int slot) {
    int hole = slot;
    size--;
    int mask = keys.length - 1;
    for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
      int home = home(keys[at]);
      if ((at - home & mask) >= (at - hole & mask)) {
        keys[hole] = keys[at];
        move(at, hole);
        hole = at;
      }
    }
    keys[hole] = 0;
    clear(hole);
  }

  final void empty() {
    keys = new long[SMALLEST];
    size = 0;
    resize(SMALLEST);
  }

  /** Returns the keys in ascending order. */
  final long[] sorted() {
    long[] all = Arrays.stream(keys).filter(key -> key != 0).toArray();
    Arrays.sort(all);
    return all;
  }

  private int find(long key) {
    assert key > 0;
    int mask = keys.length - 1;
    int at = home(key);
    while (keys[at] != 0 && keys[at] != key) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(long key) {
    return (int) (key * 0x9e3779b97f4a7c15L >>> 32) & keys.length - 1;
  }

  private void grow() {
    long[] old = keys;
    keys = new long[old.length * 2];
    Mover mover = resize(keys.length);
    for (int i = 0; i < old.length; i++) {
      if (old[i] != 0) {
        int slot = find(old[i]);
        keys[slot] = old[i];
        mover.move(i, slot);
      }
    }
  }
}
