package org.robustmqtt.client.listeners;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * What is kept of each filter, as values of their own in the journal: so a change writes what has
 * changed, and no number of filters is too large for one value. The keys are numbered, because a
 * filter may be longer than a key. On the loop.
 */
public final class FilterRecords {
  private static final byte[] GONE = {};

  private final Journal journal;
  private final String prefix;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final PriorityQueue<Integer> free = new PriorityQueue<>();
  private int next;

  /**
   * Makes one that knows of no filter.
   *
   * @param key what all keys begin with
   */
  public FilterRecords(Journal journal, String key) {
    this.journal = journal;
    this.prefix = key + '.';
  }

  /**
   * Takes over what was found.
   *
   * @param read returns the filter of a value; empty: the value does not count
   */
  public void restore(Map<String, byte[]> values, Function<byte[], Optional<String>> read) {
    for (Map.Entry<String, byte[]> value : values.entrySet()) {
      if (value.getKey().startsWith(prefix)) {
        int number = Integer.parseInt(value.getKey(), prefix.length(), value.getKey().length(), 10);
        String name = read.apply(value.getValue()).orElse("");
        // A value that does not count is overwritten or removed like one of a filter that is gone.
        numbers.put(name.isEmpty() ? value.getKey() : name, number);
        next = Math.max(next, number + 1);
      }
    }
  }

  /** Writes what is to be kept of a filter; forced. */
  public void put(String filter, byte[] value, WrittenCallback callback) {
    Integer number = numbers.get(filter);
    if (number == null) {
      number = free.isEmpty() ? next++ : free.poll();
      numbers.put(filter, number);
    }
    journal.put(prefix + number, value, Level.FORCED, callback);
  }

  /** Forgets all but these; forced. */
  public void retain(Set<String> filters) {
    for (String filter : List.copyOf(numbers.keySet())) {
      if (!filters.contains(filter)) {
        remove(filter, WrittenCallback.NONE);
      }
    }
  }

  /** Forgets a filter; forced. */
  public void remove(String filter, WrittenCallback callback) {
    Integer number = numbers.remove(filter);
    if (number == null) {
      callback.done(true);
    } else {
      free.add(number);
      journal.put(prefix + number, GONE, Level.FORCED, callback);
    }
  }
}
