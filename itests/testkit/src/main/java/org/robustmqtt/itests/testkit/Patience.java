package org.robustmqtt.itests.testkit;

import java.time.Duration;

/** How long a test waits for something that has to come: the one limit, generous on purpose. */
public final class Patience {
  /** The limit. */
  public static final Duration LIMIT = Duration.ofSeconds(30);

  private Patience() {}

  /** Returns the limit in milliseconds. */
  public static long millis() {
    return LIMIT.toMillis();
  }
}
