package org.robustmqtt.client.door;

/** The one thread that owns sockets, sessions, links and timers. */
public interface Loop {
  /** Returns whether the caller is on the loop; confined state is guarded by asserting this. */
  boolean isCurrent();

  /** Runs a task on the loop, after those given before. Any thread. */
  void execute(Runnable task);

  /**
   * Runs a task on the loop, not before the delay has passed. On the loop only.
   *
   * @param delayNanos 0 and more
   */
  Timer schedule(long delayNanos, Runnable task);

  /** Adds what hears of accidents from now on. On the loop only. */
  default void watchedBy(Accidents hearer) {
    // Where no thread can be lost there are none.
  }

  /** Takes away what was added. On the loop only. */
  default void notWatchedBy(Accidents hearer) {
    // See above.
  }

  /** A scheduled task. */
  interface Timer {
    /** Takes the task back if it has not run; may be called more than once. On the loop only. */
    void cancel();
  }

  /** Hears, on the loop, of what should not happen to a loop. */
  interface Accidents {
    /** A task threw what its owner did not catch: something may be half done. */
    void taskFailed();

    /**
     * Another thread has taken over, because the one before it did not come back. What that one was
     * doing is half done, and every channel is to be given up.
     */
    void replaced(Throwable why);
  }
}
