package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Loop;

/** One wanted filter. On the loop, except its status. */
final class Want {
  final TopicFilter filter;
  final List<Hearer> hearers = new ArrayList<>(1);
  QoS qos;

  /** The subscription identifier it is to have, 0 if it needs none, see {@link Identifiers}. */
  int identifier;

  /** The one that it was subscribed with last in this session, else 0. */
  int atBroker;

  /** The QoS that the broker granted; negative if it has not, or not in this session. */
  int granted = -1;

  /**
   * Whether it may have been wanted by more than one, so that one that asks for less says nothing
   * for the others.
   */
  boolean shared;

  /**
   * Whether it is not wanted any more, and kept because copies of it may still come: so they are
   * not taken for those of another filter.
   */
  boolean givenUp;

  /**
   * Whether {@link RetainedMemory} has all its retained values, as far as they have come: the
   * broker was asked for them on this connection, and nothing has come since that may have changed
   * one.
   */
  boolean remembered;

  /** Since when it has no listener; means nothing while it has one. */
  long orphanedAt;

  /** Time online in which nobody asked for it, or for its QoS, up to {@link #idleSince}. */
  long idleNanos;

  /** Since when that time runs; means nothing while {@link #timer} is empty. */
  long idleSince;

  Optional<Loop.Timer> timer = Optional.empty();

  private SubscriptionStatus.State state = SubscriptionStatus.State.PENDING;
  private int reasonCode;
  private volatile SubscriptionStatus status;

  Want(TopicFilter filter, QoS qos) {
    this.filter = filter;
    this.qos = qos;
    show();
  }

  /** Returns what is kept of it when it is not wanted any more. */
  Want ghost() {
    Want ghost = new Want(filter, qos);
    ghost.identifier = identifier;
    ghost.atBroker = atBroker;
    ghost.granted = granted;
    ghost.givenUp = true;
    return ghost;
  }

  Wish wish() {
    return new Wish(qos, identifier);
  }

  /** The broker has nothing of it. */
  void forgotten() {
    atBroker = 0;
    granted = -1;
  }

  /** Returns the highest QoS that its listeners ask for; empty if there are none. */
  Optional<QoS> asked() {
    return hearers.stream().map(hearer -> hearer.qos(filter)).reduce(Want::higher);
  }

  /** Returns whether nobody asks for the filter, or for a QoS as high as it has. */
  boolean idle() {
    return asked().filter(asked -> asked.level() >= qos.level()).isEmpty();
  }

  void state(SubscriptionStatus.State now, int code) {
    state = now;
    reasonCode = code;
    show();
  }

  SubscriptionStatus.State state() {
    return state;
  }

  /** Brings what others see up to date. */
  void show() {
    status = new SubscriptionStatus(filter.value(), qos, state, reasonCode, hearers.size());
  }

  /** Any thread. */
  SubscriptionStatus status() {
    return status;
  }

  private static QoS higher(QoS a, QoS b) {
    return a.level() >= b.level() ? a : b;
  }
}
