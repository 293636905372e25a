package org.robustmqtt.client.listeners;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.robustmqtt.ReceivedMessage;

/** One message on its way to one listener. On the loop, except where it says otherwise. */
final class Call {
  private enum State {
    /** Not begun. */
    NEW,
    /** The listener is being called, or is about to. */
    RUNNING,
    /** The listener returned or threw. */
    ENDED,
    /** Taken back before it began. */
    WITHDRAWN
  }

  private static final AtomicReferenceFieldUpdater<Call, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(Call.class, State.class, "state");
  private static final AtomicIntegerFieldUpdater<Call> ACKNOWLEDGED =
      AtomicIntegerFieldUpdater.newUpdater(Call.class, "acknowledged");

  final Delivery delivery;

  /** After this time of the clock it is too old to be heard. */
  private final long youngUntil;

  final ReceivedMessage message;

  /** Whether it waits in the listener's inbox. */
  boolean queued;

  /** Whether nobody waits for its end any more: it may be dropped while it waits. */
  boolean loose;

  /** Whether the delivery counts it as done. */
  boolean released;

  /** Whether its time has run out and that was counted. */
  boolean late;

  /** Since when a manual acknowledgement is awaited. */
  long endedAt;

  /** Whether the listener returned or threw, as far as the loop has heard. */
  boolean ended;

  private volatile State state = State.NEW;

  /** 1 if it is. */
  private volatile int acknowledged;

  /**
   * Makes one that waits.
   *
   * @param stale whether it is marked so
   * @param youngUntil when it gets too old, {@link InboundRule#NEVER}: never
   */
  Call(Delivery delivery, Hearer hearer, boolean stale, long youngUntil) {
    this.delivery = delivery;
    this.youngUntil = youngUntil;
    this.loose = !delivery.acknowledged();
    this.message =
        hearer.manual() && delivery.acknowledged()
            ? marked(delivery.message(() -> acknowledge(hearer)), stale)
            : delivery.shared(stale);
  }

  private static ReceivedMessage marked(ReceivedMessage message, boolean stale) {
    return stale ? message.asStale() : message;
  }

  /** Returns whether it has got too old while it waited. Any thread. */
  boolean tooOld(long now) {
    return youngUntil != InboundRule.NEVER && now - youngUntil > 0;
  }

  int size() {
    return delivery.size();
  }

  /** Any thread. */
  private boolean acknowledge(Hearer hearer) {
    boolean first = ACKNOWLEDGED.compareAndSet(this, 0, 1);
    if (first) {
      hearer.acknowledged(this);
    }
    return first;
  }

  /** Begins, unless it was withdrawn. On the lane. */
  boolean begin() {
    return STATE.compareAndSet(this, State.NEW, State.RUNNING);
  }

  /** It did not begin after all. On the lane. */
  void notBegun() {
    state = State.NEW;
  }

  /** The listener returned or threw. On the lane. */
  void end() {
    state = State.ENDED;
  }

  /** Returns whether the listener returned or threw. Any thread. */
  boolean hasEnded() {
    return state == State.ENDED;
  }

  /** Takes it back, unless it has begun. */
  boolean withdraw() {
    return STATE.compareAndSet(this, State.NEW, State.WITHDRAWN);
  }
}
