package org.robustmqtt.client.runtime;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread for configurations, journals and service registrations, one task at a time and in
 * order. The thread begins with the first task and ends by itself when there is nothing to do.
 */
public final class ComponentLane implements AutoCloseable {
  private static final long IDLE_SECONDS = 1;

  private final Consumer<Throwable> defects;
  private final ScheduledThreadPoolExecutor executor;

  /** Makes a lane that tells what its tasks throw. */
  public ComponentLane(Consumer<Throwable> defects) {
    this.defects = defects;
    executor = new ScheduledThreadPoolExecutor(1, ComponentLane::thread);
    executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRejectedExecutionHandler((task, pool) -> {});
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "robust-mqtt/component", 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs a task after those given before; after the close it is dropped. Any thread. */
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  /**
   * Runs a task not before the time has passed. Any thread.
   *
   * @return takes the task back if it has not run
   */
  public Runnable schedule(long millis, Runnable task) {
    Future<?> future = executor.schedule(guarded(task), millis, TimeUnit.MILLISECONDS);
    return () -> future.cancel(false);
  }

  /** A task that throws does not end the lane. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable defect) {
        defects.accept(defect);
      }
    };
  }

  /** Runs what was given to be run at once, waits for it at most five seconds, and ends. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
