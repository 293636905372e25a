package org.robustmqtt.client.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.robustmqtt.QoS;

/**
 * The difference between the filters that are wanted and those that the broker has. What is to be
 * done is kept up to date, so that it costs no more with many filters than with few.
 */
final class Filters {
  private final Map<String, FilterState> all = new LinkedHashMap<>();

  /** To be subscribed, and not asked for. */
  private final Set<FilterState> due = new LinkedHashSet<>();

  /** To be unsubscribed, and not asked for. */
  private final Set<FilterState> unwanted = new LinkedHashSet<>();

  private final Set<FilterState> unrecorded = new LinkedHashSet<>();

  /** Whether the record on disk does not count. */
  private boolean noRecord;

  private int asked;

  /** Whether the broker at hand takes subscription identifiers. */
  private boolean identifiers;

  /** Goes on with what the record says. */
  void restore(SessionRecord record) {
    record
        .filters()
        .forEach(
            (filter, held) -> {
              FilterState state = state(filter);
              state.sent = held.qos();
              state.sentIdentifier = held.identifier();
              state.acknowledged = held.acknowledged();
              state.granted = held.acknowledged();
              state.untold = held.acknowledged();
              state.doubted = !held.acknowledged();
              recorded(state);
              update(state);
            });
  }

  /** Tells the wanted filters that were granted before this object was made; each one once. */
  void toTell(Consumer<FilterState> listener) {
    for (FilterState state : all.values()) {
      if (state.untold && state.acknowledged && state.wanted == state.sent) {
        listener.accept(state);
      }
      state.untold = false;
    }
  }

  /** Returns those that the broker has under an identifier of which the listeners do not know. */
  List<FilterState> toIdentify() {
    return all.values().stream().filter(state -> state.sentIdentifier != state.told).toList();
  }

  /** The broker may have begun a new session without our knowing. */
  void doubt() {
    for (FilterState state : all.values()) {
      state.doubted |= state.acknowledged;
      state.acknowledged = false;
      update(state);
    }
  }

  /** Returns whether an answer is awaited. */
  boolean asking() {
    return asked > 0;
  }

  void want(String filter, QoS qos, int identifier) {
    FilterState state = state(filter);
    // Given back and wanted again before the broker heard of it: again, for its retained messages
    // and for an answer.
    state.owed |= state.wanted == null && state.acknowledged && !state.untold;
    if (state.wanted != qos) {
      Suspects.pardon(state);
    }
    state.wanted = qos;
    state.identifier = identifier;
    if (state.refused != qos) {
      state.refused = null;
    }
    if (state.lapsed != qos) {
      state.lapsed = null;
    }
    update(state);
  }

  void unwant(String filter) {
    FilterState state = state(filter);
    state.wanted = null;
    state.identifier = 0;
    state.refused = null;
    state.lapsed = null;
    state.owed = false;
    state.doubted = false;
    state.again = false;
    state.impossible = false;
    state.suspect = false;
    state.strikes = 0;
    state.culprit = false;
    update(state);
  }

  /** Subscribes a filter again, whatever was answered before. */
  void wantAgain(String filter) {
    FilterState state = all.get(filter);
    if (state == null || state.wanted == null) {
      return;
    }
    Suspects.pardon(state);
    state.refused = null;
    state.lapsed = null;
    if (state.asked) {
      state.again = true;
    } else {
      state.owed = true;
    }
    update(state);
  }

  /** The settings are others: what was put aside is tried again. */
  void pardon() {
    for (FilterState state : all.values()) {
      Suspects.pardon(state);
      update(state);
    }
  }

  /** Returns the wanted ones that are put aside. */
  List<FilterState> culprits() {
    return all.values().stream().filter(state -> state.culprit && state.wanted != null).toList();
  }

  /** Something was found out about a filter. */
  void changed(FilterState state) {
    update(state);
  }

  /** The broker may have a filter that nobody wants, and we know nothing of. */
  void unwanted(String filter) {
    FilterState state = state(filter);
    if (state.wanted == null && state.sent == null) {
      state.sent = QoS.AT_MOST_ONCE;
    }
    update(state);
  }

  /** A new session: the broker has no filters, and the record on disk does not count. */
  void abandon(boolean resubscribe) {
    noRecord = true;
    for (FilterState state : List.copyOf(all.values())) {
      if (!resubscribe && state.sent != null) {
        state.lapsed = state.sent;
      }
      state.sent = null;
      state.sentIdentifier = 0;
      state.told = 0;
      state.acknowledged = false;
      state.doubted = false;
      state.quiet = false;
      state.untold = false;
      state.refused = null;
      state.recorded = null;
      state.forced = null;
      update(state);
    }
  }

  /** The link is gone: what was asked for and not answered is asked for again. */
  void linkLost() {
    for (FilterState state : List.copyOf(all.values())) {
      state.asked = false;
      state.impossible = false;
      state.owed |= state.again;
      state.again = false;
      update(state);
    }
    asked = 0;
  }

  /** The broker at hand takes subscription identifiers, or not. */
  void identifiers(boolean available) {
    if (identifiers != available) {
      identifiers = available;
      List.copyOf(all.values()).forEach(this::update);
    }
  }

  /** Returns the identifier that a filter is to be subscribed with at the broker at hand. */
  int identifier(FilterState state) {
    return identifiers ? state.identifier : 0;
  }

  /** Returns those that are to be subscribed now; changes with what is done. */
  Set<FilterState> due() {
    return due;
  }

  /** Returns those that are to be unsubscribed now; changes with what is done. */
  Set<FilterState> unwanted() {
    return unwanted;
  }

  /** Returns how many are to be subscribed or unsubscribed, or were asked for. */
  int pending() {
    return due.size() + unwanted.size() + asked;
  }

  /** Returns whether the retained messages of a filter are to be sent with its subscription. */
  boolean retainedOwed(FilterState state) {
    return state.owed || !(state.doubted || state.quiet);
  }

  /**
   * Returns whether asking for a filter makes a record wrong that may be on disk: the next process
   * would believe that the broker has it as it is there.
   */
  boolean belies(FilterState state) {
    return state.forced != null
        && (state.forced != state.wanted || state.forcedIdentifier != identifier(state));
  }

  /** The newest record of a filter is on disk. */
  void forced(FilterState state) {
    state.forced = state.recordedAcknowledged ? state.recorded : null;
    state.forcedIdentifier = state.recordedIdentifier;
  }

  /** A filter is to be subscribed; true if the record has to say so first. */
  boolean subscribing(FilterState state) {
    int identifier = identifier(state);
    boolean sameQos = state.sent == state.wanted;
    state.quiet |= state.acknowledged && sameQos && !state.owed;
    state.acknowledged = false;
    state.sent = state.wanted;
    state.sentIdentifier = identifier;
    update(state);
    return state.recorded != state.sent || state.recordedIdentifier != identifier;
  }

  /** A filter is to be unsubscribed; true if the record has to say so first. */
  boolean unsubscribing(FilterState state) {
    state.acknowledged = false;
    update(state);
    return state.recorded != null && state.recordedAcknowledged;
  }

  /** A request with the filter is written. */
  void ask(FilterState state) {
    state.asked = true;
    asked++;
    update(state);
  }

  /** The broker granted the filter. */
  void grant(FilterState state) {
    state.suspect = false;
    state.strikes = 0;
    state.acknowledged = state.sent != null;
    state.granted = true;
    answered(state);
  }

  /** The broker refused the filter: this is final in this session. */
  void refuse(FilterState state) {
    if (!state.again && state.wanted == state.sent) {
      state.refused = state.sent;
    }
    state.granted = false;
    state.suspect = false;
    state.strikes = 0;
    answered(state);
  }

  /** The broker at hand cannot take the filter. */
  void impossible(FilterState state) {
    state.owed = false;
    state.impossible = true;
    update(state);
  }

  /** The broker does not have the filter any more. */
  void gone(FilterState state) {
    state.sent = null;
    state.sentIdentifier = 0;
    state.told = 0;
    state.acknowledged = false;
    state.granted = false;
    answered(state);
  }

  /** The request was not answered for this filter: it is to be asked for anew. */
  void unanswered(FilterState state) {
    state.asked = false;
    asked--;
    update(state);
  }

  /** Returns whether no filter is suspect. */
  boolean innocent() {
    return all.values().stream().noneMatch(Suspects::alone);
  }

  private void answered(FilterState state) {
    if (state.asked) {
      asked--;
    }
    state.asked = false;
    state.owed = state.again;
    state.again = false;
    state.doubted = false;
    state.quiet = false;
    update(state);
  }

  /** Returns how many filters the record on disk says something wrong about. */
  int unrecorded() {
    return unrecorded.size();
  }

  /** Returns whether there is no record on disk that counts. */
  boolean noRecord() {
    return noRecord;
  }

  /** The newest record is not on disk: all has to be written again. */
  void recordLost() {
    noRecord = true;
  }

  /** Returns what a record has to say that the newest one does not, which it says from now on. */
  Map<String, Optional<SessionRecord.Held>> toRecord() {
    Map<String, Optional<SessionRecord.Held>> changes = new LinkedHashMap<>();
    for (FilterState state : new ArrayList<>(noRecord ? all.values() : unrecorded)) {
      if (!noRecord || state.sent != null) {
        changes.put(state.filter, held(state));
      }
      recorded(state);
      update(state);
    }
    noRecord = false;
    return changes;
  }

  /** Returns what the newest record says. */
  Map<String, SessionRecord.Held> held() {
    Map<String, SessionRecord.Held> filters = new LinkedHashMap<>();
    for (FilterState state : all.values()) {
      if (state.recorded != null) {
        filters.put(
            state.filter,
            new SessionRecord.Held(
                state.recorded, state.recordedIdentifier, state.recordedAcknowledged));
      }
    }
    return filters;
  }

  private static Optional<SessionRecord.Held> held(FilterState state) {
    return Optional.ofNullable(state.sent)
        .map(qos -> new SessionRecord.Held(qos, state.sentIdentifier, state.acknowledged));
  }

  private static void recorded(FilterState state) {
    state.recorded = state.sent;
    state.recordedIdentifier = state.sentIdentifier;
    state.recordedAcknowledged = state.acknowledged;
    if (state.acknowledged) {
      state.forced = state.sent;
      state.forcedIdentifier = state.sentIdentifier;
    }
  }

  private FilterState state(String filter) {
    return all.computeIfAbsent(filter, FilterState::new);
  }

  private void update(FilterState state) {
    keep(due, state, !state.asked && isDue(state));
    keep(unwanted, state, !state.asked && state.sent != null && state.wanted == null);
    keep(unrecorded, state, state.unrecorded());
    if (state.over()) {
      all.remove(state.filter);
    }
  }

  private static void keep(Set<FilterState> set, FilterState state, boolean in) {
    if (in) {
      set.add(state);
    } else {
      set.remove(state);
    }
  }

  private boolean isDue(FilterState state) {
    if (state.wanted == null || state.impossible || state.culprit) {
      return false;
    }
    if (state.owed) {
      return true;
    }
    boolean has =
        state.sent == state.wanted
            && state.acknowledged
            && (!identifiers || state.sentIdentifier == state.identifier);
    return !has && state.refused != state.wanted && state.lapsed != state.wanted;
  }
}
