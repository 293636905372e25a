package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Over the whole range of rates, on a clock that may be about to overflow. */
class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void no_limit_lets_everything_go() {
    TokenBucket bucket = TokenBucket.full(0, 7);
    for (int i = 0; i < 1_000; i++) {
      assertEquals(0, bucket.waitNanos(7));
      bucket = bucket.take(1_000_000, 7);
    }
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(-1, 0));
  }

  @Test
  void slow_ones_go_one_by_one() {
    TokenBucket bucket = TokenBucket.full(1, 0).take(1, 0);
    assertEquals(SECOND, bucket.waitNanos(0));
    assertEquals(0, bucket.waitNanos(SECOND));
    assertEquals(SECOND, bucket.take(1, SECOND).waitNanos(SECOND));
  }

  @Property(tries = 200)
  void whoever_takes_as_soon_as_may_be_gets_the_rate(
      @ForAll @LongRange(min = 1, max = 1_000_000) long rate, @ForAll long start) {
    TokenBucket bucket = TokenBucket.full(rate, start);
    long now = start;
    int count = 0;
    int most = 5_000;
    while (count < most) {
      long wait = bucket.waitNanos(now);
      now += wait;
      bucket = bucket.take(1, now);
      count++;
      double seconds = (now - start) / (double) SECOND;
      assertTrue(count <= rate * (seconds + 0.1) + 1.001, "not faster");
    }
    double seconds = (now - start) / (double) SECOND;
    assertTrue(count >= 0.999 * rate * seconds, "not slower");
  }

  @Property(tries = 200)
  void what_is_large_goes_and_is_paid_for_afterwards(
      @ForAll @LongRange(min = 1, max = 1_000_000) long rate,
      @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int amount,
      @ForAll long start) {
    TokenBucket full = TokenBucket.full(rate, start);
    assertEquals(0, full.waitNanos(start));
    TokenBucket owing = full.take(amount, start);
    double seconds = amount / (double) rate;
    double wait = owing.waitNanos(start) / (double) SECOND;
    assertTrue(wait <= seconds + 0.001 && wait >= seconds - 0.1 - 0.001, wait + " " + seconds);
    long later = start + owing.waitNanos(start);
    assertEquals(0, owing.waitNanos(later));
  }

  @Property(tries = 200)
  void a_pause_saves_no_more_than_a_tenth_of_a_second(
      @ForAll @LongRange(min = 1, max = 1_000_000) long rate,
      @ForAll @LongRange(min = 0, max = 3_600_000) long pauseMillis) {
    TokenBucket bucket = TokenBucket.full(rate, 0).take(1, 0);
    long now = pauseMillis * 1_000_000 + SECOND / rate + 1;
    int count = 0;
    while (bucket.waitNanos(now) == 0) {
      bucket = bucket.take(1, now);
      count++;
    }
    assertTrue(count >= 1 && count <= rate / 10 + 1, count + " at once of " + rate);
  }
}
