package org.robustmqtt.client.listeners;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Log;

/**
 * What one listener has still to hear, in order, on its lane. Bounded: a listener that does not
 * keep up loses its own oldest, with one WARN until it has caught up. Safe for several threads.
 */
final class Mailbox<T> implements Registration {
  private static final Log LOG = Log.of("org.robustmqtt.listeners");
  private static final int AT_ONCE = 64;

  private final String owner;
  private final int capacity;
  private final Consumer<T> listener;
  private final Executor lane;
  private final Runnable onClose;
  private final Gate gate = new Gate();
  private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicBoolean running = new AtomicBoolean();

  /** Made once: nothing may fail between {@link #running} and the lane. */
  private final Runnable drain = this::drain;

  private final AtomicBoolean overflowing = new AtomicBoolean();

  /** Whether the last call threw, so that the next one that does is not told again. On the lane. */
  private boolean failing;

  Mailbox(
      String owner, int capacity, Consumer<T> listener, Executor lane, Consumer<Mailbox<T>> gone) {
    this.owner = owner;
    this.capacity = capacity;
    this.listener = listener;
    this.lane = lane;
    this.onClose = () -> gone.accept(this);
  }

  void put(T item) {
    if (gate.isClosed()) {
      return;
    }
    queue.add(item);
    if (size.incrementAndGet() > capacity && queue.poll() != null) {
      size.decrementAndGet();
      if (overflowing.compareAndSet(false, true)) {
        LOG.warn(
            "listener {}: does not keep up, {} wait; it does not hear the oldest", owner, capacity);
      }
    }
    run();
  }

  private void run() {
    if (running.compareAndSet(false, true)) {
      lane.execute(drain);
    }
  }

  /** A bounded turn, so that others get theirs. */
  private void drain() {
    for (int i = 0; i < AT_ONCE; i++) {
      T item = queue.poll();
      if (item == null) {
        overflowing.set(false);
        break;
      }
      size.decrementAndGet();
      call(item);
    }
    running.set(false);
    if (!queue.isEmpty()) {
      run();
    }
  }

  private void call(T item) {
    if (!gate.enter()) {
      return;
    }
    try {
      listener.accept(item);
      failing = false;
    } catch (Throwable problem) {
      // also an Error: a bundle that is gone throws NoClassDefFoundError, and the lane lives on
      if (!failing) {
        LOG.warn("listener {}: failed at {}", owner, item, problem);
      }
      failing = true;
    } finally {
      gate.leave();
    }
  }

  @Override
  public void close() {
    if (gate.close()) {
      onClose.run();
      queue.clear();
    }
  }
}
