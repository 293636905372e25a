package org.robustmqtt.client.runtime;

import org.robustmqtt.client.door.Clock;

/** The system's clocks. */
final class SystemClock implements Clock {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
