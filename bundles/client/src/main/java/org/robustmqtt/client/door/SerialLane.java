package org.robustmqtt.client.door;

/** The serial component lane: one task at a time, in order; tasks may wait for the disk. */
public interface SerialLane {
  /** Runs a task after those given before. Any thread. */
  void execute(Runnable task);

  /**
   * Runs a task on the lane, not before the time has passed.
   *
   * @return takes the task back if it has not run
   */
  Runnable schedule(long millis, Runnable task);
}
