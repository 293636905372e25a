package org.robustmqtt.persistence.journal;

/** A map from positive numbers to values, without boxes. Not safe for several threads. */
final class LongMap<V> extends LongKeys {
  private Object[] values = new Object[SMALLEST];

  int size() {
    return count();
  }

  /** Returns the value, null if there is none. */
  @SuppressWarnings("unchecked")
  V get(long key) {
    int slot = slotOf(key);
    return slot < 0 ? null : (V) values[slot];
  }

  void put(long key, V value) {
    int slot = insert(key);
    values[slot] = value;
  }

  /** Removes a key and returns what it had, null if nothing. */
  V remove(long key) {
    V old = get(key);
    if (old != null) {
      delete(slotOf(key));
    }
    return old;
  }

  void clear() {
    empty();
  }

  /** Returns the keys in ascending order. */
  long[] keys() {
    return sorted();
  }

  @Override
  Mover resize(int length) {
    Object[] old = values;
    values = new Object[length];
    return (from, to) -> values[to] = old[from];
  }

  @Override
  void move(int from, int to) {
    values[to] = values[from];
  }

  @Override
  void clear(int slot) {
    values[slot] = null;
  }
}
