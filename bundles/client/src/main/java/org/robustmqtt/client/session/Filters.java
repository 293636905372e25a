package org.robustmqtt.client.session;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.robustmqtt.QoS;

/** The difference between the filters that are wanted and those that the broker has. */
final class Filters {
  private Map<String, QoS> wanted = Map.of();

  // valid as long as the session
  /** What was sent to the broker, as the record says. */
  private final Map<String, QoS> sent = new LinkedHashMap<>();

  private final Set<String> acknowledged = new LinkedHashSet<>();

  /** Those that the newest record calls acknowledged. */
  private Set<String> recorded = Set.of();

  private final Map<String, QoS> refused = new LinkedHashMap<>();

  /** What a lost session had and this one is not to have by itself, see {@code resubscribe}. */
  private final Map<String, QoS> lapsed = new LinkedHashMap<>();

  // valid until it is done
  /** Granted before this object was made, and told to nobody since. */
  private final Set<String> untold = new LinkedHashSet<>();

  /** Wanted again, whatever the broker has. */
  private final Set<String> owed = new HashSet<>();

  /** The broker may well have them, with nothing more to tell about them. */
  private final Set<String> doubted = new HashSet<>();

  /** Asked for again while it was asked for. */
  private final Set<String> again = new HashSet<>();

  // valid as long as the connection
  private final Set<String> asked = new HashSet<>();
  private final Set<String> impossible = new HashSet<>();

  /** What {@link #pending} is, or negative if it has to be counted. */
  private int pending = -1;

  /** Goes on with what the record says. */
  void restore(SessionRecord record) {
    pending = -1;
    sent.putAll(record.filters());
    acknowledged.addAll(record.acknowledged());
    recorded = record.acknowledged();
    doubted.addAll(sent.keySet());
    doubted.removeAll(acknowledged);
    untold.addAll(acknowledged);
  }

  /** Returns the wanted filters that were granted before this object was made; each one once. */
  Map<String, QoS> toTell() {
    Map<String, QoS> granted = new LinkedHashMap<>();
    for (String filter : untold) {
      QoS qos = sent.get(filter);
      if (acknowledged.contains(filter) && wanted(filter, qos)) {
        granted.put(filter, qos);
      }
    }
    untold.clear();
    return granted;
  }

  /** The broker may have begun a new session without our knowing; true if that changes anything. */
  boolean doubt() {
    pending = -1;
    doubted.addAll(acknowledged);
    boolean changed = !acknowledged.isEmpty();
    acknowledged.clear();
    return changed;
  }

  Map<String, QoS> sent() {
    return sent;
  }

  Set<String> acknowledged() {
    return acknowledged;
  }

  /** A record was made of this moment. */
  void recorded() {
    recorded = Set.copyOf(acknowledged);
  }

  /** Returns whether an answer is awaited. */
  boolean asking() {
    return !asked.isEmpty();
  }

  void want(Map<String, QoS> filters) {
    pending = -1;
    for (String filter : filters.keySet()) {
      // Given back and wanted again before the broker heard of it: again, for its retained messages
      // and for an answer.
      if (!wanted.containsKey(filter)
          && acknowledged.contains(filter)
          && !untold.contains(filter)) {
        owed.add(filter);
      }
    }
    wanted = new LinkedHashMap<>(filters);
    refused.entrySet().removeIf(e -> wanted.get(e.getKey()) != e.getValue());
    lapsed.entrySet().removeIf(e -> wanted.get(e.getKey()) != e.getValue());
    owed.retainAll(wanted.keySet());
    doubted.retainAll(wanted.keySet());
    again.retainAll(wanted.keySet());
    impossible.retainAll(wanted.keySet());
  }

  /** Subscribes a filter again, whatever was answered before. */
  void wantAgain(String filter) {
    pending = -1;
    if (!wanted.containsKey(filter)) {
      return;
    }
    refused.remove(filter);
    lapsed.remove(filter);
    if (asked.contains(filter)) {
      again.add(filter);
    } else {
      owed.add(filter);
    }
  }

  /** The broker may have a filter that nobody wants, and we know nothing of. */
  void unwanted(String filter) {
    pending = -1;
    if (!wanted.containsKey(filter)) {
      sent.putIfAbsent(filter, QoS.AT_MOST_ONCE);
    }
  }

  /** A new session: the broker has no filters. */
  void abandon(boolean resubscribe) {
    pending = -1;
    if (!resubscribe) {
      lapsed.putAll(sent);
    }
    sent.clear();
    acknowledged.clear();
    doubted.clear();
    untold.clear();
    refused.clear();
  }

  /** The link is gone: what was asked for and not answered is asked for again. */
  void linkLost() {
    pending = -1;
    asked.clear();
    impossible.clear();
    owed.addAll(again);
    again.clear();
  }

  /** Returns the filters that are to be subscribed now, with their QoS. */
  Map<String, QoS> toSubscribe() {
    Map<String, QoS> due = new LinkedHashMap<>();
    wanted.forEach(
        (filter, qos) -> {
          if (!asked.contains(filter) && due(filter, qos)) {
            due.put(filter, qos);
          }
        });
    return due;
  }

  /** Returns the filters that are to be unsubscribed now, with the QoS that they had. */
  Map<String, QoS> toUnsubscribe() {
    Map<String, QoS> gone = new LinkedHashMap<>();
    sent.forEach(
        (filter, qos) -> {
          if (!asked.contains(filter) && !wanted.containsKey(filter)) {
            gone.put(filter, qos);
          }
        });
    return gone;
  }

  /** Returns how many are to be subscribed or unsubscribed, or were asked for. */
  int pending() {
    if (pending < 0) {
      Set<String> open = new HashSet<>(asked);
      wanted.forEach(
          (filter, qos) -> {
            if (due(filter, qos)) {
              open.add(filter);
            }
          });
      open.addAll(toUnsubscribe().keySet());
      pending = open.size();
    }
    return pending;
  }

  /** Returns whether the retained messages of a filter are to be sent with its subscription. */
  boolean retainedOwed(String filter) {
    return owed.contains(filter) || !doubted.contains(filter);
  }

  /** Returns whether the filter is still wanted with this QoS. */
  boolean wanted(String filter, QoS qos) {
    return wanted.get(filter) == qos;
  }

  /** A filter is to be subscribed; true if the record has to say so first. */
  boolean subscribing(String filter, QoS qos) {
    pending = -1;
    acknowledged.remove(filter);
    return sent.put(filter, qos) != qos;
  }

  /** A filter is to be unsubscribed; true if the record has to say so first. */
  boolean unsubscribing(String filter) {
    pending = -1;
    acknowledged.remove(filter);
    return recorded.contains(filter);
  }

  /** A request with the filter is written. */
  void ask(String filter) {
    pending = -1;
    asked.add(filter);
  }

  /** The broker granted the filter. */
  void grant(String filter, QoS qos) {
    answered(filter);
    if (sent.get(filter) == qos) {
      acknowledged.add(filter);
    }
  }

  /** The broker refused the filter: this is final in this session. */
  void refuse(String filter, QoS qos) {
    boolean repeat = again.contains(filter);
    answered(filter);
    if (!repeat && wanted(filter, qos)) {
      refused.put(filter, qos);
    }
  }

  /** The broker at hand cannot take the filter. */
  void impossible(String filter) {
    pending = -1;
    owed.remove(filter);
    impossible.add(filter);
  }

  /** The broker does not have the filter any more. */
  void gone(String filter) {
    answered(filter);
    sent.remove(filter);
    acknowledged.remove(filter);
  }

  private void answered(String filter) {
    pending = -1;
    asked.remove(filter);
    owed.remove(filter);
    doubted.remove(filter);
    if (again.remove(filter)) {
      owed.add(filter);
    }
  }

  private boolean due(String filter, QoS qos) {
    if (impossible.contains(filter)) {
      return false;
    }
    if (owed.contains(filter)) {
      return true;
    }
    boolean has = sent.get(filter) == qos && acknowledged.contains(filter);
    return !has && refused.get(filter) != qos && lapsed.get(filter) != qos;
  }
}
