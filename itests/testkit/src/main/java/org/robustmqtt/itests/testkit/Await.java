package org.robustmqtt.itests.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what nobody announces. Where there is a latch or a future, that is better. */
public final class Await {
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(5);

  private Await() {}

  /**
   * Waits until a condition holds.
   *
   * @param what the sentence that the failure tells
   * @throws AssertionError if it does not hold in time
   */
  public static void until(String what, BooleanSupplier holds) {
    until(() -> what, holds);
  }

  /**
   * Waits until a condition holds.
   *
   * @param what asked at the end of the time, for the failure
   * @throws AssertionError if it does not hold in time
   */
  public static void until(Supplier<String> what, BooleanSupplier holds) {
    // counted in turns that we got: on a busy machine they take longer, and so do the others
    long left = Patience.LIMIT.toNanos() / STEP;
    while (!holds.getAsBoolean()) {
      if (--left < 0) {
        throw new AssertionError("did not come true: " + what.get());
      }
      LockSupport.parkNanos(STEP);
    }
  }
}
