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

  /** A scheduled task. */
  interface Timer {
    /** Takes the task back if it has not run; may be called more than once. On the loop only. */
    void cancel();
  }
}
