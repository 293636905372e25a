package org.robustmqtt.client.runtime;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;

/**
 * The listener pool: {@value #THREADS} threads that end when idle, with serial lanes on top. How
 * much may wait for a lane is bounded by those who use it; how much may wait for the pool, by
 * {@link #awaitRoom}. Whatever a task throws is reported; the lane and its thread go on. Work for
 * which no thread can be started waits, and the start is tried again.
 *
 * <p>A thread that is in one task for longer than a handler may take is stuck, and replaced by one
 * more as long as it is, up to {@value #STUCK}: so a few listeners that never return do not stop
 * all others. This is looked after only while something waits for a thread.
 */
final class ListenerThreads implements Lanes {
  static final int THREADS = 4;
  static final int STUCK = 12;
  static final long STUCK_NANOS = 30_000_000_000L;

  /** When a thread could not be started, that is tried again after this time. */
  static final long RETRY_NANOS = 1_000_000_000L;

  /** So many tasks may wait for a thread until those who would cause more have to wait. */
  static final int CROWDED = 100_000;

  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_MILLIS = 2_000;

  private static final long PAUSE_NANOS = 1_000_000;

  /** After so many tasks a lane lets the others have the thread. */
  private static final int TURN = 64;

  /** Runs a task of ours on another thread later. */
  @FunctionalInterface
  interface Later {
    void run(long nanos, Runnable task);
  }

  private final Clock clock;

  private final Later later;

  private final Consumer<Throwable> defects;
  private final UnaryOperator<Thread> maker;
  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor pool;
  private final AtomicInteger started = new AtomicInteger();
  private final Set<ListenerThread> alive = ConcurrentHashMap.newKeySet();

  /** Whether a look is due later; there is one at a time. */
  private final AtomicBoolean watched = new AtomicBoolean();

  /**
   * Makes a pool without threads.
   *
   * @param later brings tasks to a thread of others; may be used on any thread
   * @param maker is given each thread before its start
   */
  ListenerThreads(
      Clock clock, Later later, UnaryOperator<Thread> maker, Consumer<Throwable> defects) {
    this.clock = clock;
    this.later = later;
    this.maker = maker;
    this.defects = defects;
    pool =
        new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, queue, this::newThread);
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public Executor lane() {
    return new Lane();
  }

  @Override
  public Executor pool() {
    return task -> submit(() -> guarded(task));
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() instanceof ListenerThread thread && thread.owner == this;
  }

  /** Waits for what was given before, interrupts it when that takes too long. */
  void close() {
    pool.shutdown();
    boolean interrupted = false;
    try {
      if (!pool.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      interrupted = true;
    }
    // The pool has ended before the last of its threads has.
    alive.forEach(thread -> Threads.join(thread, CLOSE_MILLIS));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean awaitRoom(long nanos) {
    for (long left = nanos; queue.size() >= CROWDED && !isCurrent(); left -= PAUSE_NANOS) {
      if (left <= 0) {
        return false;
      }
      Threads.pause(PAUSE_NANOS);
    }
    return true;
  }

  /** Returns false after the end: there is nobody to call any more. */
  private boolean submit(Runnable work) {
    if (pool.isShutdown()) {
      return false;
    }
    put(queue, work);
    startThread();
    watch(STUCK_NANOS);
    return true;
  }

  /** Waits while the heap is full: a task that is not put in would be lost. */
  private void put(Queue<Runnable> into, Runnable work) {
    while (!pool.isShutdown()) {
      try {
        into.add(work);
        return;
      } catch (OutOfMemoryError e) {
        Threads.pause(PAUSE_NANOS);
      }
    }
  }

  private void startThread() {
    try {
      pool.prestartCoreThread();
    } catch (Throwable e) {
      report(e);
      watch(RETRY_NANOS);
    }
  }

  private void watch(long nanos) {
    if (!queue.isEmpty() && watched.compareAndSet(false, true)) {
      try {
        later.run(nanos, this::look);
      } catch (Throwable e) {
        watched.set(false);
        report(e);
      }
    }
  }

  /** Makes room beside the threads that are stuck; takes it back when they are not any more. */
  private void look() {
    watched.set(false);
    try {
      long now = clock.nanos();
      long stuck = alive.stream().filter(thread -> thread.stuck(now)).count();
      int size = THREADS + (int) Math.min(stuck, STUCK);
      if (size > pool.getMaximumPoolSize()) {
        pool.setMaximumPoolSize(size);
        pool.setCorePoolSize(size);
      } else {
        pool.setCorePoolSize(size);
        pool.setMaximumPoolSize(size);
      }
    } catch (Throwable e) {
      report(e);
    }
    if (!queue.isEmpty()) {
      startThread();
    }
    watch(STUCK_NANOS);
  }

  private Thread newThread(Runnable work) {
    return maker.apply(
        new ListenerThread(this, work, "robust-mqtt/listener-" + started.incrementAndGet()));
  }

  private void report(Throwable thrown) {
    try {
      defects.accept(thrown);
    } catch (Throwable ofTheHandler) {
      // Nobody is left to tell; the lane has to go on.
      return;
    }
  }

  private void guarded(Runnable task) {
    ListenerThread thread = (ListenerThread) Thread.currentThread();
    try {
      thread.since = clock.nanos();
      thread.busy = true;
    } catch (Throwable ofTheClock) {
      report(ofTheClock);
    }
    try {
      task.run();
    } catch (Throwable thrown) {
      report(thrown);
    } finally {
      thread.busy = false;
    }
  }

  private static final class ListenerThread extends Thread {
    private final ListenerThreads owner;
    private volatile long since;
    private volatile boolean busy;

    ListenerThread(ListenerThreads owner, Runnable work, String name) {
      super(null, work, name, 0, false);
      this.owner = owner;
      setDaemon(true);
    }

    boolean stuck(long now) {
      return busy && now - since >= STUCK_NANOS;
    }

    @Override
    public void run() {
      try {
        owner.alive.add(this);
        super.run();
      } catch (Throwable e) {
        // Of the pool itself: it has started another one, or does so with the next task.
        owner.report(e);
      } finally {
        owner.alive.remove(this);
      }
    }
  }

  private final class Lane implements Executor, Runnable {
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Tasks that are in; who makes it more than 0 brings the lane to the pool. */
    private final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
      put(tasks, task);
      if (waiting.getAndIncrement() == 0) {
        submit(this);
      }
    }

    @Override
    public void run() {
      for (int done = 1; ; done++) {
        guarded(tasks.poll());
        if (waiting.decrementAndGet() == 0) {
          return;
        }
        if (done == TURN && submit(this)) {
          return;
        }
        done %= TURN;
      }
    }
  }
}
