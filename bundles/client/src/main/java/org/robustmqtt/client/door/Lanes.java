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

  /**
   * Waits until no more than a bounded number of tasks waits for the pool, which is so but when
   * foreign code on all its threads does not return. Whoever would cause more tasks asks before.
   * Any thread; on one of the pool's own it does not wait.
   *
   * @param nanos how long to wait at the most
   * @return whether there is room
   */
  default boolean awaitRoom(long nanos) {
    return true;
  }

  /** Returns whether the caller is on one of the pool's threads. */
  boolean isCurrent();
}
