package org.robustmqtt.client.listeners;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * One listener with what it has still to hear. What waits is kept on the loop and given to the lane
 * in small portions, so that a message that was not begun can be dropped or withdrawn. On the loop,
 * except where it says otherwise.
 *
 * <p>Bounded: messages of QoS 0, and others whose end nobody waits for any more, wait up to {@value
 * #LOOSE_MESSAGES} and {@value #LOOSE_BYTES} bytes; then the oldest of them are dropped. The rest
 * is bounded by the receive maximum.
 *
 * <p>A message of QoS 1 or 2 is released when the listener makes no progress for the time of a
 * handler: counted from its arrival or from the listener's last progress, whatever is later. So
 * what waits behind a stuck call is released too, and what waits behind a slow one is not.
 */
final class Hearer implements MqttSubscriptionHandle {
  static final int LOOSE_MESSAGES = 10_000;
  static final long LOOSE_BYTES = 16L << 20;

  /** How many retained topics are remembered for one listener. */
  static final int REPLAYED_TOPICS = 10_000;

  private static final int PORTION = 64;

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

  private final MessageListener listener;
  private final Events events;
  private final Loop loop;
  private final LoopPost post;
  private final Executor lane;
  private final Complaints complaints;
  private final Gate gate = new Gate();

  private final ArrayDeque<Call> inbox = new ArrayDeque<>();
  private final Set<Call> awaited = new LinkedHashSet<>();
  private final Set<String> replayed = new HashSet<>();
  private List<Call> portion = List.of();
  private int looseCount;
  private long looseBytes;
  private Optional<Loop.Timer> watch = Optional.empty();

  /** When the listener began or ended a call last; written on the lane. */
  private volatile long progress;

  /** What the listener is being called with, null if it is not; written on the lane. */
  private volatile Call current;

  Hearer(
      ListenerSpec spec,
      MessageListener listener,
      Events events,
      Loop loop,
      LoopPost post,
      Executor lane) {
    this.spec = spec;
    this.filters = new ArrayList<>(new LinkedHashSet<>(spec.filters()));
    this.listener = listener;
    this.events = events;
    this.loop = loop;
    this.post = post;
    this.lane = lane;
    this.complaints = new Complaints(spec.owner());
    this.progress = events.now();
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

  boolean matches(String topic) {
    for (TopicFilter filter : filters) {
      if (filter.matches(topic)) {
        return true;
      }
    }
    return false;
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

  void give(Delivery delivery) {
    Call call = new Call(delivery, this);
    delivery.open++;
    delivery.hearers.add(this);
    call.queued = true;
    inbox.addLast(call);
    if (call.loose) {
      countLoose(call);
    } else {
      awaited.add(call);
    }
    pump();
    watch();
  }

  private void countLoose(Call call) {
    looseCount++;
    looseBytes += call.size();
    Iterator<Call> oldest = inbox.iterator();
    boolean dropped = false;
    while ((looseCount > LOOSE_MESSAGES || looseBytes > LOOSE_BYTES) && oldest.hasNext()) {
      Call victim = oldest.next();
      if (victim.loose) {
        oldest.remove();
        leaveInbox(victim);
        if (!victim.released) {
          events.overflowed();
          release(victim);
        }
        dropped = true;
      }
    }
    if (dropped) {
      complaints.say(events.now(), "does not keep up, its oldest messages are dropped");
    }
  }

  private void leaveInbox(Call call) {
    call.queued = false;
    if (call.loose) {
      looseCount--;
      looseBytes -= call.size();
    }
  }

  private void pump() {
    if (!portion.isEmpty() || inbox.isEmpty() || gate.isClosed()) {
      return;
    }
    List<Call> next = new ArrayList<>(Math.min(inbox.size(), PORTION));
    while (next.size() < PORTION && !inbox.isEmpty()) {
      Call call = inbox.pollFirst();
      leaveInbox(call);
      next.add(call);
    }
    portion = next;
    lane.execute(() -> call(next));
  }

  /** On the lane. */
  private void call(List<Call> calls) {
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
    post.post(() -> ended(calls));
  }

  private void call(Call call) {
    boolean threw = false;
    progress = events.now();
    current = call;
    try {
      listener.received(call.message);
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
      boolean done = threw || !manual();
      post.post(() -> ended(call, done));
    }
  }

  private void ended(Call call, boolean done) {
    call.ended = true;
    call.endedAt = events.now();
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
    waiting.addAll(inbox);
    inbox.clear();
    looseCount = 0;
    looseBytes = 0;
    waiting.forEach(this::handBack);
  }

  /** The connection is lost: nobody waits for the end of most of what was given. */
  void lost() {
    for (Call call : List.copyOf(awaited)) {
      if (call.delivery.endsWithConnection()) {
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
      if (call.queued) {
        countLoose(call);
      }
    }
  }

  /** Looks at the time as long as there is something whose time can run out. */
  private void watch() {
    if (watch.isEmpty()) {
      watch = Optional.of(loop.schedule(events.handlerNanos(), this::look));
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
      watch = Optional.of(loop.schedule(next, this::look));
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
