package org.robustmqtt.persistence.journal;

import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Clock;

/**
 * The wall time that is written down, so that a start can tell whether the clock is behind what was
 * seen before.
 *
 * <p>A hub without a clock of its own boots in the past and is put right by the network. If it
 * fails before that, the next start must still see the old time. So for a while after opening, what
 * is written does not go below what was found; after that the machine's clock is believed, even if
 * it had been in the future before.
 */
final class WallTime {
  private static final long TRUST = TimeUnit.MINUTES.toNanos(10);

  private final Clock clock;
  private final long origin;
  private final long found;

  /** Begins at the opening of a journal in which this time, or 0, was the last. */
  WallTime(Clock clock, long found) {
    this.clock = clock;
    this.origin = clock.nanos();
    this.found = found;
  }

  /** Returns the time to be written, milliseconds since 1970. */
  long millis() {
    long now = clock.wallMillis();
    return clock.nanos() - origin < TRUST ? Math.max(now, found) : now;
  }
}
