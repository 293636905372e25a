package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The messages that have no outcome, by sequence and in the order in which they came in. The links
 * are in the entries themselves: for a message nothing is allocated, and a look-up needs no object.
 * Guarded by the lock of the {@link Queue}.
 */
final class PendingEntries {
  private static final int SMALLEST = 16;

  /** Sequences follow one another, so their low bits spread them evenly. */
  private Entry[] table = new Entry[SMALLEST];

  private Entry oldest;
  private Entry newest;

  /** The one that was inserted last, or null. */
  private Entry inserted;

  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns the message that came in first, or null. */
  Entry oldest() {
    return oldest;
  }

  /** Returns the message with a sequence, or null. */
  Entry get(long sequence) {
    Entry entry = table[place(sequence)];
    while (entry != null && entry.sequence() != sequence) {
      entry = entry.samePlace;
    }
    return entry;
  }

  /** Adds a message that is not in here. */
  void add(Entry entry) {
    if (size == table.length) {
      resize(2 * size);
    }
    size++;
    link(entry);
    entry.older = newest;
    if (newest == null) {
      oldest = entry;
    } else {
      newest.newer = entry;
    }
    newest = entry;
  }

  /**
   * Adds a message that is not in here, to its place by sequence: quick if it is among the oldest,
   * or follows the one that was inserted last.
   */
  void insert(Entry entry) {
    boolean follows = inserted != null && inserted.sequence() < entry.sequence();
    Entry after = follows ? inserted.newer : oldest;
    while (after != null && after.sequence() < entry.sequence()) {
      after = after.newer;
    }
    inserted = entry;
    if (after == null) {
      add(entry);
      return;
    }
    if (size == table.length) {
      resize(2 * size);
    }
    size++;
    link(entry);
    entry.newer = after;
    entry.older = after.older;
    if (after.older == null) {
      oldest = entry;
    } else {
      after.older.newer = entry;
    }
    after.older = entry;
  }

  /** Takes a message out that is in here. */
  void remove(Entry entry) {
    assert get(entry.sequence()) == entry : "not in here";
    unlink(entry);
    inserted = entry == inserted ? null : inserted;
    if (entry.older == null) {
      oldest = entry.newer;
    } else {
      entry.older.newer = entry.newer;
    }
    if (entry.newer == null) {
      newest = entry.older;
    } else {
      entry.newer.older = entry.older;
    }
    entry.older = null;
    entry.newer = null;
    size--;
    if (size < table.length / 8 && table.length > SMALLEST) {
      resize(table.length / 2);
    }
  }

  /** Returns those that are meant, in order; at most so many. */
  List<Entry> list(Predicate<Entry> which, int most) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry = oldest; entry != null && found.size() < most; entry = entry.newer) {
      if (which.test(entry)) {
        found.add(entry);
      }
    }
    return found;
  }

  private int place(long sequence) {
    return (int) sequence & table.length - 1;
  }

  private void link(Entry entry) {
    int place = place(entry.sequence());
    entry.samePlace = table[place];
    table[place] = entry;
  }

  private void unlink(Entry entry) {
    int place = place(entry.sequence());
    if (table[place] == entry) {
      table[place] = entry.samePlace;
    } else {
      Entry before = table[place];
      while (before.samePlace != entry) {
        before = before.samePlace;
      }
      before.samePlace = entry.samePlace;
    }
    entry.samePlace = null;
  }

  private void resize(int length) {
    table = new Entry[length];
    for (Entry entry = oldest; entry != null; entry = entry.newer) {
      link(entry);
    }
  }
}
