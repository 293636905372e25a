package org.robustmqtt.client.link;

import java.util.Objects;

/**
 * The waits between attempts; see the keys of the retry group.
 *
 * @param strategy how the wait grows
 * @param minNanos the first wait's bound
 * @param maxNanos the largest; 0: 4 s while every resolved address is loopback, link-local or
 *     site-local, else 60 s
 * @param jitter whether the wait is drawn evenly between 0 and its bound
 * @param stableNanos how long a link must live to reset the waits
 */
public record RetrySettings(
    Strategy strategy, long minNanos, long maxNanos, boolean jitter, long stableNanos) {
  /** Checks that nothing is missing. */
  public RetrySettings {
    Objects.requireNonNull(strategy);
  }

  /** How the wait grows. */
  public enum Strategy {
    /** Doubles up to the largest. */
    EXPONENTIAL,
    /** Always the same. */
    FIXED,
    /** Never by itself: only when told to connect. */
    NONE
  }
}
