package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Durations as the outbox counts with them: saturated, so that sums of them stay in range. */
final class Times {
  /** One hundred years; far from the range of the monotonic clock, which only differences enter. */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private Times() {}

  /** Returns a wait in nanoseconds; nothing for a negative one. */
  static long nanos(Duration duration) {
    return duration.isNegative() ? 0 : shortened(duration).toNanos();
  }

  /** Returns milliseconds, at most the longest time, in nanoseconds. */
  static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.min(millis, LONGEST.toMillis()));
  }

  /** Returns a deadline in milliseconds, rounded up. */
  static long millis(Duration deadline) {
    return shortened(deadline).plusNanos(999_999).toMillis();
  }

  private static Duration shortened(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }
}
