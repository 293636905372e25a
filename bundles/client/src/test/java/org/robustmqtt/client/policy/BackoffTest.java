package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.client.policy.Backoff.Growth;
import org.robustmqtt.client.policy.Backoff.Jitter;
import org.robustmqtt.client.policy.Backoff.Rules;
import org.robustmqtt.client.policy.Backoff.Schedule;

class BackoffTest {
  private static final long SECOND = 1_000_000_000L;
  private static final double ALMOST_ONE = Math.nextDown(1.0);
  private static final Rules DEFAULT =
      new Rules(Growth.DOUBLING, SECOND, 60 * SECOND, Jitter.FULL, true);

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 2",
    "3, 4",
    "4, 8",
    "5, 16",
    "6, 32",
    "7, 60",
    "8, 60",
    "100, 60",
    "2000000, 60"
  })
  void the_bound_doubles_from_the_smallest_to_the_largest(int failures, double seconds) {
    Backoff backoff = failed(Schedule.HEALING, failures > 1_000 ? 1_000 : failures);
    assertEquals(seconds, backoff.waitNanos(DEFAULT, 0, ALMOST_ONE) / 1e9, 1e-6);
    assertEquals(0, backoff.waitNanos(DEFAULT, 0, 0));
  }

  @Test
  void the_wait_is_drawn_evenly_between_nothing_and_its_bound() {
    Backoff backoff = failed(Schedule.HEALING, 5);
    assertEven(0, 16 * SECOND, draws(backoff, DEFAULT, 0));
  }

  @Test
  void without_jitter_the_wait_is_the_bound() {
    Rules rules = new Rules(Growth.DOUBLING, SECOND, 60 * SECOND, Jitter.NONE, true);
    assertEquals(8 * SECOND, failed(Schedule.HEALING, 4).waitNanos(rules, 0, 0.3));
  }

  @Test
  void a_fixed_wait_does_not_grow_and_has_no_quick_phase() {
    Rules rules = new Rules(Growth.FIXED, 5 * SECOND, 60 * SECOND, Jitter.NONE, true);
    assertEquals(5 * SECOND, failed(Schedule.HEALING, 9).waitNanos(rules, 0, 0.3));
    Backoff stable = Backoff.FRESH.withStableLink(Schedule.HEALING, 0, true);
    assertEquals(5 * SECOND, stable.waitNanos(rules, 0, 0.3));
  }

  @Test
  void for_thirty_seconds_after_a_stable_link_the_wait_is_between_a_quarter_and_one_second() {
    Backoff backoff = failed(Schedule.HEALING, 9).withStableLink(Schedule.HEALING, 0, true);
    assertEven(SECOND / 4, SECOND, draws(backoff, DEFAULT, 0));
    for (long at = SECOND; at < 30 * SECOND; at += SECOND) {
      backoff = backoff.withFailure(Schedule.HEALING, at);
      long now = at;
      assertEquals(SECOND / 4, backoff.waitNanos(DEFAULT, now, 0));
    }
    // Afterwards it begins with the smallest bound: the quick attempts do not count.
    backoff = backoff.withFailure(Schedule.HEALING, 30 * SECOND);
    assertEquals(1.0, backoff.waitNanos(DEFAULT, 30 * SECOND, ALMOST_ONE) / 1e9, 1e-6);
  }

  @Test
  void a_far_broker_is_tried_once_soon_and_then_over_a_dozen_seconds() {
    Rules far = new Rules(Growth.DOUBLING, SECOND, 60 * SECOND, Jitter.FULL, false);
    Backoff lost = Backoff.FRESH.withStableLink(Schedule.HEALING, 0, true);
    assertEven(0, SECOND, draws(lost, far, 0));
    for (long at = SECOND; at < 30 * SECOND; at += 8 * SECOND) {
      lost = lost.withFailure(Schedule.HEALING, at);
      assertEven(SECOND, 15 * SECOND, draws(lost, far, at));
    }
    for (int bound : new int[] {15, 30, 60, 60}) {
      lost = lost.withFailure(Schedule.HEALING, 31 * SECOND);
      assertEven(0, bound * SECOND, draws(lost, far, 31 * SECOND));
    }
    Rules shorter = new Rules(Growth.DOUBLING, SECOND, 5 * SECOND, Jitter.FULL, false);
    assertEven(0, 5 * SECOND, draws(lost, shorter, 31 * SECOND));
    Rules none = new Rules(Growth.DOUBLING, SECOND, 60 * SECOND, Jitter.NONE, false);
    Backoff plain = Backoff.FRESH.withStableLink(Schedule.HEALING, 0, false);
    for (int wait : new int[] {1, 2, 4}) {
      plain = plain.withFailure(Schedule.HEALING, 0);
      assertEquals(wait * SECOND, plain.waitNanos(none, 0, 0.5));
    }
  }

  @Test
  void half_of_a_patient_wait_is_waited_at_least() {
    Rules rules = new Rules(Growth.DOUBLING, SECOND, 1_800 * SECOND, Jitter.HALF, true);
    assertEven(4 * SECOND, 8 * SECOND, draws(failed(Schedule.HEALING, 4), rules, 0));
    assertEven(900 * SECOND, 1_800 * SECOND, draws(failed(Schedule.HEALING, 40), rules, 0));
  }

  @Test
  void a_link_that_flaps_has_no_quick_phase_and_its_waits_grow() {
    Backoff backoff = Backoff.FRESH.withStableLink(Schedule.HEALING, 0, true);
    backoff = backoff.withShortLink(Schedule.HEALING, SECOND, SECOND, true);
    backoff = backoff.withShortLink(Schedule.HEALING, SECOND, 2 * SECOND, true);
    backoff = backoff.withShortLink(Schedule.HEALING, 5 * SECOND - 1, 3 * SECOND, true);
    assertEquals(4.0, backoff.waitNanos(DEFAULT, 3 * SECOND, ALMOST_ONE) / 1e9, 1e-6);
  }

  @Test
  void a_link_of_five_seconds_has_the_quick_phase_and_forgets_nothing() {
    Backoff backoff =
        failed(Schedule.HEALING, 2).withShortLink(Schedule.HEALING, 5 * SECOND, 0, true);
    assertEven(SECOND / 4, SECOND, draws(backoff, DEFAULT, 0));
    backoff = backoff.withFailure(Schedule.HEALING, 29 * SECOND);
    assertEven(SECOND / 4, SECOND, draws(backoff, DEFAULT, 29 * SECOND));
    // Afterwards it goes on where it was.
    backoff = backoff.withFailure(Schedule.HEALING, 30 * SECOND);
    assertEquals(8.0, backoff.waitNanos(DEFAULT, 30 * SECOND, ALMOST_ONE) / 1e9, 1e-6);
  }

  @Test
  void a_fourth_link_that_is_short_is_one_that_flaps() {
    Backoff backoff =
        failed(Schedule.HEALING, 3).withShortLink(Schedule.HEALING, 29 * SECOND, 0, true);
    assertEven(0, 8 * SECOND, draws(backoff, DEFAULT, 0));
  }

  @Test
  void after_five_seconds_without_a_near_broker_it_is_back_within_one_also_if_that_repeats() {
    SplittableRandom random = new SplittableRandom(7);
    Rules near = new Rules(Growth.DOUBLING, SECOND, 4 * SECOND, Jitter.FULL, true);
    for (int seed = 0; seed < 1_000; seed++) {
      Backoff backoff = Backoff.FRESH;
      long now = 0;
      for (int outage = 0; outage < 3; outage++) {
        now += 10 * SECOND;
        backoff = backoff.withShortLink(Schedule.HEALING, 10 * SECOND, now, true);
        long end = now + 5 * SECOND;
        now += backoff.waitNanos(near, now, random.nextDouble());
        while (now < end) {
          backoff = backoff.withFailure(Schedule.HEALING, now);
          now += backoff.waitNanos(near, now, random.nextDouble());
        }
        assertTrue(now - end <= SECOND, "back after " + (now - end));
      }
    }
  }

  @Test
  void a_refusal_for_good_is_tried_every_half_to_one_minute_growing_to_ten() {
    assertEven(30 * SECOND, 60 * SECOND, draws(failed(Schedule.REFUSED, 1), DEFAULT, 0));
    assertEven(300 * SECOND, 600 * SECOND, draws(failed(Schedule.REFUSED, 10), DEFAULT, 0));
    Backoff inQuickPhase =
        Backoff.FRESH
            .withStableLink(Schedule.HEALING, 0, true)
            .withFailure(Schedule.REFUSED, SECOND);
    assertEquals(30 * SECOND, inQuickPhase.waitNanos(DEFAULT, SECOND, 0));
  }

  @Test
  void refusals_are_forgotten_when_something_else_fails() {
    Backoff backoff = failed(Schedule.REFUSED, 9).withFailure(Schedule.HEALING, 0);
    assertTrue(backoff.waitNanos(DEFAULT, 0, ALMOST_ONE) <= SECOND);
    assertEquals(30 * SECOND, backoff.withFailure(Schedule.REFUSED, 0).waitNanos(DEFAULT, 0, 0));
  }

  @Test
  void two_clients_with_one_identifier_do_not_throw_each_other_out_without_pause() {
    Backoff backoff = Backoff.FRESH.withStableLink(Schedule.TAKEN_OVER, 0, true);
    assertTrue(backoff.waitNanos(DEFAULT, 0, 0) >= 2 * SECOND);
    for (int i = 0; i < 10; i++) {
      backoff = backoff.withShortLink(Schedule.TAKEN_OVER, 10 * SECOND, i, true);
    }
    assertEquals(150 * SECOND, backoff.waitNanos(DEFAULT, 10, 0));
  }

  private static Backoff failed(Schedule schedule, int times) {
    Backoff backoff = Backoff.FRESH;
    for (int i = 0; i < times; i++) {
      backoff = backoff.withFailure(schedule, 0);
    }
    return backoff;
  }

  private static LongSupplier draws(Backoff backoff, Rules rules, long now) {
    SplittableRandom random = new SplittableRandom(42);
    return () -> backoff.waitNanos(rules, now, random.nextDouble());
  }

  /** Ten equal parts of the range are met about equally often, and nothing outside. */
  private static void assertEven(long from, long to, LongSupplier draws) {
    int[] parts = new int[10];
    for (int i = 0; i < 10_000; i++) {
      long value = draws.getAsLong();
      assertTrue(value >= from && value < to, "drawn " + value);
      parts[(int) ((value - from) * 10 / (to - from))]++;
    }
    for (int count : parts) {
      assertTrue(count > 850 && count < 1_150, "met " + count + " times");
    }
  }
}
