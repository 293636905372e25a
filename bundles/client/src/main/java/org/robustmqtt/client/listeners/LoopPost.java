package org.robustmqtt.client.listeners;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.robustmqtt.client.door.Loop;

/**
 * Brings what other threads have to say to the loop: in the order in which it was posted, with one
 * task of the loop for all that is there. Safe for several threads.
 */
final class LoopPost {
  private final Loop loop;
  private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** Made once: nothing may fail between {@link #scheduled} and the loop. */
  private final Runnable deliver = this::deliver;

  LoopPost(Loop loop) {
    this.loop = loop;
  }

  void post(Runnable task) {
    posted.add(task);
    if (scheduled.compareAndSet(false, true)) {
      loop.execute(deliver);
    }
  }

  private void deliver() {
    scheduled.set(false);
    try {
      for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
        task.run();
      }
    } finally {
      // a task that throws is a defect, but not one of those behind it
      if (!posted.isEmpty() && scheduled.compareAndSet(false, true)) {
        loop.execute(deliver);
      }
    }
  }
}
