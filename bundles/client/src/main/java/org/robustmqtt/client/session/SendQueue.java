package org.robustmqtt.client.session;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.robustmqtt.QoS;

/**
 * PUBLISHes that cannot be written yet: their record is not there, the window is full, or an
 * earlier one of their topic waits. Others pass them, so order holds within a topic (delivery-rules
 * 3), and what is sent again goes in its old order, because nothing but the window holds that back.
 */
final class SendQueue {
  private final Exchanges waiting = new Exchanges();
  private final Set<String> held = new HashSet<>();
  private int sendable;
  private int unplaced;
  private int unacknowledged;
  private boolean storeWorks = true;

  /** Puts an exchange at the end. */
  void add(Exchange exchange) {
    waiting.add(exchange);
    count(exchange, 1);
  }

  /** Takes an exchange out. */
  void remove(Exchange exchange) {
    waiting.remove(exchange);
    count(exchange, -1);
  }

  boolean contains(Exchange exchange) {
    return exchange.list == waiting;
  }

  /** Returns the exchange of the message with this number if it waits, or null. */
  Exchange find(long sequence) {
    return waiting.find(sequence);
  }

  /** Holds nothing back any more for its age. */
  void unhold() {
    for (Exchange exchange = waiting.first(); exchange != null; exchange = exchange.next) {
      count(exchange, -1);
      exchange.held = false;
      count(exchange, 1);
    }
  }

  /** Returns the first that waits, or null; {@link Exchange#next} leads on. */
  Exchange first() {
    return waiting.first();
  }

  int size() {
    return waiting.size();
  }

  /** Returns whether one of QoS 1 or 2 has no place in the window. */
  boolean unplaced() {
    return unplaced > 0;
  }

  /** The record of a waiting exchange is there. */
  void recorded(Exchange exchange) {
    count(exchange, -1);
    exchange.recorded = true;
    count(exchange, 1);
  }

  /** Returns whether an exchange has no record, must have it, and cannot get it now. */
  boolean waitsForStore(Exchange exchange) {
    return !storeWorks && exchange.qos == QoS.EXACTLY_ONCE && !exchange.recorded;
  }

  /** The store takes records, or takes none; returns how many places are given back for that. */
  int storeWorks(boolean works) {
    int given = 0;
    for (Exchange exchange = waiting.first(); exchange != null; exchange = exchange.next) {
      count(exchange, -1);
    }
    storeWorks = works;
    for (Exchange exchange = waiting.first(); exchange != null; exchange = exchange.next) {
      if (exchange.placed && waitsForStore(exchange)) {
        exchange.placed = false;
        given++;
      }
      count(exchange, 1);
    }
    return given;
  }

  /** Gives places to the first that have none; returns how many were given. */
  int place(int places) {
    int given = 0;
    Exchange exchange = waiting.first();
    while (exchange != null && given < places && unplaced > 0) {
      if (exchange.qos != QoS.AT_MOST_ONCE
          && !exchange.placed
          && !exchange.held
          && !exchange.ended
          && !waitsForStore(exchange)) {
        count(exchange, -1);
        exchange.placed = true;
        count(exchange, 1);
        given++;
      }
      exchange = exchange.next;
    }
    return given;
  }

  /** Takes out, in order, what may be written now. */
  void release(Consumer<Exchange> writer) {
    held.clear();
    Exchange exchange = waiting.first();
    while (exchange != null && sendable > 0) {
      Exchange next = exchange.next;
      if (exchange.sendable() && !held.contains(exchange.message.topic())) {
        remove(exchange);
        writer.accept(exchange);
      } else {
        held.add(exchange.message.topic());
      }
      exchange = next;
    }
  }

  /** Returns whether a message of QoS 0 on this topic waits before the given one. */
  boolean behindUnacknowledged(Exchange exchange) {
    for (Exchange e = waiting.first(); unacknowledged > 0 && e != null && e != exchange; ) {
      if (e.qos == QoS.AT_MOST_ONCE && e.message.topic().equals(exchange.message.topic())) {
        return true;
      }
      e = e.next;
    }
    return false;
  }

  /**
   * The link is gone: what was sent goes before what waits, and no exchange has a place any more.
   * Those of QoS 0 are given back, because no later connection owes them anything, unless a later
   * one of their topic stays.
   */
  void restart(Exchanges sent, Consumer<Exchange> givenBack) {
    Set<String> stay = new HashSet<>();
    for (Exchange e = waiting.last(); e != null; ) {
      Exchange before = e.previous;
      if (e.qos != QoS.AT_MOST_ONCE) {
        stay.add(e.message.topic());
      } else if (!stay.contains(e.message.topic())) {
        remove(e);
        givenBack.accept(e);
      }
      e = before;
    }
    Exchanges later = new Exchanges();
    later.addAll(waiting);
    sendable = 0;
    unplaced = 0;
    unacknowledged = 0;
    addAgain(sent);
    addAgain(later);
  }

  private void addAgain(Exchanges from) {
    while (!from.isEmpty()) {
      Exchange exchange = from.poll();
      exchange.placed = false;
      exchange.packet = null;
      add(exchange);
    }
  }

  private void count(Exchange exchange, int by) {
    if (exchange.sendable()) {
      sendable += by;
    }
    if (exchange.qos == QoS.AT_MOST_ONCE) {
      unacknowledged += by;
    } else if (!exchange.placed && !exchange.held && !exchange.ended && !waitsForStore(exchange)) {
      unplaced += by;
    }
  }
}
