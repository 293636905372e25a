package org.robustmqtt.client.listeners;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.SubscriptionStatus.State;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * The filters that are wanted at the broker: those of the listeners, and those whose listeners are
 * away for a while. On the loop, except where it says otherwise.
 *
 * <p>Changes are told and journalled once for all that happened in one turn of the loop. The QoS of
 * a filter rises at once. It falls as a filter goes: only after nobody asked for it for {@code
 * unsubscribeAfter} of time online; so a listener whose bundle is restarted loses nothing while
 * others stay. Where there was never more than one listener, the next one's QoS counts at once.
 */
final class WantedFilters {
  private static final Log LOG = Log.of("org.robustmqtt.listeners");

  private final String connection;
  private final Clock clock;
  private final Loop loop;
  private final Journal journal;
  private final ConcurrentSkipListMap<String, Want> wants = new ConcurrentSkipListMap<>();

  /** The names of the wanted filters, with those whose listeners are just being added. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** The filters without a listener. */
  private final Set<Want> orphans = new LinkedHashSet<>();

  private final Set<String> again = new LinkedHashSet<>();
  private volatile Optional<Dispatcher.Wants> told = Optional.empty();
  private Map<String, QoS> last;
  private long unsubscribeAfterNanos;
  private boolean online;
  private boolean onlineBefore;
  private boolean changed;
  private boolean telling;

  WantedFilters(
      String connection,
      Clock clock,
      Loop loop,
      Journal journal,
      long unsubscribeAfterNanos,
      Optional<byte[]> found) {
    this.connection = connection;
    this.clock = clock;
    this.loop = loop;
    this.journal = journal;
    this.unsubscribeAfterNanos = unsubscribeAfterNanos;
    found.ifPresent(this::restore);
    this.last = filters();
  }

  private void restore(byte[] found) {
    try {
      WantedRecord.fromBytes(found)
          .filters()
          .forEach(
              (name, qos) -> {
                Want want = new Want(new TopicFilter(name), qos);
                want.shared = true;
                want.orphanedAt = clock.nanos();
                wants.put(name, want);
                known.add(name);
                orphans.add(want);
              });
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "connection {}: {}; it begins with the filters of its listeners",
          connection,
          e.getMessage());
    }
  }

  /** Any thread. */
  void bind(Dispatcher.Wants wanted) {
    told = Optional.of(wanted);
    loop.execute(this::tellSoon);
  }

  /** A filter is about to be added. Any thread. */
  void announce(TopicFilter filter) {
    known.add(filter.value());
  }

  /** Returns whether a filter was wanted, and that it is about to be dropped. Any thread. */
  boolean renounce(String filter) {
    return known.remove(filter);
  }

  void add(TopicFilter filter, Hearer hearer) {
    known.add(filter.value());
    QoS asked = hearer.spec.qos();
    Want want = wants.get(filter.value());
    if (want == null) {
      want = new Want(filter, asked);
      wants.put(filter.value(), want);
      changed = true;
    } else {
      boolean others = !want.hearers.isEmpty();
      boolean lower = asked.level() < want.qos.level() && !others && !want.shared;
      if (asked.level() > want.qos.level() || lower) {
        want.qos = asked;
        want.state(State.PENDING, 0);
        changed = true;
      } else if (last.get(filter.value()) == want.qos
          && (want.state() == State.REFUSED
              || want.hearers.stream().noneMatch(hearer::sameListener))) {
        // the broker was, or is being, asked for it: again, for its retained messages, unless the
        // listener has them because it only asks for something more
        again.add(filter.value());
        if (want.state() == State.REFUSED) {
          want.state(online ? State.SENT : State.PENDING, 0);
        }
      }
    }
    want.hearers.add(hearer);
    want.shared |= want.hearers.size() > 1;
    orphans.remove(want);
    clockIdle(want);
    want.show();
    tellSoon();
  }

  void remove(TopicFilter filter, Hearer hearer) {
    Want want = wants.get(filter.value());
    if (want != null && want.hearers.remove(hearer)) {
      if (want.hearers.isEmpty()) {
        want.orphanedAt = clock.nanos();
        orphans.add(want);
      }
      clockIdle(want);
      want.show();
    }
  }

  /** Takes a filter off, whoever listens; returns those that did. */
  List<Hearer> drop(String filter) {
    Want want = wants.remove(filter);
    if (want == null) {
      return List.of();
    }
    known.remove(filter);
    orphans.remove(want);
    again.remove(filter);
    want.timer.ifPresent(Loop.Timer::cancel);
    changed = true;
    tellSoon();
    return want.hearers;
  }

  /** Returns whether somebody who wants this topic was there at most this long ago, and is not. */
  boolean awaits(String topic, long nanos) {
    if (orphans.isEmpty()) {
      return false;
    }
    long now = clock.nanos();
    for (Want want : orphans) {
      if (now - want.orphanedAt < nanos && want.filter.matches(topic)) {
        return true;
      }
    }
    return false;
  }

  /** See {@link Dispatcher#online}. */
  void online(boolean resumed, boolean resubscribes) {
    online = true;
    for (Want want : wants.values()) {
      if (!onlineBefore) {
        want.orphanedAt = clock.nanos();
      }
      State state = want.state();
      boolean lapsed = !resumed && !resubscribes && state == State.ACTIVE;
      if (lapsed) {
        want.state(State.PENDING, 0);
      } else if (state == State.PENDING || !resumed) {
        want.state(State.SENT, 0);
      }
      clockIdle(want);
    }
    onlineBefore = true;
  }

  /** See {@link Dispatcher#offline}. */
  void offline() {
    online = false;
    for (Want want : wants.values()) {
      if (want.state() == State.SENT) {
        want.state(State.PENDING, 0);
      }
      clockIdle(want);
    }
  }

  void subscribed(String filter, int reasonCode) {
    Want want = wants.get(filter);
    if (want == null) {
      return;
    }
    boolean refused = reasonCode >= 0x80;
    want.state(refused ? State.REFUSED : State.ACTIVE, reasonCode);
    if (refused) {
      LOG.warn(
          "connection {}: the broker refuses the filter {} of {} with reason code 0x{}",
          connection,
          filter,
          want.hearers.stream().map(hearer -> hearer.spec.owner()).toList(),
          Integer.toHexString(reasonCode));
    }
  }

  void unsubscribeAfter(long nanos) {
    unsubscribeAfterNanos = nanos;
    for (Want want : wants.values()) {
      stopIdle(want);
      clockIdle(want);
    }
  }

  /** Returns what was told last. */
  Map<String, QoS> last() {
    return last;
  }

  /** Any thread. */
  List<SubscriptionStatus> statuses() {
    return wants.values().stream().map(Want::status).toList();
  }

  /** Stops every timer; what is on disk stays. */
  void close() {
    for (Want want : wants.values()) {
      stopIdle(want);
    }
    told = Optional.empty();
    tell();
  }

  /** Lets the time of a filter run or stand, as its listeners and the connection are. */
  private void clockIdle(Want want) {
    if (!want.idle()) {
      stopIdle(want);
      want.idleNanos = 0;
    } else if (!online) {
      stopIdle(want);
    } else if (want.timer.isEmpty()) {
      want.idleSince = clock.nanos();
      long left = Math.max(0, unsubscribeAfterNanos - want.idleNanos);
      want.timer = Optional.of(loop.schedule(left, () -> giveBack(want)));
    }
  }

  private void stopIdle(Want want) {
    if (want.timer.isPresent()) {
      want.timer.get().cancel();
      want.timer = Optional.empty();
      want.idleNanos += clock.nanos() - want.idleSince;
    }
  }

  private void giveBack(Want want) {
    want.timer = Optional.empty();
    want.idleNanos = 0;
    Optional<QoS> asked = want.asked();
    if (asked.isEmpty()) {
      LOG.info("connection {}: nobody listens to {} any more", connection, want.filter);
      drop(want.filter.value());
    } else {
      want.qos = asked.get();
      want.shared = want.hearers.size() > 1;
      want.state(online ? State.SENT : State.PENDING, 0);
      changed = true;
      tellSoon();
    }
  }

  private void tellSoon() {
    if (!telling) {
      telling = true;
      loop.execute(this::tell);
    }
  }

  private void tell() {
    telling = false;
    if (changed) {
      changed = false;
      Map<String, QoS> now = filters();
      if (!now.equals(last)) {
        last = now;
        byte[] record = now.isEmpty() ? new byte[0] : new WantedRecord(now).toBytes();
        journal.put(Dispatcher.KEY, record, Level.FORCED, WrittenCallback.NONE);
        wants.values().stream()
            .filter(want -> online && want.state() == State.PENDING)
            .forEach(want -> want.state(State.SENT, 0));
        told.ifPresent(wanted -> wanted.wanted(now));
      }
    }
    if (told.isPresent()) {
      List<String> filters = List.copyOf(again);
      again.clear();
      filters.forEach(told.get()::again);
    }
  }

  private Map<String, QoS> filters() {
    Map<String, QoS> filters = new LinkedHashMap<>();
    wants.forEach((name, want) -> filters.put(name, want.qos));
    return Collections.unmodifiableMap(filters);
  }
}
