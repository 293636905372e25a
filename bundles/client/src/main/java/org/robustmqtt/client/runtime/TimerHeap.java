package org.robustmqtt.client.runtime;

import java.util.PriorityQueue;
import org.robustmqtt.client.door.Loop;

/**
 * Scheduled tasks by due time, in order of scheduling where that is equal. Cancelled ones are
 * dropped when they come to the top, or all at once when they are the majority, so that timers that
 * are set and cancelled for ever do not grow it. Not safe for several threads.
 */
final class TimerHeap {
  /** With fewer entries than this, cancelled ones are not worth a pass. */
  private static final int SMALL = 64;

  private final PriorityQueue<Entry> heap = new PriorityQueue<>();
  private long counter;
  private int cancelled;

  Loop.Timer add(long due, Runnable task) {
    Entry entry = new Entry(due, counter++, task);
    heap.add(entry);
    return entry;
  }

  /** Returns the nanoseconds until the next task is due, 0 if one is, {@code Long.MAX_VALUE}. */
  long nanosToNext(long now) {
    dropCancelled();
    Entry first = heap.peek();
    return first == null ? Long.MAX_VALUE : Math.max(0, first.due - now);
  }

  /** Takes the next task that is due, or returns null. */
  Runnable poll(long now) {
    dropCancelled();
    Entry first = heap.peek();
    if (first == null || first.due - now > 0) {
      return null;
    }
    heap.remove();
    Runnable task = first.task;
    first.task = null;
    return task;
  }

  int size() {
    return heap.size();
  }

  private void dropCancelled() {
    while (!heap.isEmpty() && heap.peek().task == null) {
      heap.remove();
      cancelled--;
    }
  }

  private void cancelledOne() {
    cancelled++;
    if (cancelled > SMALL && cancelled > heap.size() / 2) {
      heap.removeIf(entry -> entry.task == null);
      cancelled = 0;
    }
  }

  private final class Entry implements Loop.Timer, Comparable<Entry> {
    private final long due;
    private final long order;
    private Runnable task;

    Entry(long due, long order, Runnable task) {
      this.due = due;
      this.order = order;
      this.task = task;
    }

    @Override
    public void cancel() {
      if (task != null) {
        task = null;
        cancelledOne();
      }
    }

    @Override
    public int compareTo(Entry other) {
      // Differences, not values: the origin of the clock is arbitrary.
      int byDue = Long.signum(due - other.due);
      return byDue != 0 ? byDue : Long.signum(order - other.order);
    }
  }
}
