package org.robustmqtt.persistence.journal;

import java.util.Arrays;

/**
 * A map from positive numbers to values, without boxes: open addressing, linear probing. Not safe
 * for several threads. Iteration is by key, see {@link #keys}.
 */
final class LongMap<V> {
  private long[] keys = new long[16];
  private Object[] values = new Object[16];
  private int size;

  int size() {
    return size;
  }

  /** Returns the value, null if there is none. */
  @SuppressWarnings("unchecked")
  V get(long key) {
    int slot = find(key);
    return keys[slot] == 0 ? null : (V) values[slot];
  }

  void put(long key, V value) {
    int slot = find(key);
    if (keys[slot] == 0) {
      if (++size * 4 > keys.length * 3) {
        grow();
        slot = find(key);
      }
      keys[slot] = key;
    }
    values[slot] = value;
  }

  /** Removes a key and returns what it had, null if nothing. */
  @SuppressWarnings("unchecked")
  V remove(long key) {
    int hole = find(key);
    if (keys[hole] == 0) {
      return null;
    }
    V old = (V) values[hole];
    size--;
    int mask = keys.length - 1;
    for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
      int home = slot(keys[at]);
      if ((at - home & mask) >= (at - hole & mask)) {
        keys[hole] = keys[at];
        values[hole] = values[at];
        hole = at;
      }
    }
    keys[hole] = 0;
    values[hole] = null;
    return old;
  }

  void clear() {
    keys = new long[16];
    values = new Object[16];
    size = 0;
  }

  /** Returns the keys in ascending order. */
  long[] keys() {
    long[] all = Arrays.stream(keys).filter(key -> key != 0).toArray();
    Arrays.sort(all);
    return all;
  }

  private int find(long key) {
    assert key > 0;
    int mask = keys.length - 1;
    int at = slot(key);
    while (keys[at] != 0 && keys[at] != key) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int slot(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) & keys.length - 1;
  }

  private void grow() {
    long[] oldKeys = keys;
    Object[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new Object[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = find(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
