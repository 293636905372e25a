package org.robustmqtt.shell.runtime;

import java.time.Instant;

/** The time of the hub, for the ages that commands print. */
public final class WallClock {
  private WallClock() {}

  /** Returns the wall time of this moment. */
  public static Instant now() {
    return Instant.now();
  }
}
