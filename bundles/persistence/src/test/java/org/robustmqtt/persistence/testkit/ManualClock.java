package org.robustmqtt.persistence.testkit;

import java.time.Duration;
import org.robustmqtt.persistence.door.Clock;

/** A clock that goes on only when told. */
public final class ManualClock implements Clock {
  private long nanos = 1_000_000;

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long wallMillis() {
    return 1_700_000_000_000L + nanos / 1_000_000;
  }

  /** Lets time pass. */
  public void advance(Duration duration) {
    nanos += duration.toNanos();
  }
}
