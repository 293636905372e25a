package org.robustmqtt.client.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How many attempts in vain to connect an hour may have, and which it had. One thread. */
public final class AttemptBudget {
  /** The most that an hour may have. */
  public static final int MOST = 3_600;

  private static final long HOUR = 3_600_000_000_000L;

  /** When those of the last hour were made, oldest first; at most {@link #MOST}. */
  private final Deque<Long> made = new ArrayDeque<>();

  private OptionalLong last = OptionalLong.empty();

  /** An attempt is made now. */
  public void attempted(long now) {
    last = OptionalLong.of(now);
    made.add(now);
    while (made.size() > MOST || now - made.peek() >= HOUR) {
      made.remove();
    }
  }

  /** The last attempt has met the broker: it was not in vain. */
  public void met() {
    made.pollLast();
  }

  /**
   * Returns how long to wait so that no hour has more than this many attempts.
   *
   * @param perHour 1 to {@link #MOST}
   * @return nanoseconds; 0: an attempt is free now
   */
  public long untilFree(int perHour, long now) {
    int behind = made.size() - perHour;
    if (behind < 0) {
      return 0;
    }
    long oldest = made.stream().skip(behind).findFirst().orElse(now - HOUR);
    return Math.max(0, oldest + HOUR - now);
  }

  /**
   * Returns how long to wait so that the attempts of an hour come evenly.
   *
   * @return nanoseconds; 0: the last attempt is long enough ago
   */
  public long untilEven(int perHour, long now) {
    return last.isEmpty() ? 0 : Math.max(0, last.getAsLong() + HOUR / perHour - now);
  }
}
