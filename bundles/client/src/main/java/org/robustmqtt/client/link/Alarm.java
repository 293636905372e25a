package org.robustmqtt.client.link;

import java.util.function.Consumer;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Loop;

/** One task that is due once at a time. On the loop only. */
final class Alarm {
  /** Further away than any deadline; beyond it the clock's numbers would overflow. */
  private static final long FARTHEST_NANOS = 365L * 24 * 3_600 * 1_000_000_000L;

  private final Doors doors;
  private final Consumer<Runnable> guard;
  private final Runnable task;
  private Loop.Timer timer;
  private long due;

  /** Makes an alarm that is not set; the guard runs the task. */
  Alarm(Doors doors, Consumer<Runnable> guard, Runnable task) {
    this.doors = doors;
    this.guard = guard;
    this.task = task;
  }

  /** Sets it, instead of what was set before; to ring in a year at the latest. */
  void in(long nanos) {
    cancel();
    long delay = Math.min(Math.max(0, nanos), FARTHEST_NANOS);
    due = doors.clock().nanos() + delay;
    timer = doors.loop().schedule(delay, this::ring);
  }

  /** Sets it, unless it is set to ring no later. It may ring early therefore. */
  void noLaterThan(long dueNanos) {
    if (timer == null || dueNanos - due < 0) {
      in(dueNanos - doors.clock().nanos());
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  boolean isSet() {
    return timer != null;
  }

  /** Returns when it rings, on the monotonic clock; meaningless if it is not set. */
  long due() {
    return due;
  }

  private void ring() {
    timer = null;
    guard.accept(task);
  }
}
