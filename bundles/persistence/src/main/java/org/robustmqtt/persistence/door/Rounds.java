package org.robustmqtt.persistence.door;

import java.util.function.BooleanSupplier;

/**
 * What runs the rounds of the journals: in production one thread, in tests the test itself, step by
 * step.
 */
public interface Rounds {
  /** The work of the journal thread. */
  interface Work {
    /** Answer of {@link #round}: there is nothing to do until {@link Rounds#wake}. */
    long NOTHING = Long.MAX_VALUE;

    /** Answer of {@link #round}: no journal is open, the thread may end. */
    long FINISHED = -1;

    /**
     * Runs one round. What it throws is a defect, and another round follows a second later.
     *
     * @return after how many nanoseconds the next is wanted, {@link #NOTHING} or {@link #FINISHED}
     */
    long round();

    /**
     * The round under way has not ended for a long time: from here on another thread runs the
     * rounds. Called once for such a round, by a third thread; only to be kept in mind.
     */
    default void stuck() {}
  }

  /**
   * Asks for a round as soon as possible. Cheap, any thread.
   *
   * @return false if there is nobody to run it, because the system gives out no thread; while a
   *     journal is open there is
   */
  boolean wake();

  /**
   * Waits until a condition holds, which is checked after each round.
   *
   * @param condition quick, and readable from any thread
   * @param nanos how long at most
   * @return whether the condition holds
   */
  boolean await(BooleanSupplier condition, long nanos) throws InterruptedException;

  /** As {@link #await}, but an interrupt is only kept in mind for the caller's next wait. */
  boolean awaitUninterrupted(BooleanSupplier condition, long nanos);

  /** Returns whether the caller is what runs the rounds; for assertions. */
  boolean isCurrent();
}
