package org.robustmqtt.client.door;

import java.util.concurrent.Executor;

/** The pool on which listeners and what depends on tickets are called. */
public interface Lanes {
  /**
   * Returns a new lane: an executor that runs its tasks on the pool, one at a time and in order. A
   * task that throws does not stop the lane. Any thread.
   */
  Executor lane();

  /** Returns an executor that runs tasks on the pool in no order. */
  Executor pool();

  /** Returns whether the caller is on one of the pool's threads. */
  boolean isCurrent();
}
