package org.robustmqtt.persistence.runtime;

import org.robustmqtt.persistence.door.Clock;

/** The clock of the machine. */
public final class SystemClock implements Clock {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
