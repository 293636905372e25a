package org.robustmqtt.client.listeners;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * The wanted filters in the journal, a value for each. What an older version wrote as one value for
 * all of them counts until all have values of their own. On the loop.
 */
final class WantedRecords {
  private static final Log LOG = Log.of("org.robustmqtt.listeners");

  private final String connection;
  private final Journal journal;
  private final FilterRecords records;

  /** Whether the one value for all is there. */
  private boolean old;

  WantedRecords(String connection, Journal journal) {
    this.connection = connection;
    this.journal = journal;
    records = new FilterRecords(journal, Dispatcher.KEY);
  }

  /** Returns what was found, in order. */
  Map<String, Wish> restore(Map<String, byte[]> values) {
    Map<String, Wish> found = new TreeMap<>();
    records.restore(
        values,
        value -> {
          Optional<WantedRecord> one = read(value);
          one.ifPresent(record -> found.put(record.filter(), record.wish()));
          return one.map(WantedRecord::filter);
        });
    byte[] all = values.get(Dispatcher.KEY);
    if (all == null) {
      return found;
    }
    old = true;
    found.clear();
    try {
      WantedRecord.readAll(all).forEach((name, qos) -> found.put(name, new Wish(qos, 0)));
    } catch (IllegalArgumentException e) {
      warn(e);
    }
    return found;
  }

  private Optional<WantedRecord> read(byte[] value) {
    try {
      return Optional.of(WantedRecord.fromBytes(value));
    } catch (IllegalArgumentException e) {
      warn(e);
      return Optional.empty();
    }
  }

  private void warn(IllegalArgumentException e) {
    LOG.warn(
        "connection {}: {}; it begins with the filters of its listeners",
        connection,
        e.getMessage());
  }

  /**
   * Writes what has changed.
   *
   * @param all what is wanted now
   */
  void write(Map<String, Optional<Wish>> changes, Map<String, Wish> all) {
    if (old) {
      old = false;
      all.forEach(this::put);
      records.retain(all.keySet());
      journal.put(Dispatcher.KEY, new byte[0], Level.FORCED, WrittenCallback.NONE);
      return;
    }
    changes.forEach(
        (name, wish) ->
            wish.ifPresentOrElse(
                one -> put(name, one), () -> records.remove(name, WrittenCallback.NONE)));
  }

  private void put(String name, Wish wish) {
    records.put(name, new WantedRecord(name, wish).toBytes(), WrittenCallback.NONE);
  }
}
