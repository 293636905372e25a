package org.robustmqtt.client.policy;

import java.util.OptionalLong;

/**
 * How long to wait before the next attempt, as a pure decision: a value that remembers what failed
 * since the last stable link, and rules. Each {@code with} method returns the changed value.
 *
 * <p>There are four schedules:
 *
 * <ul>
 *   <li>What may heal by itself: the bound doubles from {@code min} to {@code max}, and with jitter
 *       the wait is even between 0 and the bound, so that hubs do not come back in step.
 *   <li>For {@value #QUICK_SECONDS} s after the loss of a stable link: even between 0.25 and 1 s if
 *       the broker is near, that is in the local network; else the first wait is the smallest and
 *       the next are even between 1 and 15 s, so that 1,000 clients of a broker that restarts try
 *       125 times a second, and not at once. These waits do not raise the bound. The same after a
 *       link that lived for {@value #QUICK_LINK_SECONDS} s at least, while no more than {@value
 *       #QUICK_FAILURES} things have failed: a broker that restarts twice in a minute does not flap
 *       yet. The bound is raised by such a link all the same.
 *   <li>What the broker asks for itself (busy, quota exceeded, rate too high): a bound that doubles
 *       from 5 to 60 s, of which at least half is waited.
 *   <li>What will not heal by itself (refused by the broker for good), and two clients with one
 *       identifier: a slow bound, of which at least half is waited, so that nobody is hammered and
 *       no two clients throw each other out without pause.
 * </ul>
 *
 * @param failures attempts and short links that failed and raise the bound
 * @param refusals refusals for good in a row
 * @param takeOvers how often another client took the session since the last stable link
 * @param quickUntil until when, on the monotonic clock, the quick schedule applies; empty: it does
 *     not
 * @param tried whether anything has failed since the last stable link
 * @param last the schedule that the last failure asks for
 */
public record Backoff(
    int failures,
    int refusals,
    int takeOvers,
    OptionalLong quickUntil,
    boolean tried,
    Schedule last) {
  /** Nothing failed yet. */
  public static final Backoff FRESH =
      new Backoff(0, 0, 0, OptionalLong.empty(), false, Schedule.HEALING);

  static final long QUICK_SECONDS = 30;

  static final long QUICK_LINK_SECONDS = 5;

  static final int QUICK_FAILURES = 3;

  private static final long SECOND = 1_000_000_000L;
  private static final long QUICK_LEAST = SECOND / 4;
  private static final long QUICK_MOST = SECOND;
  private static final long SPREAD_LEAST = SECOND;
  private static final long SPREAD_MOST = 15 * SECOND;
  private static final long REFUSAL_FIRST = 60 * SECOND;
  private static final long REFUSAL_MOST = 600 * SECOND;
  private static final long TAKE_OVER_FIRST = 5 * SECOND;
  private static final long TAKE_OVER_MOST = 300 * SECOND;
  private static final long BUSY_FIRST = 5 * SECOND;
  private static final long BUSY_MOST = 60 * SECOND;

  /** Which schedule a failure asks for. */
  public enum Schedule {
    /** It may heal by itself. */
    HEALING,
    /** It will not heal by itself. */
    REFUSED,
    /** Another client has our identifier. */
    TAKEN_OVER,
    /** The broker has too much to do, or had enough of us for now. */
    BUSY
  }

  /** How the wait of the healing schedule grows. */
  public enum Growth {
    /** Doubles. */
    DOUBLING,
    /** Always the smallest. */
    FIXED
  }

  /**
   * The rules of a connection.
   *
   * @param growth how the wait grows
   * @param minNanos the first bound; more than 0
   * @param maxNanos the largest bound; at least {@code minNanos}
   * @param jitter how much of its bound a wait may fall short of
   * @param near whether the broker is in the local network; if not, and with full jitter, a growing
   *     wait has a bound of 15 s at least after a failure
   */
  public record Rules(Growth growth, long minNanos, long maxNanos, Jitter jitter, boolean near) {}

  /** How much of its bound a wait may fall short of, drawn evenly. */
  public enum Jitter {
    /** A wait is its bound. */
    NONE,
    /** At least half of the bound is waited. */
    HALF,
    /** From nothing to the bound. */
    FULL
  }

  /** After a failed attempt. */
  public Backoff withFailure(Schedule schedule, long now) {
    return switch (schedule) {
      case HEALING ->
          new Backoff(
              quick(now) ? failures : failures + 1, 0, takeOvers, quickUntil, true, schedule);
      case REFUSED ->
          new Backoff(failures, refusals + 1, takeOvers, OptionalLong.empty(), true, schedule);
      case BUSY -> new Backoff(failures + 1, 0, takeOvers, OptionalLong.empty(), true, schedule);
      case TAKEN_OVER ->
          new Backoff(failures + 1, 0, takeOvers + 1, OptionalLong.empty(), true, schedule);
    };
  }

  /**
   * After the loss of a link that was online, but not for long enough to be stable.
   *
   * @param livedNanos how long it was online
   * @param hurries whether there is a schedule for the first seconds
   */
  public Backoff withShortLink(Schedule schedule, long livedNanos, long now, boolean hurries) {
    Backoff failed =
        new Backoff(failures, refusals, takeOvers, OptionalLong.empty(), true, last)
            .withFailure(schedule, now);
    boolean quick =
        hurries
            && schedule == Schedule.HEALING
            && livedNanos >= QUICK_LINK_SECONDS * SECOND
            && failed.failures <= QUICK_FAILURES;
    return quick ? failed.quickFrom(now) : failed;
  }

  private Backoff quickFrom(long now) {
    OptionalLong until = OptionalLong.of(now + QUICK_SECONDS * SECOND);
    return new Backoff(failures, refusals, takeOvers, until, tried, last);
  }

  /**
   * After the loss of a link that had been stable: all is forgotten but this.
   *
   * @param hurries whether there is a schedule for the first seconds
   */
  public Backoff withStableLink(Schedule schedule, long now, boolean hurries) {
    return switch (schedule) {
      case HEALING, REFUSED -> hurries ? FRESH.quickFrom(now) : FRESH;
      case TAKEN_OVER, BUSY -> FRESH.withFailure(schedule, now);
    };
  }

  /**
   * Decides the wait.
   *
   * @param now the monotonic clock
   * @param chance from 0 (inclusive) to 1 (exclusive), even
   * @return nanoseconds
   */
  public long waitNanos(Rules rules, long now, double chance) {
    return switch (last) {
      case HEALING -> healing(rules, now, chance);
      case REFUSED -> half(doubled(REFUSAL_FIRST, REFUSAL_MOST, refusals), chance);
      case BUSY -> half(doubled(BUSY_FIRST, BUSY_MOST, failures), chance);
      case TAKEN_OVER -> half(doubled(TAKE_OVER_FIRST, TAKE_OVER_MOST, takeOvers), chance);
    };
  }

  private long healing(Rules rules, long now, double chance) {
    boolean grows = rules.growth() == Growth.DOUBLING;
    boolean spread = grows && !rules.near() && rules.jitter() == Jitter.FULL && tried;
    if (grows && rules.near() && quick(now)) {
      return between(QUICK_LEAST, QUICK_MOST, chance);
    }
    if (spread && quick(now)) {
      return Math.min(between(SPREAD_LEAST, SPREAD_MOST, chance), rules.maxNanos());
    }
    long first = Math.max(rules.minNanos(), spread ? SPREAD_MOST : 0);
    long bound = grows ? doubled(first, rules.maxNanos(), failures) : rules.minNanos();
    return switch (rules.jitter()) {
      case NONE -> bound;
      case HALF -> half(bound, chance);
      case FULL -> (long) (chance * bound);
    };
  }

  private static long between(long least, long most, double chance) {
    return least + (long) (chance * (most - least));
  }

  private boolean quick(long now) {
    return quickUntil.isPresent() && now - quickUntil.getAsLong() < 0;
  }

  private static long half(long bound, double chance) {
    return bound / 2 + (long) (chance * (bound / 2));
  }

  /** The first bound, doubled for each failure after the first, at the most {@code max}. */
  private static long doubled(long min, long max, int failures) {
    long bound = Math.min(min, max);
    for (int i = 1; i < failures && bound < max; i++) {
      bound = bound > max / 2 ? max : bound * 2;
    }
    return bound;
  }
}
