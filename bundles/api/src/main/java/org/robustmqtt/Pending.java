package org.robustmqtt;

/**
 * The things to do of a connection, by class. All zero means that it may sleep.
 *
 * @param messages accepted and not settled
 * @param subscriptions wanted filters without an answer of the broker
 * @param unsubscriptions filters to be given back
 * @param received received messages whose acknowledgement is due
 */
public record Pending(int messages, int subscriptions, int unsubscriptions, int received) {
  /** Returns the sum; the seed's {@code things_to_do()}. */
  public int total() {
    return messages + subscriptions + unsubscriptions + received;
  }
}
