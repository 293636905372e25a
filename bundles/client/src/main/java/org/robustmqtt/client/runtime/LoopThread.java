package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Loop;

/**
 * The loop: one daemon thread that runs tasks, timers and what sockets are ready for, in rounds of
 * bounded length, so that none of the three can starve the others. The thread starts with the first
 * task.
 *
 * <p>It survives: whatever a task or a step of the round throws is reported, and the next round
 * follows. A thread that cannot be started is tried again, with each task and by the {@link
 * LoopWatch}. If the thread has ended, or does not come back from a task, the watch has another one
 * take over; see {@link #takeOver}.
 */
final class LoopThread implements Loop {
  private static final long CLOSE_MILLIS = 2_000;

  /** Until what failed is tried again. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How often a start is tried until it is left to the watch and to the next task. */
  private static final int PATIENCE = 20;

  /** A century; beyond it the clock's numbers would overflow. */
  static final long FARTHEST_NANOS = TimeUnit.DAYS.toNanos(36_525);

  private final LoopRounds.Parts parts;
  private final Threads.Maker threads;
  private final Consumer<Throwable> defects;
  private final LoopWatch watch;

  // Written while this is held, which is never held while a task runs.
  private volatile LoopRounds turning;
  private volatile boolean closing;

  LoopThread(Clock clock, Consumer<Throwable> defects) {
    this(
        clock,
        SelectorProvider.provider(),
        Threads.Maker.SYSTEM,
        new ConcurrentLinkedQueue<>(),
        LoopWatch.LOOK_NANOS,
        defects);
  }

  /** Makes a loop with all that may fail in it. */
  LoopThread(
      Clock clock,
      SelectorProvider selectors,
      Threads.Maker threads,
      Queue<Runnable> tasks,
      long lookNanos,
      Consumer<Throwable> defects) {
    parts =
        new LoopRounds.Parts(
            clock,
            selectors,
            tasks,
            new TimerHeap(),
            new CopyOnWriteArrayList<>(),
            new AtomicBoolean());
    this.threads = threads;
    this.defects = defects;
    watch = new LoopWatch(this, threads, lookNanos);
  }

  @Override
  public boolean isCurrent() {
    LoopRounds current = turning;
    return current != null && current.thread() == Thread.currentThread();
  }

  /**
   * {@inheritDoc} After {@link #close()} the task is dropped. If the heap is full for a moment, the
   * caller waits for a moment: whoever gives a task has promised somebody that it will be done.
   */
  @Override
  public void execute(Runnable task) {
    if (closing) {
      return;
    }
    put(task);
    if (turning == null) {
      start();
    }
    if (!isCurrent() && parts.woken().compareAndSet(false, true)) {
      wake();
    }
  }

  private void put(Runnable task) {
    while (!closing) {
      try {
        parts.tasks().add(task);
        return;
      } catch (OutOfMemoryError e) {
        Threads.pause(PAUSE_NANOS);
      }
    }
  }

  private void wake() {
    LoopRounds current = turning;
    try {
      if (current != null) {
        current.selector().wakeup();
      }
    } catch (Throwable e) {
      // The task is in; the next one wakes again, or the watch sees that it waits.
      parts.woken().set(false);
      report(e);
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    confine();
    return parts
        .timers()
        .add(parts.clock().nanos() + Math.min(Math.max(0, delayNanos), FARTHEST_NANOS), task);
  }

  /** Registers a channel; what it is ready for goes to the handler. On the loop only. */
  void register(SelectableChannel channel, int operations, Runnable handler) throws IOException {
    confine();
    channel.register(turning.selector(), operations, handler);
  }

  /** Returns the key of a registered channel; null once it is closed. On the loop only. */
  SelectionKey keyOf(SelectableChannel channel) {
    confine();
    return channel.keyFor(turning.selector());
  }

  /** A thread that comes back after another took over is to do nothing any more. */
  private void confine() {
    if (!isCurrent()) {
      throw new IllegalStateException("not on the loop");
    }
  }

  @Override
  public void watchedBy(Accidents hearer) {
    parts.hearers().add(hearer);
  }

  @Override
  public void notWatchedBy(Accidents hearer) {
    parts.hearers().remove(hearer);
  }

  /** Ends the thread after the tasks given before, and closes every channel. */
  void close() {
    LoopRounds running;
    synchronized (this) {
      closing = true;
      running = turning;
    }
    watch.close();
    if (running != null) {
      running.selector().wakeup();
      Threads.join(running.thread(), CLOSE_MILLIS);
    }
  }

  // Starting.

  /** Starts the thread; if that fails for a while, the watch or the next task tries it again. */
  private void start() {
    watch.start();
    Throwable failure = null;
    for (int tries = 0; tries < PATIENCE && turning == null && !closing; tries++) {
      failure = tryStart();
      if (failure == null) {
        return;
      }
      Threads.pause(PAUSE_NANOS);
    }
    if (failure != null) {
      report(failure);
    }
  }

  /** Starts a thread if there is none; returns why that failed, or null. */
  private synchronized Throwable tryStart() {
    if (turning != null || closing) {
      return null;
    }
    return begin(null);
  }

  /** Starts a thread in the place of another one, or of none. */
  private Throwable begin(Throwable why) {
    LoopRounds before = turning;
    Selector opened = null;
    try {
      opened = parts.selectors().openSelector();
      LoopRounds next = new LoopRounds(this, parts, threads, opened, before, why);
      turning = next;
      next.thread().start();
      return null;
    } catch (Throwable e) {
      turning = before;
      closeQuietly(opened);
      return e;
    }
  }

  private static void closeQuietly(Selector opened) {
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (IOException e) {
      // Nothing was registered; the descriptor is given back all the same.
      return;
    }
  }

  // What the watch sees and does. On the watch's thread.

  /** What the watch sees of the loop. */
  enum Sight {
    /** Nothing to do, or it went on since. */
    WELL,
    /** There is work, and no round since the last look. */
    STANDING,
    /** There is work and no thread. */
    GONE
  }

  /** Looks whether the loop goes on. */
  Sight look() {
    LoopRounds current = turning;
    if (current == null) {
      return parts.tasks().isEmpty() ? Sight.WELL : Sight.GONE;
    }
    return current.look();
  }

  /**
   * Has another thread go on. The one before ends as soon as it comes back: its next step that
   * touches the loop throws. What it was doing is half done, so that everybody who uses the loop
   * begins anew.
   */
  void takeOver(String why) {
    LoopRounds before = turning;
    if (before == null) {
      start();
      return;
    }
    Throwable told = new IllegalStateException(why);
    told.setStackTrace(before.thread().getStackTrace());
    Throwable failure;
    synchronized (this) {
      if (closing) {
        return;
      }
      failure = begin(told);
    }
    before.selector().wakeup();
    report(failure == null ? told : failure);
  }

  boolean isTurning(LoopRounds asking) {
    return turning == asking;
  }

  boolean isClosing() {
    return closing;
  }

  void report(Throwable defect) {
    try {
      defects.accept(defect);
    } catch (Throwable ofTheHandler) {
      // Nobody is left to tell; the thread has to go on.
      return;
    }
  }
}
