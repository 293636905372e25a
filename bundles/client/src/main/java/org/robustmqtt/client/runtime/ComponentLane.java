package org.robustmqtt.client.runtime;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.robustmqtt.client.door.SerialLane;

/**
 * One thread for configurations, journals and service registrations, one task at a time and in
 * order. The thread begins with the first task and ends by itself when there is nothing to do.
 */
public final class ComponentLane implements SerialLane, AutoCloseable {
  private static final long IDLE_SECONDS = 1;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** How often a start is tried until it is left to the next task. */
  private static final int PATIENCE = 50;

  private final Consumer<Throwable> defects;
  private final ScheduledThreadPoolExecutor executor;

  /** Makes a lane that tells what its tasks throw. */
  public ComponentLane(Consumer<Throwable> defects) {
    this(Threads.Maker.SYSTEM, defects);
  }

  /** Makes a lane with a thread that may fail to start. */
  ComponentLane(Threads.Maker maker, Consumer<Throwable> defects) {
    this.defects = defects;
    executor =
        new ScheduledThreadPoolExecutor(1, work -> maker.make("robust-mqtt/component", work));
    executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRejectedExecutionHandler((task, pool) -> {});
  }

  /** Runs a task after those given before; after the close it is dropped. Any thread. */
  @Override
  public void execute(Runnable task) {
    schedule(0, task);
  }

  /**
   * Runs a task not before the time has passed. Any thread.
   *
   * @return takes the task back if it has not run
   */
  @Override
  public Runnable schedule(long millis, Runnable task) {
    AtomicBoolean wanted = new AtomicBoolean(true);
    Runnable once = guarded(() -> runIf(wanted, task));
    try {
      Future<?> future = executor.schedule(once, millis, TimeUnit.MILLISECONDS);
      return () -> future.cancel(false);
    } catch (Throwable e) {
      // It waits in the queue; what failed is the start of the thread.
      defects.accept(e);
      startThread();
      return () -> wanted.set(false);
    }
  }

  private static void runIf(AtomicBoolean wanted, Runnable task) {
    if (wanted.get()) {
      task.run();
    }
  }

  /** The caller waits for a moment rather than leave a configuration without a thread. */
  private void startThread() {
    for (int tries = 0; tries < PATIENCE; tries++) {
      Threads.pause(PAUSE_NANOS);
      try {
        executor.prestartCoreThread();
        return;
      } catch (Throwable e) {
        // Told once is enough.
        continue;
      }
    }
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
