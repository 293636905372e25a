package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * One listener with what it has still to hear. What waits is kept on the loop and given to the lane
 * in small portions, so that a message that was not begun can be dropped or withdrawn. On the loop,
 * except where it says otherwise.
 *
 * <p>Bounded: messages of QoS 0, and others whose end nobody waits for any more, wait up to {@value
 * Inbox#LOOSE_MESSAGES} and {@code inboundMaxBytes}. Then the {@link Brake} stops the reading for a
 * while; what is too much after that is dropped, the oldest first, and so it goes on until half of
 * it is gone. The rest is bounded by the receive maximum.
 *
 * <p>A message of QoS 1 or 2 is released when the listener makes no progress for the time of a
 * handler: counted from its arrival or from the listener's last progress, whatever is later. So
 * what waits behind a stuck call is released too, and what waits behind a slow one is not.
 */
final class Hearer implements MqttSubscriptionHandle {
  /** How many retained topics are remembered for one listener. */
  static final int REPLAYED_TOPICS = 10_000;

  private static final int PORTION = 64;

  /** The share of the bound below which reading goes on. */
  private static final double ROOM_AGAIN = 15.0 / 16;

  /** The share of the bound below which a slow listener may stop the reading again. */
  private static final double CAUGHT_UP = 0.5;

  /** What a hearer tells the dispatcher. */
  interface Events {
    /** The delivery counts one call less. On the loop. */
    void released(Delivery delivery);

    /** A message was not begun and the listener is gone. On the loop. */
    void handedBack(Hearer hearer, Delivery delivery);

    /** A message of QoS 0 was dropped. On the loop. */
    void overflowed();

    /** A call or an acknowledgement is too late. On the loop. */
    void timedOut();

    /** A message got too old while it waited. On the lane. */
    void stale();

    /** Returns what is wanted of messages whose listeners do not say it. On the loop. */
    InboundRules rules();

    /** A call threw. On the lane. */
    void failed();

    /** The listener is gone. Any thread. */
    void closed(Hearer hearer);

    /** Returns how long a call or an acknowledgement may take. On the loop. */
    long handlerNanos();

    /** Returns the time. Any thread. */
    long now();
  }

  final ListenerSpec spec;

  /** The filters that count; one that was unsubscribed counts no more. */
  final List<TopicFilter> filters;

  /** Which of all listeners it is. */
  long age;

  /** Used by {@link Audience}: the search that found it last, and what that found out. */
  long round;

  /** The filter whose copy it hears; null if none of its own is at the broker. */
  Want lead;

  /** Whether the message was sent for one of its filters. */
  boolean meant;

  private final MessageListener listener;
  private final Events events;
  private final LoopPost post;
  private final Executor lane;
  private final Complaints complaints;
  private final Gate gate = new Gate();
  private final Brake brake;

  private final Inbox inbox = new Inbox();
  private final Set<Call> awaited = new LinkedHashSet<>();
  private final Set<String> replayed = new HashSet<>();
  private List<Call> portion = List.of();

  /** Whether it was too slow and has not caught up since. */
  private boolean dropping;

  private Optional<Loop.Timer> watch = Optional.empty();

  /** When the listener began or ended a call last; written on the lane. */
  private volatile long progress;

  /** What the listener is being called with, null if it is not; written on the lane. */
  private volatile Call current;

  Hearer(
      ListenerSpec spec,
      MessageListener listener,
      Events events,
      Brake brake,
      LoopPost post,
      Executor lane) {
    this.spec = spec;
    this.filters = new ArrayList<>(new LinkedHashSet<>(spec.filters()));
    this.listener = listener;
    this.events = events;
    this.brake = brake;
    this.post = post;
    this.lane = lane;
    this.complaints = new Complaints(spec.owner());
    this.progress = events.now();
  }

  /** Returns whether it says nothing itself of messages that are not of now. */
  boolean plain() {
    return spec.asked().plain();
  }

  boolean manual() {
    return spec.manual();
  }

  /** Returns whether another hearer calls the very same listener. */
  boolean sameListener(Hearer other) {
    return listener == other.listener;
  }

  /** Any thread. */
  boolean isClosed() {
    return gate.isClosed();
  }

  /**
   * Returns whether a retained value of this topic is to be heard: once on each connection. Where
   * too many topics were heard, again rather than never.
   */
  boolean hearsRetained(String topic) {
    if (replayed.size() >= REPLAYED_TOPICS) {
      return !replayed.contains(topic);
    }
    return replayed.add(topic);
  }

  /** Returns the quality of service that it asks for with one of its filters. */
  QoS qos(TopicFilter filter) {
    return spec.asked().qos().or(() -> events.rules().qos(filter)).orElse(QoS.AT_LEAST_ONCE);
  }

  /** Returns whether it says itself that it hears no retained values. */
  boolean ignoresRetained() {
    return spec.asked().retained().equals(Optional.of(InboundRule.Treatment.IGNORE));
  }

  /**
   * Gives it a message.
   *
   * @param stale whether it is marked so
   * @param youngUntil when it gets too old to be heard, {@link InboundRule#NEVER}: never
   */
  void give(Delivery delivery, boolean stale, long youngUntil) {
    Call call = new Call(delivery, this, stale, youngUntil);
    delivery.open++;
    delivery.hearers.add(this);
    inbox.add(call);
    if (call.loose) {
      bound();
    } else {
      awaited.add(call);
    }
    pump();
    watch();
  }

  private void bound() {
    if (inbox.over(brake.maxBytes(), 1) && (dropping || !brake.stopsFor(this))) {
      drop();
    }
  }

  private void drop() {
    List<Call> victims = inbox.trim(brake.maxBytes());
    for (Call victim : victims) {
      if (!victim.released) {
        events.overflowed();
        release(victim);
      }
    }
    if (!victims.isEmpty()) {
      complaints.say(events.now(), "does not keep up, its oldest messages are dropped");
    }
  }

  /** The reading was stopped for it long enough. */
  void tooSlow() {
    dropping = true;
    drop();
  }

  private void caughtUp() {
    if (!inbox.over(brake.maxBytes(), ROOM_AGAIN)) {
      brake.relieved(this);
    }
    if (dropping && !inbox.over(brake.maxBytes(), CAUGHT_UP)) {
      dropping = false;
    }
  }

  private void pump() {
    if (!portion.isEmpty() || inbox.isEmpty() || gate.isClosed()) {
      return;
    }
    List<Call> next = new ArrayList<>(Math.min(inbox.size(), PORTION));
    while (next.size() < PORTION && !inbox.isEmpty()) {
      next.add(inbox.poll());
    }
    portion = next;
    Runnable ended = () -> ended(next);
    lane.execute(() -> call(next, ended));
    caughtUp();
  }

  /** On the lane. Whatever fails, the loop hears that the portion is over: else none follows. */
  private void call(List<Call> calls, Runnable ended) {
    try {
      for (Call call : calls) {
        if (!call.begin()) {
          continue;
        }
        if (!gate.enter()) {
          call.notBegun();
          break;
        }
        call(call);
      }
    } finally {
      post.post(ended);
    }
  }

  private void call(Call call) {
    boolean threw = false;
    long now = events.now();
    boolean tooOld = call.tooOld(now);
    progress = now;
    current = call;
    try {
      if (tooOld) {
        events.stale();
      } else {
        listener.received(call.message);
      }
    } catch (Throwable problem) {
      // also an Error: a bundle that is gone throws NoClassDefFoundError, and the lane lives on
      threw = true;
      events.failed();
      complaints.threw(events.now(), call.delivery.topic(), problem);
    } finally {
      current = null;
      progress = events.now();
      call.end();
      gate.leave();
    }
    if (call.delivery.acknowledged()) {
      boolean done = threw || tooOld || !manual();
      post.post(() -> ended(call, done));
    }
  }

  private void ended(Call call, boolean done) {
    call.endedAt = events.now();
    call.ended = true;
    if (done) {
      release(call);
    }
  }

  private void ended(List<Call> calls) {
    portion = List.of();
    for (Call call : calls) {
      // nobody waits for the end of QoS 0, so the loop hears of a whole portion at once
      if (!call.delivery.acknowledged() && call.hasEnded()) {
        release(call);
      }
    }
    if (gate.isClosed()) {
      calls.forEach(this::handBack);
    }
    pump();
  }

  /** Any thread. */
  void acknowledged(Call call) {
    post.post(() -> release(call));
  }

  private void release(Call call) {
    if (!call.released) {
      call.released = true;
      awaited.remove(call);
      call.delivery.open--;
      events.released(call.delivery);
    }
  }

  private void handBack(Call call) {
    if (call.withdraw() && !call.released) {
      call.released = true;
      awaited.remove(call);
      call.delivery.open--;
      call.delivery.hearers.remove(this);
      events.handedBack(this, call.delivery);
    }
  }

  /** The listener is gone: what was not begun is handed back. */
  void withdraw() {
    List<Call> waiting = new ArrayList<>(portion);
    waiting.addAll(inbox.clear());
    brake.relieved(this);
    waiting.forEach(this::handBack);
  }

  /** The connection is lost: nobody waits for the end of most of what was given. */
  void lost() {
    for (Call call : List.copyOf(awaited)) {
      if (!call.delivery.outlivesConnection()) {
        call.released = true;
        awaited.remove(call);
        loosen(call);
      }
    }
    replayed.clear();
  }

  private void loosen(Call call) {
    if (!call.loose) {
      call.loose = true;
      inbox.loosened(call);
      bound();
    }
  }

  /** What was to be done with what it has may have been left half done. */
  void lookAgain() {
    pump();
    if (current != null || !portion.isEmpty() || !awaited.isEmpty()) {
      watch();
    }
  }

  /** Looks at the time as long as there is something whose time can run out. */
  private void watch() {
    if (watch.isEmpty()) {
      watch = Optional.of(post.schedule(events.handlerNanos(), this::look));
    }
  }

  /** Returns whether a timer is set. */
  boolean watched() {
    return watch.isPresent();
  }

  private void look() {
    watch = Optional.empty();
    long now = events.now();
    long limit = events.handlerNanos();
    long next = limit;
    Call running = current;
    if (running != null && !running.late) {
      next = Math.min(next, tooLate(running, progress + limit - now, "a call does not return"));
    }
    for (Call call : List.copyOf(awaited)) {
      if (call.ended) {
        next = Math.min(next, tooLate(call, call.endedAt + limit - now, "no acknowledgement"));
      } else {
        long arrived = call.delivery.arrivedAt;
        long since = progress - arrived > 0 ? progress : arrived;
        next = Math.min(next, tooLate(call, since + limit - now, "a message waits in vain"));
      }
    }
    if (running != null || !portion.isEmpty() || !awaited.isEmpty()) {
      watch = Optional.of(post.schedule(next, this::look));
    }
  }

  /** Releases a call whose time has run out; returns when to look again. */
  private long tooLate(Call call, long left, String what) {
    if (left > 0) {
      return left;
    }
    call.late = true;
    events.timedOut();
    complaints.say(events.now(), what + " within " + events.handlerNanos() / 1_000_000 + " ms");
    release(call);
    // whoever is late stops nobody any more
    dropping = true;
    loosen(call);
    return events.handlerNanos();
  }

  /** Any thread. */
  @Override
  public void close() {
    if (gate.close()) {
      events.closed(this);
    }
  }

  /** Ends the calls without telling the dispatcher, which closes itself. */
  void shut() {
    gate.close();
    inbox.clear();
    awaited.clear();
    watch.ifPresent(Loop.Timer::cancel);
  }
}
