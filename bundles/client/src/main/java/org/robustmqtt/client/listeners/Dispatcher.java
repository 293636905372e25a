package org.robustmqtt.client.listeners;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * The listeners of one connection: who hears what, and which filters are wanted at the broker.
 * Adding, removing and looking are safe for several threads; the rest is for the loop.
 *
 * <p><b>Parking.</b> A message of QoS 1 or 2 is parked unacknowledged if nobody hears it, or if a
 * wanted filter means it whose last listener left less than {@code parkNanos} ago: those who are
 * there hear it at once, and the one who is being restarted hears it when it is back. A message
 * that a listener leaves behind, not begun, is parked again.
 *
 * <p><b>Retained values.</b> A new listener on a filter that the broker was asked for before hears
 * them from memory, see {@link RetainedMemory}; where they are not all there, or may have changed,
 * it makes the filter be subscribed again. A retained value is heard once for each listener and
 * topic on one connection: listeners that had heard it before do not hear it again, new ones always
 * do, whenever it arrives. After a new connection, and where a listener has heard more than 10,000
 * retained topics, it may be heard again.
 *
 * <p><b>Counting.</b> A message of QoS 0 that nobody hears is counted as unclaimed; one that is
 * dropped because a listener does not keep up, as overflowed, once for each listener; one that is
 * too old for a listener, as stale, likewise.
 *
 * <p><b>Ages.</b> See {@link Backlog} for what is known, {@link InboundRule} for what is done.
 */
public final class Dispatcher {
  /**
   * How long things are kept, and how much.
   *
   * @param unsubscribeAfterNanos time ONLINE without a listener after which a filter is given back
   * @param parkNanos how long a message without a listener is kept unacknowledged
   * @param parkMessages how many such messages at the most
   * @param handlerNanos how long a listener, or a manual acknowledgement, may take
   * @param inboundMaxBytes how many bytes of received messages may wait, see {@link Brake}
   */
  public record Times(
      long unsubscribeAfterNanos,
      long parkNanos,
      int parkMessages,
      long handlerNanos,
      long inboundMaxBytes) {
    /** How many bytes may wait if nothing else is said. */
    public static final long INBOUND_MAX_BYTES = 16L << 20;

    /** Makes one with {@link #INBOUND_MAX_BYTES}. */
    public Times(long unsubscribeAfterNanos, long parkNanos, int parkMessages, long handlerNanos) {
      this(unsubscribeAfterNanos, parkNanos, parkMessages, handlerNanos, INBOUND_MAX_BYTES);
    }
  }

  /** Told by the dispatcher, on the loop. */
  public interface Wants {
    /** Wanted filters have changed; those that have, empty: not wanted any more. In order. */
    void wanted(Map<String, Optional<Wish>> changes);

    /**
     * A filter that was wanted already has a new listener, or a refused one is to be tried again.
     */
    void again(String filter);

    /** A filter that nobody wanted is to be taken off the broker, which may have it. */
    void unwanted(String filter);

    /**
     * A ping is to be sent; {@link #pingAnswered} follows, unless the connection is lost before.
     *
     * @return how many received messages of QoS 2 are handled, and their exchange is not over
     */
    int ping();

    /** A received message is done with. */
    void handled(long number);

    /**
     * Packets are to be read from the broker, or not for a while: listeners do not keep up. Told
     * when it changes, also from within {@link #deliver}; a new connection begins with reading.
     */
    void reading(boolean wanted);

    /** Something in here threw, and is half done: {@link #lookAgain} is to follow. */
    void defect(Throwable thrown);
  }

  private final String connection;
  private final Doors doors;
  private final LoopPost post;
  private final WantedFilters wanted;
  private final Parking parking;
  private final Hearer.Events events = new HearerEvents();
  private final Audience audience;

  /** Listeners that were taken away while the time of a call of theirs is looked at. */
  private final List<Hearer> leaving = new ArrayList<>();

  private final Brake brake;
  private final Endings endings;
  private final LongAdder received = new LongAdder();
  private final LongAdder unclaimed = new LongAdder();
  private final LongAdder overflowed = new LongAdder();
  private final LongAdder stale = new LongAdder();
  private final RetainedMemory memory = new RetainedMemory();
  private final Backlog backlog;
  private final LongAdder failures = new LongAdder();
  private final LongAdder timeouts = new LongAdder();
  private volatile Optional<Wants> wants = Optional.empty();
  private Times times;
  private InboundRules rules = InboundRules.NONE;

  /** Whether a line says something of messages that are not of now. */
  private boolean rulesOfAges;

  private long arrivals;
  private volatile boolean closed;

  /**
   * Makes a dispatcher that continues what was found on disk.
   *
   * @param connection the name of the connection
   * @param journal where the wanted filters are kept
   * @param found the values that the journal has
   */
  public Dispatcher(
      String connection, Doors doors, Times times, Journal journal, Map<String, byte[]> found) {
    this.connection = connection;
    this.doors = doors;
    this.times = times;
    this.post = new LoopPost(doors.loop(), this::defect);
    this.brake = new Brake(post, times.inboundMaxBytes(), this::reading);
    this.endings = new Endings(post, brake, this::handled);
    this.wanted =
        new WantedFilters(
            connection, doors.clock(), post, journal, times.unsubscribeAfterNanos(), found);
    this.backlog = new Backlog(post, endings::pending, this::ping);
    this.audience = new Audience(this.wanted.tree());
    this.parking =
        new Parking(doors.clock(), post, times.parkMessages(), times.parkNanos(), this::givenUp);
  }

  /** Says who is to be told; once, before anything else on the loop. */
  public void bind(Wants told) {
    wants = Optional.of(told);
    wanted.bind(told);
  }

  /** The journal's key of the wanted filters, and what the keys of each begin with. */
  public static final String KEY = "wanted";

  /** Adds a listener. Any thread. */
  public MqttSubscriptionHandle add(ListenerSpec spec, MessageListener listener) {
    Hearer hearer = new Hearer(spec, listener, events, brake, post, doors.lanes().lane());
    spec.filters().forEach(wanted::announce);
    post.post(() -> added(hearer));
    return hearer;
  }

  private void added(Hearer hearer) {
    if (closed || hearer.isClosed()) {
      return;
    }
    audience.add(hearer);
    List<TopicFilter> remembered =
        List.copyOf(hearer.filters).stream().filter(filter -> wanted.add(filter, hearer)).toList();
    lookAtAges();
    for (Delivery delivery : parking.all()) {
      if (!delivery.isWith(hearer)
          && delivery.isNewFor(hearer)
          && audience.hearingNow(delivery).contains(hearer)) {
        offer(hearer, delivery);
        if (!parks(delivery)) {
          parking.leave(delivery);
          endings.endIfDone(delivery);
        }
      }
    }
    // after what was parked, which is to be acknowledged
    remembered.forEach(filter -> memory.of(filter).forEach(value -> replay(hearer, value)));
  }

  private void replay(Hearer hearer, RetainedMemory.Value value) {
    Delivery delivery =
        new Delivery(
            connection,
            0,
            arrivals++,
            endings.connections(),
            value.packet(),
            doors.clock().nanos(),
            value.receivedAt(),
            Optional.empty());
    offer(hearer, delivery);
  }

  private void lookAtAges() {
    backlog.needed(rulesOfAges || audience.cares());
  }

  private int ping() {
    return wants.map(Wants::ping).orElse(0);
  }

  /** The answer to the ping that was asked for came. On the loop. */
  public void pingAnswered() {
    assert doors.loop().isCurrent();
    backlog.answered();
  }

  /** Takes a listener out; if it breaks off, {@link #lookAgain} does the rest. */
  private void removed(Hearer hearer) {
    if (audience.has(hearer)) {
      hearer.filters.forEach(filter -> wanted.remove(filter, hearer));
      hearer.withdraw();
      audience.remove(hearer);
      lookAtAges();
      leaving.removeIf(one -> !one.watched());
      if (hearer.watched()) {
        leaving.add(hearer);
      }
    }
  }

  /** Takes a filter off the wanted ones, whoever listens. Any thread. */
  public boolean unsubscribe(String filter) {
    boolean was = wanted.renounce(filter);
    post.post(
        () -> {
          if (was) {
            dropped(filter);
          } else {
            wants.ifPresent(told -> told.unwanted(filter));
          }
        });
    return was;
  }

  private void dropped(String filter) {
    TopicFilter gone = new TopicFilter(filter);
    wanted.drop(filter).forEach(hearer -> hearer.filters.remove(gone));
  }

  /**
   * The session that was found on disk has a filter. If it is not wanted it was given up, and
   * copies for it may still come. Before {@link #bind}.
   *
   * @param wish how it was subscribed
   * @param maybeWanted whether the record that it is wanted may be where the disk cannot read it:
   *     then it is, and given back only when nobody asked for it for {@code unsubscribeAfter}
   */
  public void held(String filter, Wish wish, boolean maybeWanted) {
    wanted.held(filter, wish, maybeWanted);
  }

  /** Returns the wanted filters; what {@link Wants#wanted} said last. On the loop. */
  public Map<String, Wish> wanted() {
    return wanted.last();
  }

  /**
   * The connection is online: the time of {@code unsubscribeAfter} runs.
   *
   * @param resumed whether the broker has our session, and with it what it said of filters
   * @param resubscribes whether what a lost session had is subscribed again
   */
  public void online(boolean resumed, boolean resubscribes) {
    assert doors.loop().isCurrent();
    audience.begin(resumed);
    memory.clear();
    backlog.begin(resumed);
    wanted.online(resumed, resubscribes);
  }

  /**
   * The connection is not online any more: the time of {@code unsubscribeAfter} stands.
   *
   * @param heardNanos when something was read last
   * @param heardMillis the same in wall time
   */
  public void offline(long heardNanos, long heardMillis) {
    assert doors.loop().isCurrent();
    backlog.lost(heardNanos, heardMillis);
    wanted.offline();
  }

  /**
   * A connection begins, on which the reading may be stopped.
   *
   * @param longestNanos how long at the most for messages of QoS 0
   * @param boundsAcknowledged whether for messages of QoS 1 and 2 too: the broker has no receive
   *     maximum of ours
   */
  public void mayStopReading(long longestNanos, boolean boundsAcknowledged) {
    assert doors.loop().isCurrent();
    brake.begin(longestNanos, boundsAcknowledged);
  }

  /**
   * The broker does not heed our receive maximum: on this connection messages of QoS 1 and 2 may
   * stop the reading too.
   *
   * @param sipNanos after how long one packet is read all the same
   */
  public void boundAcknowledged(long sipNanos) {
    assert doors.loop().isCurrent();
    brake.boundHeld(sipNanos);
  }

  private void defect(Throwable thrown) {
    wants.ifPresent(told -> told.defect(thrown));
  }

  /**
   * What was to be done may be half done after an {@code Error}: nothing that is to be looked at
   * later is forgotten. On the loop.
   */
  public void lookAgain() {
    assert doors.loop().isCurrent();
    if (!closed) {
      audience.all().stream().filter(Hearer::isClosed).forEach(this::removed);
      audience.all().forEach(Hearer::lookAgain);
      leaving.forEach(Hearer::lookAgain);
      parking.lookAgain();
      brake.lookAgain();
      backlog.lookAgain();
      wanted.lookAgain();
    }
  }

  private void reading(boolean now) {
    if (!now) {
      // a broker that cannot send drops what is QoS 0, and with it what may be a newer value
      memory.clear();
      wanted.spoil();
    }
    wants.ifPresent(told -> told.reading(now));
  }

  /**
   * The connection was lost: parked messages are forgotten, the broker sends them again; what
   * listeners have been given is theirs, but its end is told to nobody any more. Messages of QoS 2
   * stay as they are, and their end is told: the broker's next PUBLISH of one is not heard again.
   */
  public void lost() {
    assert doors.loop().isCurrent();
    endings.lost();
    parking.lost();
    audience.all().forEach(Hearer::lost);
  }

  /**
   * Gives a received message to those that want it; {@link Wants#handled} follows, never within.
   */
  public void deliver(long number, Publish packet) {
    assert doors.loop().isCurrent();
    if (closed) {
      return;
    }
    long now = doors.clock().nanos();
    long wall = doors.clock().wallMillis();
    Delivery delivery =
        new Delivery(
            connection,
            number,
            arrivals++,
            endings.connections(),
            packet,
            now,
            Instant.ofEpochMilli(wall),
            Optional.of(backlog.came(now, wall)));
    received.increment();
    endings.begin(delivery);
    remember(delivery);
    List<Hearer> hearing = audience.hearing(delivery);
    for (int i = 0; i < hearing.size(); i++) {
      offer(hearing.get(i), delivery);
    }
    boolean nobody = hearing.isEmpty() && !audience.wants(packet.topic());
    if (nobody && !delivery.acknowledged()) {
      unclaimed.increment();
    }
    if (delivery.acknowledged() && (nobody || misses(delivery))) {
      parking.park(delivery);
    }
    endings.endIfDone(delivery);
  }

  private void remember(Delivery delivery) {
    if (!delivery.packet.retain()) {
      memory.forget(delivery.topic());
    } else if (!memory.keep(delivery.packet, delivery.receivedAt)) {
      audience.spoil(delivery.topic());
    }
  }

  private void offer(Hearer hearer, Delivery delivery) {
    if (delivery.packet.retain() && !hearer.hearsRetained(delivery.topic())) {
      return;
    }
    InboundRule said = rulesOfAges ? rules.of(delivery.topic()) : InboundRule.NOTHING;
    if (hearer.plain() && said.plain()) {
      hearer.give(delivery, false, InboundRule.NEVER);
      return;
    }
    InboundRule rule = hearer.spec.asked().or(said);
    switch (rule.of(delivery)) {
      case MARK -> hearer.give(delivery, true, InboundRule.NEVER);
      case IGNORE -> stale.increment();
      case DELIVER ->
          rule.youngUntil(delivery)
              .ifPresentOrElse(until -> hearer.give(delivery, false, until), stale::increment);
    }
  }

  /** Returns whether a message has to be kept for somebody who is not there. */
  private boolean parks(Delivery delivery) {
    return !audience.wants(delivery.topic()) || misses(delivery);
  }

  private boolean misses(Delivery delivery) {
    return wanted.hasOrphans()
        && audience.misses(delivery.packet, parking.awaitNanos(), doors.clock().nanos());
  }

  private void givenUp(Delivery delivery) {
    // Where somebody wants the topic it was a copy for a listener that is gone.
    if (delivery.hearers.isEmpty() && !audience.wants(delivery.topic())) {
      unclaimed.increment();
    }
    endings.endIfDone(delivery);
  }

  private void handled(long number) {
    if (!closed) {
      wants.ifPresent(told -> told.handled(number));
    }
  }

  /**
   * A filter is, or is being, subscribed with this identifier in the session at hand; 0: with none.
   * On the loop.
   */
  public void identified(String filter, int identifier) {
    assert doors.loop().isCurrent();
    wanted.identified(filter, identifier);
  }

  /** The broker answered for a filter. On the loop. */
  public void subscribed(String filter, int reasonCode) {
    assert doors.loop().isCurrent();
    wanted.subscribed(filter, reasonCode);
  }

  /** Returns the wanted filters with what the broker said. Any thread. */
  public List<SubscriptionStatus> subscriptions() {
    return wanted.statuses();
  }

  /** Returns how many received messages are not done with. Any thread. */
  public int receivedPending() {
    return endings.pending();
  }

  /** Returns what was counted. Any thread. */
  public Counts counts() {
    return new Counts(
        received.sum(),
        unclaimed.sum(),
        overflowed.sum(),
        stale.sum(),
        failures.sum(),
        timeouts.sum());
  }

  /**
   * What was counted.
   *
   * @param received messages received
   * @param unclaimed heard by nobody
   * @param overflowed dropped because a listener did not keep up
   * @param stale not heard by a listener for which it was too old
   * @param failures calls that threw
   * @param timeouts calls and acknowledgements that came too late
   */
  public record Counts(
      long received, long unclaimed, long overflowed, long stale, long failures, long timeouts) {}

  /** The hub is starting: no message is parked too long until it has started, or this long. */
  public void hubStarting(long atMostNanos) {
    assert doors.loop().isCurrent();
    parking.hubStarting(atMostNanos);
  }

  /** The hub has started: the time of parking begins. On the loop. */
  public void hubStarted() {
    assert doors.loop().isCurrent();
    parking.hubStarted();
  }

  /** Applies other times. On the loop. */
  public void times(Times other) {
    assert doors.loop().isCurrent();
    times = other;
    parking.limits(other.parkMessages(), other.parkNanos());
    wanted.unsubscribeAfter(other.unsubscribeAfterNanos());
    brake.maxBytes(other.inboundMaxBytes());
  }

  /** Applies other lines. On the loop. */
  public void rules(InboundRules other) {
    assert doors.loop().isCurrent();
    if (!other.equals(rules)) {
      rules = other;
      rulesOfAges = other.ages();
      wanted.rulesChanged();
      lookAtAges();
    }
  }

  /** Calls nobody any more; keeps the wanted filters on disk as they are. On the loop. */
  public void close() {
    assert doors.loop().isCurrent();
    closed = true;
    parking.clear();
    wanted.close();
    audience.clear().forEach(Hearer::shut);
    leaving.forEach(Hearer::shut);
    brake.lost(0);
  }

  private final class HearerEvents implements Hearer.Events {
    @Override
    public void released(Delivery delivery) {
      endings.endIfDone(delivery);
    }

    @Override
    public void handedBack(Hearer hearer, Delivery delivery) {
      if (closed || delivery.replayed) {
        return;
      }
      delivery.returned = true;
      handedBack(delivery);
      // a copy of it may be the one that was sent for this listener
      List.copyOf(delivery.copies).forEach(this::handedBack);
      endings.endIfDone(delivery);
    }

    private void handedBack(Delivery delivery) {
      if (!endings.counts(delivery)) {
        return;
      }
      for (Hearer other : audience.hearingNow(delivery)) {
        // one that took the listener's place before the listener went
        if (!delivery.isWith(other)) {
          offer(other, delivery);
        }
      }
      if (delivery.acknowledged() && !delivery.parked && parks(delivery)) {
        parking.park(delivery);
      }
      if (!delivery.acknowledged() && delivery.hearers.isEmpty()) {
        unclaimed.increment();
      }
    }

    @Override
    public void overflowed() {
      overflowed.increment();
    }

    @Override
    public void stale() {
      stale.increment();
    }

    @Override
    public InboundRules rules() {
      return rules;
    }

    @Override
    public void timedOut() {
      timeouts.increment();
    }

    @Override
    public void failed() {
      failures.increment();
    }

    @Override
    public void closed(Hearer hearer) {
      post.post(() -> removed(hearer));
    }

    @Override
    public long handlerNanos() {
      return times.handlerNanos();
    }

    @Override
    public long now() {
      return doors.clock().nanos();
    }
  }
}
