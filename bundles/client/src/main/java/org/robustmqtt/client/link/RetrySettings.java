package org.robustmqtt.client.link;

import java.util.Objects;
import java.util.Optional;

/**
 * The waits between attempts; see the keys of the retry group.
 *
 * @param strategy how the wait grows
 * @param minNanos the first wait's bound
 * @param maxNanos the largest; 0: 30 min if patient, else 4 s for a broker in the local network and
 *     60 s for any other
 * @param jitter whether the wait is drawn below its bound
 * @param stableNanos how long a link must live to reset the waits
 * @param attemptsPerHour how many attempts any hour may have; 0: as many as come
 * @param service the name of the service that decides, with {@link Strategy#SERVICE} only
 */
public record RetrySettings(
    Strategy strategy,
    long minNanos,
    long maxNanos,
    boolean jitter,
    long stableNanos,
    int attemptsPerHour,
    Optional<String> service) {
  /** Checks that nothing is missing. */
  public RetrySettings {
    Objects.requireNonNull(strategy);
    Objects.requireNonNull(service);
    if (strategy == Strategy.PATIENT && attemptsPerHour < 1) {
      throw new IllegalArgumentException("patient without attemptsPerHour");
    }
  }

  /** How the wait grows. */
  public enum Strategy {
    /** Doubles up to the largest. */
    EXPONENTIAL,
    /** Always the same. */
    FIXED,
    /** Doubles up to a large one, unless an urgent message waits; within a number an hour. */
    PATIENT,
    /** Never by itself: only when told to connect. */
    NONE,
    /** A service of another bundle decides; while there is none, as {@link #EXPONENTIAL}. */
    SERVICE
  }
}
