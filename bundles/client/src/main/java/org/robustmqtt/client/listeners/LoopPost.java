package org.robustmqtt.client.listeners;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Loop;

/**
 * The way of the listeners' room to the loop. What other threads have to say comes in the order in
 * which it was posted, with one task of the loop for all that is there. Whatever a task throws is
 * told as a defect: it is half done, and costs the connection. Safe for several threads.
 */
final class LoopPost {
  private final Loop loop;
  private final Consumer<Throwable> defects;
  private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** Made once: nothing may fail between {@link #scheduled} and the loop. */
  private final Runnable deliver = this::deliver;

  LoopPost(Loop loop, Consumer<Throwable> defects) {
    this.loop = loop;
    this.defects = defects;
  }

  void post(Runnable task) {
    posted.add(task);
    if (scheduled.compareAndSet(false, true)) {
      loop.execute(deliver);
    }
  }

  /** Runs a task in a later turn of the loop, by itself. */
  void execute(Runnable task) {
    loop.execute(() -> guarded(task));
  }

  /** Runs a task later, on the loop. On the loop. */
  Loop.Timer schedule(long delayNanos, Runnable task) {
    return loop.schedule(delayNanos, () -> guarded(task));
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable defect) {
      defects.accept(defect);
    }
  }

  private void deliver() {
    scheduled.set(false);
    try {
      for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
        guarded(task);
      }
    } finally {
      if (!posted.isEmpty() && scheduled.compareAndSet(false, true)) {
        loop.execute(deliver);
      }
    }
  }
}
