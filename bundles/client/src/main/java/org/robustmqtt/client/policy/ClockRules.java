package org.robustmqtt.client.policy;

import java.time.Duration;

/**
 * What is believed of a wall clock that is behind what was seen in an earlier run (delivery-rules
 * 10).
 *
 * @param waitMillis how long messages with deadlines are held, so that the clock can be set
 * @param trustMillis what has no longer deadline than this expires when the clock was not set
 */
public record ClockRules(long waitMillis, long trustMillis) {
  /** The defaults of a connection: one minute, one hour. */
  public static final ClockRules DEFAULT =
      new ClockRules(Duration.ofMinutes(1).toMillis(), Duration.ofHours(1).toMillis());

  /** Checks the values. */
  public ClockRules {
    if (waitMillis < 0 || trustMillis < 0) {
      throw new IllegalArgumentException(
          "clockWait " + waitMillis + " ms, clockTrust " + trustMillis + " ms: none below 0");
    }
  }
}
