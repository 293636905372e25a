package org.robustmqtt.client.listeners;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.robustmqtt.client.door.Log;

/**
 * Warns about one listener: the first time at once, then at most once a minute, with the number of
 * those that were kept back. Safe for several threads.
 */
final class Complaints {
  private static final Log LOG = Log.of("org.robustmqtt.listeners");
  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);
  private static final long NEVER = Long.MIN_VALUE;

  private final String owner;
  private final AtomicLong last = new AtomicLong(NEVER);
  private final AtomicLong keptBack = new AtomicLong();

  Complaints(String owner) {
    this.owner = owner;
  }

  /** The listener threw. */
  void threw(long now, String what, Throwable problem) {
    if (due(now)) {
      LOG.warn("listener {}: failed at {}{}", owner, what, others(), problem);
    }
  }

  /** Something else is to be said. */
  void say(long now, String what) {
    if (due(now)) {
      LOG.warn("listener {}: {}{}", owner, what, others());
    }
  }

  private boolean due(long now) {
    long before = last.get();
    if (before == NEVER || now - before >= PAUSE) {
      if (last.compareAndSet(before, now == NEVER ? NEVER + 1 : now)) {
        return true;
      }
    }
    keptBack.incrementAndGet();
    return false;
  }

  private String others() {
    long others = keptBack.getAndSet(0);
    return others == 0 ? "" : " (" + others + " like it in between)";
  }
}
