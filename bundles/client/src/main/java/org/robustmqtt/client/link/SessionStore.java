package org.robustmqtt.client.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.listeners.FilterRecords;
import org.robustmqtt.client.session.RecordCodec;
import org.robustmqtt.client.session.SessionChange;
import org.robustmqtt.client.session.SessionRecord;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * The session record in the journal: a value of the session and one of each filter, so that a
 * change writes the difference. What is written in one go may be cut off behind any of its values;
 * so the session goes first when another one begins, whose filters are those with its epoch, and
 * last where the one value of an older version is to be replaced. On the loop, but for the
 * constructor.
 */
final class SessionStore {
  /** The journal's key of the session, and what the keys of its filters begin with. */
  static final String KEY = "session";

  private static final Log LOG = Log.of(Link.class);

  private final String name;
  private final Journal journal;
  private final FilterRecords records;
  private final Optional<SessionRecord> found;

  /** What the one value of an older version says, until it is replaced. */
  private Optional<SessionRecord> allInOne = Optional.empty();

  SessionStore(String name, Journal journal, Map<String, byte[]> values) {
    this.name = name;
    this.journal = journal;
    records = new FilterRecords(journal, KEY);
    found = restore(values);
  }

  /** Returns what was found. */
  Optional<SessionRecord> found() {
    return found;
  }

  private Optional<SessionRecord> restore(Map<String, byte[]> values) {
    Optional<SessionRecord> session = Optional.empty();
    byte[] bytes = values.get(KEY);
    try {
      if (bytes != null) {
        session = Optional.of(RecordCodec.readSession(bytes));
      }
      if (bytes != null && RecordCodec.isAllInOne(bytes)) {
        allInOne = session;
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("{}: session record on disk not used: {}", name, e.getMessage());
    }
    long epoch = session.map(SessionRecord::epoch).orElse(0L);
    Map<String, SessionRecord.Held> filters = new LinkedHashMap<>();
    records.restore(values, value -> filter(value, epoch, filters));
    return allInOne.isPresent() || session.isEmpty()
        ? session
        : session.map(
            one -> new SessionRecord(one.brokerKey(), one.clientId(), one.epoch(), filters));
  }

  private Optional<String> filter(
      byte[] value, long epoch, Map<String, SessionRecord.Held> filters) {
    try {
      RecordCodec.Filter filter = RecordCodec.readFilter(value);
      if (filter.epoch() != epoch) {
        return Optional.empty();
      }
      filters.put(filter.filter(), filter.held());
      return Optional.of(filter.filter());
    } catch (IllegalArgumentException e) {
      LOG.warn("{}: a filter in the session record on disk not used: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Writes a change; told when all of it is forced.
   *
   * <p>The values are appended in the order of the calls, and those of one round are forced
   * together, so that the last one answers for all.
   */
  void write(SessionChange change, WrittenCallback callback) {
    if (change.begins()) {
      allInOne = Optional.empty();
      session(change, change.filters().isEmpty() ? callback : WrittenCallback.NONE);
      put(change, callback);
      records.retain(change.filters().keySet());
      return;
    }
    if (allInOne.isEmpty() && !change.filters().isEmpty()) {
      put(change, callback);
      return;
    }
    allInOne
        .map(SessionRecord::filters)
        .orElse(Map.of())
        .forEach(
            (filter, held) -> {
              if (!change.filters().containsKey(filter)) {
                put(filter, change.epoch(), Optional.of(held), WrittenCallback.NONE);
              }
            });
    allInOne = Optional.empty();
    put(change, WrittenCallback.NONE);
    session(change, callback);
  }

  private void session(SessionChange change, WrittenCallback callback) {
    journal.put(KEY, RecordCodec.session(change), Level.FORCED, callback);
  }

  private void put(SessionChange change, WrittenCallback callback) {
    int left = change.filters().size();
    for (Map.Entry<String, Optional<SessionRecord.Held>> filter : change.filters().entrySet()) {
      left--;
      put(
          filter.getKey(),
          change.epoch(),
          filter.getValue(),
          left == 0 ? callback : WrittenCallback.NONE);
    }
  }

  private void put(
      String filter, long epoch, Optional<SessionRecord.Held> held, WrittenCallback callback) {
    if (held.isPresent()) {
      records.put(filter, RecordCodec.filter(filter, epoch, held.get()), callback);
    } else {
      records.remove(filter, callback);
    }
  }
}
