package org.robustmqtt.client.link;

import java.util.Optional;
import org.robustmqtt.client.door.Clock;

/**
 * Whether the hub is still starting. Until it has started nothing is dialled: a hub may hand over
 * what it stored first, and the file that was edited meanwhile much later. Closed for a limited
 * time. On the loop only.
 */
final class StartGate {
  private final Clock clock;
  private Optional<String> awaited = Optional.empty();
  private long until;

  /** Makes a gate that is open. */
  StartGate(Clock clock) {
    this.clock = clock;
  }

  /** Closes it, for this long at the most. */
  void close(String what, long atMostNanos) {
    awaited = Optional.of(what);
    until = clock.nanos() + atMostNanos;
  }

  /** Opens it for good; returns whether it was closed. */
  boolean open() {
    boolean was = isClosed();
    awaited = Optional.empty();
    return was;
  }

  boolean isClosed() {
    return awaited.isPresent();
  }

  /** Returns what it waits for; empty if it is open. */
  Optional<String> awaited() {
    return awaited;
  }

  /** Returns how long it stays closed at the most. */
  long nanosLeft() {
    return Math.max(0, until - clock.nanos());
  }
}
