package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Loop;

/**
 * The loop: one daemon thread that runs tasks, timers and what sockets are ready for, in rounds of
 * bounded length, so that none of the three can starve the others. Whatever a task throws is
 * reported and the loop goes on. The thread starts with the first task.
 */
final class LoopThread implements Loop {
  private static final long CLOSE_MILLIS = 2_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** A century; beyond it the clock's numbers would overflow. */
  private static final long FARTHEST_NANOS = TimeUnit.DAYS.toNanos(36_525);

  private enum Phase {
    NEW,
    RUNNING,
    CLOSED
  }

  private final Clock clock;
  private final Consumer<Throwable> defects;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();

  // Guarded by this; never held while a task runs.
  private Phase phase = Phase.NEW;
  private volatile Thread thread;
  private volatile Selector selector;
  private volatile boolean closing;

  /** Stands between the tasks of this round and the next; never run. */
  private final Runnable endOfRound = () -> {};

  // On the loop only.
  private final TimerHeap timers = new TimerHeap();

  LoopThread(Clock clock, Consumer<Throwable> defects) {
    this.clock = clock;
    this.defects = defects;
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** {@inheritDoc} After {@link #close()} the task is dropped. */
  @Override
  public void execute(Runnable task) {
    if (closing) {
      return;
    }
    tasks.add(task);
    if (thread == null) {
      start();
    }
    if (!isCurrent() && woken.compareAndSet(false, true)) {
      Selector current = selector;
      if (current != null) {
        current.wakeup();
      }
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    assert isCurrent() : "not on the loop";
    return timers.add(clock.nanos() + Math.min(Math.max(0, delayNanos), FARTHEST_NANOS), task);
  }

  /** Registers a channel; what it is ready for goes to the handler. On the loop only. */
  void register(SelectableChannel channel, int operations, Runnable handler) throws IOException {
    assert isCurrent() : "not on the loop";
    channel.register(selector, operations, handler);
  }

  /** Returns the key of a registered channel; null once it is closed. On the loop only. */
  SelectionKey keyOf(SelectableChannel channel) {
    assert isCurrent() : "not on the loop";
    return channel.keyFor(selector);
  }

  /** Ends the thread after the tasks given before, and closes every channel. */
  void close() {
    Thread running;
    synchronized (this) {
      closing = true;
      running = thread;
      if (phase != Phase.RUNNING) {
        phase = Phase.CLOSED;
        return;
      }
    }
    selector.wakeup();
    Threads.join(running, CLOSE_MILLIS);
  }

  private synchronized void start() {
    if (phase != Phase.NEW) {
      return;
    }
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("no selector: " + e.getMessage(), e);
    }
    phase = Phase.RUNNING;
    Thread started = Threads.daemon("robust-mqtt/loop", this::run);
    thread = started;
    started.start();
  }

  private void run() {
    try {
      while (!closing) {
        round();
      }
      runTasks();
    } finally {
      closeChannels();
      synchronized (this) {
        phase = Phase.CLOSED;
      }
    }
  }

  private void round() {
    try {
      runTasks();
      runTimers();
      select();
      runReady();
    } catch (IOException e) {
      report(e);
      renewSelector();
    }
  }

  /** Runs the tasks that are there now; those added meanwhile wait for the next round. */
  private void runTasks() {
    woken.set(false);
    tasks.add(endOfRound);
    for (Runnable task = tasks.poll(); task != endOfRound; task = tasks.poll()) {
      guarded(task);
    }
  }

  private void runTimers() {
    long now = clock.nanos();
    for (Runnable task = timers.poll(now); task != null; task = timers.poll(now)) {
      guarded(task);
    }
  }

  private void select() throws IOException {
    long wait = timers.nanosToNext(clock.nanos());
    if (!tasks.isEmpty() || closing || wait == 0) {
      selector.selectNow();
    } else if (wait == Long.MAX_VALUE) {
      selector.select();
    } else {
      // Rounded up: a timer never runs early, and a wait below one millisecond does not spin.
      selector.select((wait + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }
    // An interrupt of somebody must not turn every later select into a spin.
    Thread.interrupted();
  }

  private void runReady() {
    if (selector.selectedKeys().isEmpty()) {
      return;
    }
    Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
    while (ready.hasNext()) {
      SelectionKey key = ready.next();
      ready.remove();
      if (key.isValid()) {
        guarded((Runnable) key.attachment());
      }
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable defect) {
      report(defect);
    }
  }

  private void report(Throwable defect) {
    try {
      defects.accept(defect);
    } catch (Throwable ofTheHandler) {
      // Nobody is left to tell; the loop has to go on.
      defect.addSuppressed(ofTheHandler);
    }
  }

  /** A selector that cannot select is replaced; the channels move to the new one. */
  private void renewSelector() {
    Selector old = selector;
    try {
      Selector renewed = Selector.open();
      for (SelectionKey key : new ArrayList<>(old.keys())) {
        if (key.isValid()) {
          int operations = key.interestOps();
          Object handler = key.attachment();
          key.cancel();
          key.channel().register(renewed, operations, handler);
        }
      }
      selector = renewed;
      old.close();
    } catch (IOException e) {
      report(e);
      // The old one may recover; without a pause the loop would only burn the processor.
      Threads.pause(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private void closeChannels() {
    Selector current = selector;
    for (SelectionKey key : new ArrayList<>(current.keys())) {
      try {
        key.channel().close();
      } catch (IOException e) {
        report(e);
      }
    }
    try {
      current.close();
    } catch (IOException e) {
      report(e);
    }
  }
}
