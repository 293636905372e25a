package org.robustmqtt.client.policy;

/**
 * How fast something may go, as a value: so much a second on the average, and after a pause no more
 * at once than a tenth of a second makes, or one. What is larger than that goes when the bucket is
 * full, and the next one waits the longer.
 *
 * @param perSecond how much a second; 0: any
 * @param paidAt when what was taken is paid for, nanoseconds of the monotonic clock
 */
public record TokenBucket(long perSecond, long paidAt) {
  private static final long SECOND = 1_000_000_000L;
  private static final long MOST_AT_ONCE = SECOND / 10;

  /** Checks the values. */
  public TokenBucket {
    if (perSecond < 0) {
      throw new IllegalArgumentException("rate " + perSecond + ": must not be negative");
    }
  }

  /** Returns a bucket that is full. */
  public static TokenBucket full(long perSecond, long now) {
    return new TokenBucket(perSecond, now);
  }

  /** Returns how many nanoseconds to wait until something may be taken; 0: now. */
  public long waitNanos(long now) {
    if (perSecond == 0) {
      return 0;
    }
    long atOnce = Math.max(0, MOST_AT_ONCE - nanos(1));
    return Math.max(0, paidAt - now - atOnce);
  }

  /** Takes something. */
  public TokenBucket take(long amount, long now) {
    if (perSecond == 0) {
      return this;
    }
    long from = paidAt - now > 0 ? paidAt : now;
    return new TokenBucket(perSecond, from + nanos(amount));
  }

  /** Rounded up: never faster than asked for. */
  private long nanos(long amount) {
    return amount / perSecond * SECOND + (amount % perSecond * SECOND + perSecond - 1) / perSecond;
  }
}
