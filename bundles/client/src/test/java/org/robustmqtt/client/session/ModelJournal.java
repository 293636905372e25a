package org.robustmqtt.client.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.robustmqtt.Message;
import org.robustmqtt.journal.Level;

/** A journal in memory that can lose what was not written, or what was not forced. */
final class ModelJournal {
  /** What is known of a message. */
  static final class Stored {
    final Message message;
    final boolean sync;
    long epoch;
    int packetId;
    boolean released;
    boolean requeued;

    /** It has its outcome, and its packet id may be in use. */
    boolean abandoned;

    Stored(Message message, boolean sync) {
      this.message = message;
      this.sync = sync;
    }

    Stored copy() {
      Stored copy = new Stored(message, sync);
      copy.epoch = epoch;
      copy.packetId = packetId;
      copy.released = released;
      copy.requeued = requeued;
      copy.abandoned = abandoned;
      return copy;
    }
  }

  /** What a recovery finds. */
  static final class State {
    final TreeMap<Long, Stored> messages = new TreeMap<>();
    final Set<Integer> received = new LinkedHashSet<>();
    Optional<SessionRecord> record = Optional.empty();
  }

  private record Entry(Consumer<State> change, Level level, long token) {}

  private record Waiting(int position, Entry entry) {}

  private final List<Entry> entries = new ArrayList<>();
  private final Deque<Waiting> forcing = new ArrayDeque<>();
  private int written;
  private int forced;

  /** Begins with what was recovered. */
  ModelJournal(State recovered) {
    append(
        state -> {
          recovered.messages.forEach((s, stored) -> state.messages.put(s, stored.copy()));
          state.received.addAll(recovered.received);
          state.record = recovered.record;
        });
    written = 1;
    forced = 1;
  }

  void append(Consumer<State> change) {
    entries.add(new Entry(change, Level.APPENDED, 0));
  }

  void append(Consumer<State> change, Level level, long token) {
    entries.add(new Entry(change, level, token));
  }

  boolean hasUnwritten() {
    return written < entries.size();
  }

  boolean hasUnforced() {
    return !forcing.isEmpty();
  }

  /** Writes the next record; returns the token to be answered, 0 if there is none. */
  long write() {
    Entry entry = entries.get(written);
    written++;
    if (entry.level == Level.FORCED) {
      forcing.add(new Waiting(written, entry));
      return 0;
    }
    return entry.token;
  }

  /** Forces what is written; returns the tokens to be answered. */
  List<Long> force() {
    forced = written;
    List<Long> tokens = new ArrayList<>();
    while (!forcing.isEmpty() && forcing.peek().position <= forced) {
      tokens.add(forcing.poll().entry.token);
    }
    return tokens;
  }

  /** Returns what is found after the process ended, or the power failed. */
  State recover(boolean powerCut) {
    State state = new State();
    for (Entry entry : entries.subList(0, powerCut ? forced : written)) {
      entry.change.accept(state);
    }
    return state;
  }

  /** Returns the messages that had been sent, in the order of their sequences. */
  static List<Session.Unfinished> unfinished(State state) {
    List<Session.Unfinished> unfinished = new ArrayList<>();
    state.messages.forEach(
        (sequence, stored) -> {
          if (stored.packetId != 0 || stored.abandoned) {
            unfinished.add(
                new Session.Unfinished(
                    sequence,
                    stored.message,
                    stored.sync,
                    stored.epoch,
                    stored.packetId,
                    stored.released,
                    stored.abandoned,
                    false));
          }
        });
    return unfinished;
  }

  /** Returns what a journal has after a change, read from the bytes that are written. */
  static SessionRecord with(Optional<SessionRecord> before, SessionChange change) {
    Map<String, SessionRecord.Held> filters = new LinkedHashMap<>();
    if (!change.begins()) {
      before.ifPresent(record -> filters.putAll(record.filters()));
    }
    change
        .filters()
        .forEach(
            (filter, held) ->
                held.ifPresentOrElse(
                    one -> {
                      RecordCodec.Filter read =
                          RecordCodec.readFilter(RecordCodec.filter(filter, change.epoch(), one));
                      filters.put(read.filter(), read.held());
                    },
                    () -> filters.remove(filter)));
    SessionRecord session = RecordCodec.readSession(RecordCodec.session(change));
    return new SessionRecord(session.brokerKey(), session.clientId(), session.epoch(), filters);
  }
}
