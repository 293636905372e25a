package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Counts the received messages that are not done, and tells the end of each to those who still want
 * to know, in a later turn of the loop. On the loop, except {@link #pending}.
 */
final class Endings {
  private final LoopPost post;
  private final Brake brake;
  private final LongConsumer told;
  private List<Delivery> handled = new ArrayList<>();
  private long connections;

  /** How many messages are not done that last longer than their connection. */
  private int lasting;

  /** How many bytes of these are held. */
  private long lastingBytes;

  private volatile int pending;

  Endings(LoopPost post, Brake brake, LongConsumer told) {
    this.post = post;
    this.brake = brake;
    this.told = told;
  }

  /** Returns how many connections there were. */
  long connections() {
    return connections;
  }

  /** Returns how many messages are not done. Any thread. */
  int pending() {
    return pending;
  }

  /** A message is received. */
  void begin(Delivery delivery) {
    count(delivery, 1);
  }

  /** The connection was lost: the end of most messages is told to nobody any more. */
  void lost() {
    connections++;
    pending = lasting;
    brake.lost(lastingBytes);
    handled.removeIf(Delivery::endsWithConnection);
  }

  /** Returns whether somebody still wants to know of the end of a message. */
  boolean counts(Delivery delivery) {
    return delivery.connection == connections || !delivery.endsWithConnection();
  }

  /** Counts the bytes of an unacknowledged message as long as listeners have it. */
  void weigh(Delivery delivery) {
    boolean held = delivery.open > 0 && delivery.acknowledged();
    if (held != delivery.held) {
      delivery.held = held;
      if (counts(delivery)) {
        int bytes = held ? delivery.weight() : -delivery.weight();
        if (!delivery.endsWithConnection()) {
          lastingBytes += bytes;
        }
        brake.held(bytes);
      }
    }
  }

  /** Tells the end of a message if it is at its end. */
  void endIfDone(Delivery delivery) {
    weigh(delivery);
    if (delivery.open > 0) {
      return;
    }
    end(delivery);
    if (!delivery.copies.isEmpty()) {
      List<Delivery> copies = delivery.copies;
      delivery.copies = List.of();
      copies.forEach(this::endIfDone);
    }
  }

  private void end(Delivery delivery) {
    if (delivery.done || delivery.parked || delivery.waits()) {
      return;
    }
    delivery.done = true;
    delivery.original = null;
    if (counts(delivery)) {
      count(delivery, -1);
      handled.add(delivery);
      if (handled.size() == 1) {
        post.post(this::tell);
      }
    }
  }

  private void tell() {
    List<Delivery> done = handled;
    handled = new ArrayList<>();
    done.forEach(delivery -> told.accept(delivery.number));
  }

  /** Only the loop writes. */
  private void count(Delivery delivery, int more) {
    pending = pending + more;
    if (!delivery.endsWithConnection()) {
      lasting += more;
    }
  }
}
