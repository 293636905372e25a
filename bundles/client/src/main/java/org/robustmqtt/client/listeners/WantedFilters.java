package org.robustmqtt.client.listeners;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  /** So many names of filters that were taken off are kept. */
  private static final int MOST_DROPPED = 1000;

  /** Of so many filters that were given up it is known what copies of them look like. */
  private static final int MOST_GIVEN_UP = 64;

  private static final Log LOG = Log.of("org.robustmqtt.listeners");

  private final String connection;
  private final Clock clock;
  private final LoopPost loop;
  private final ConcurrentSkipListMap<String, Want> wants = new ConcurrentSkipListMap<>();
  private final FilterTree tree = new FilterTree();
  private final Identifiers identifiers;
  private final WantedRecords records;

  /** The names of the wanted filters, with those whose listeners are just being added. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** The filters without a listener. */
  private final Set<Want> orphans = new LinkedHashSet<>();

  /** What the broker may still have copies of in this session, eldest first. */
  private final ArrayDeque<Want> givenUp = new ArrayDeque<>();

  private final Set<String> again = new LinkedHashSet<>();

  /** What was taken off in this session: the broker may have it when it is wanted again. */
  private final Set<String> dropped = new HashSet<>();

  /** Whether there was more of it than is kept. */
  private boolean droppedMany;

  private volatile Optional<Dispatcher.Wants> told = Optional.empty();

  /** What was told last, in order. */
  private final Map<String, Wish> last = new TreeMap<>();

  /** Those that may differ from what was told last. */
  private final Set<String> changed = new TreeSet<>();

  private long unsubscribeAfterNanos;
  private boolean online;
  private boolean onlineBefore;
  private boolean telling;

  WantedFilters(
      String connection,
      Clock clock,
      LoopPost loop,
      Journal journal,
      long unsubscribeAfterNanos,
      Map<String, byte[]> found) {
    this.connection = connection;
    this.clock = clock;
    this.loop = loop;
    this.unsubscribeAfterNanos = unsubscribeAfterNanos;
    this.identifiers = new Identifiers(tree, want -> changed.add(want.filter.value()));
    this.records = new WantedRecords(connection, journal);
    records.restore(found).forEach(this::restore);
    wants.forEach((name, want) -> last.put(name, want.wish()));
  }

  private void restore(String name, Wish wish) {
    Want want = new Want(new TopicFilter(name), wish.qos());
    want.identifier = wish.identifier();
    want.shared = true;
    want.orphanedAt = clock.nanos();
    identifiers.give(want);
    tree.add(want);
    wants.put(name, want);
    known.add(name);
    orphans.add(want);
  }

  /** See {@link Dispatcher#held}. */
  void held(String name, Wish wish, boolean maybeWanted) {
    if (wants.containsKey(name)) {
      return;
    }
    if (maybeWanted) {
      restore(name, wish);
      changed.add(name);
      return;
    }
    takenOff(name);
    Want before = new Want(new TopicFilter(name), wish.qos());
    before.identifier = wish.identifier();
    before.atBroker = wish.identifier();
    remember(before);
  }

  FilterTree tree() {
    return tree;
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

  /**
   * Adds a listener of a filter.
   *
   * @return whether it is to hear the retained values from memory
   */
  boolean add(TopicFilter filter, Hearer hearer) {
    known.add(filter.value());
    QoS asked = hearer.qos(filter);
    boolean replay = false;
    Want want = wants.get(filter.value());
    if (want == null) {
      want = new Want(filter, asked);
      takeBack(want);
      identifiers.give(want);
      tree.add(want);
      wants.put(filter.value(), want);
      changed.add(filter.value());
    } else {
      boolean others = !want.hearers.isEmpty();
      boolean lower = asked.level() < want.qos.level() && !others && !want.shared;
      if (asked.level() > want.qos.level() || lower) {
        want.qos = asked;
        want.state(State.PENDING, 0);
        changed.add(filter.value());
      } else if (told(want)
          && (want.state() == State.REFUSED
              || want.hearers.stream().noneMatch(hearer::sameListener))) {
        // the broker was, or is being, asked for it: again, for its retained messages, unless the
        // listener has them because it only asks for something more, or they are in memory
        boolean refused = want.state() == State.REFUSED;
        replay = want.remembered && !refused;
        if (refused || !replay && !hearer.ignoresRetained()) {
          again.add(filter.value());
        }
        if (refused) {
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
    return replay;
  }

  /** The connection says otherwise which quality of service its filters have. */
  void rulesChanged() {
    for (Want want : wants.values()) {
      Optional<QoS> asked = want.asked();
      if (asked.isPresent() && asked.get().level() > want.qos.level()) {
        want.qos = asked.get();
        want.state(State.PENDING, 0);
        changed.add(want.filter.value());
      }
      clockIdle(want);
    }
    tellSoon();
  }

  void remove(TopicFilter filter, Hearer hearer) {
    Want want = wants.get(filter.value());
    long now = clock.nanos();
    if (want != null && want.hearers.remove(hearer)) {
      if (want.hearers.isEmpty()) {
        want.orphanedAt = now;
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
    giveUp(want);
    known.remove(filter);
    takenOff(filter);
    orphans.remove(want);
    again.remove(filter);
    want.timer.ifPresent(Loop.Timer::cancel);
    changed.add(filter);
    tellSoon();
    return want.hearers;
  }

  private void takenOff(String filter) {
    droppedMany |= dropped.size() == MOST_DROPPED;
    if (!droppedMany) {
      dropped.add(filter);
    }
  }

  private void giveUp(Want want) {
    tree.remove(want);
    remember(want);
  }

  private void remember(Want want) {
    if (want.atBroker != 0) {
      Want ghost = want.ghost();
      tree.add(ghost);
      givenUp.add(ghost);
      if (givenUp.size() > MOST_GIVEN_UP) {
        tree.remove(givenUp.remove());
      }
    }
  }

  /** Goes on with what is known of a filter that was given up: copies of it are for this one. */
  private void takeBack(Want want) {
    for (Want ghost : List.copyOf(givenUp)) {
      if (ghost.filter.equals(want.filter)) {
        givenUp.remove(ghost);
        tree.remove(ghost);
        want.identifier = ghost.identifier;
        want.atBroker = ghost.atBroker;
        want.granted = ghost.granted;
      }
    }
  }

  /** Returns whether the broker was told of it as it is wanted. */
  private boolean told(Want want) {
    Wish before = last.get(want.filter.value());
    return before != null && before.qos() == want.qos;
  }

  /** Returns whether there are filters without a listener. */
  boolean hasOrphans() {
    return !orphans.isEmpty();
  }

  /** See {@link Dispatcher#online}. */
  void online(boolean resumed, boolean resubscribes) {
    online = true;
    if (!resumed) {
      dropped.clear();
      droppedMany = false;
      givenUp.forEach(tree::remove);
      givenUp.clear();
    }
    for (Want want : wants.values()) {
      if (!onlineBefore) {
        want.orphanedAt = clock.nanos();
      }
      if (!resumed) {
        want.forgotten();
      }
      State state = want.state();
      boolean lapsed = !resumed && !resubscribes && state == State.ACTIVE;
      want.remembered = !resumed && !lapsed && !want.filter.shared();
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
      want.remembered = false;
      if (want.state() == State.SENT) {
        want.state(State.PENDING, 0);
      }
      clockIdle(want);
    }
  }

  /** See {@link Dispatcher#identified}. */
  void identified(String filter, int identifier) {
    Want want = wants.get(filter);
    if (want != null) {
      want.atBroker = identifier;
    }
  }

  void subscribed(String filter, int reasonCode) {
    Want want = wants.get(filter);
    if (want == null) {
      return;
    }
    boolean refused = reasonCode >= 0x80;
    if (refused) {
      want.remembered = false;
      want.forgotten();
    } else {
      want.granted = reasonCode;
    }
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

  /** Retained values that came until now may not be the newest. */
  void spoil() {
    wants.values().forEach(want -> want.remembered = false);
  }

  /** A timer may be missing, and a change not told. */
  void lookAgain() {
    wants.values().forEach(this::clockIdle);
    tellSoon();
  }

  void unsubscribeAfter(long nanos) {
    unsubscribeAfterNanos = nanos;
    for (Want want : wants.values()) {
      stopIdle(want);
      clockIdle(want);
    }
  }

  /** Returns what was told last. */
  Map<String, Wish> last() {
    return Collections.unmodifiableMap(last);
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
      changed.add(want.filter.value());
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
    Map<String, Optional<Wish>> changes = changes();
    if (!changes.isEmpty()) {
      records.write(changes, last);
      told.ifPresent(wanted -> wanted.wanted(changes));
    }
    if (told.isPresent()) {
      List<String> filters = List.copyOf(again);
      again.clear();
      filters.forEach(this::asked);
      filters.forEach(told.get()::again);
    }
  }

  /** The broker is asked for a filter, and sends its retained values. */
  private void asked(String filter) {
    Want want = wants.get(filter);
    if (want != null && online && !want.filter.shared()) {
      want.remembered = true;
    }
  }

  /** Returns what differs from what was told last, which is up to date then. */
  private Map<String, Optional<Wish>> changes() {
    Map<String, Optional<Wish>> changes = new TreeMap<>();
    for (String name : changed) {
      Optional<Want> want = Optional.ofNullable(wants.get(name));
      Optional<Wish> now = want.map(Want::wish);
      Optional<Wish> before =
          Optional.ofNullable(now.isPresent() ? last.put(name, now.get()) : last.remove(name));
      if (!now.equals(before)) {
        changes.put(name, now);
        if (before.isEmpty() && !droppedMany && !dropped.contains(name)) {
          asked(name);
        }
        want.filter(one -> online && one.state() == State.PENDING)
            .ifPresent(one -> one.state(State.SENT, 0));
      }
    }
    changed.clear();
    return changes;
  }
}
