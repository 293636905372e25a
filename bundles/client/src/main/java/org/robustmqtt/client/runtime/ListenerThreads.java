package org.robustmqtt.client.runtime;

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
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;

/**
 * The listener pool: {@value #THREADS} threads that end when idle, with serial lanes on top. How
 * much may wait for a lane is bounded by those who use it. Whatever a task throws is reported; the
 * lane and its thread go on.
 *
 * <p>A thread that is in one task for longer than a handler may take is stuck, and replaced by one
 * more as long as it is, up to {@value #STUCK}: so a few listeners that never return do not stop
 * all others. This is looked after only while something waits for a thread.
 */
final class ListenerThreads implements Lanes {
  static final int THREADS = 4;
  static final int STUCK = 12;
  static final long STUCK_NANOS = 30_000_000_000L;
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_MILLIS = 2_000;

  /** After so many tasks a lane lets the others have the thread. */
  private static final int TURN = 64;

  private final Clock clock;

  /** Runs a task after {@link #STUCK_NANOS}; taken from any thread. */
  private final Consumer<Runnable> later;

  private final Consumer<Throwable> defects;
  private final ThreadPoolExecutor pool;
  private final AtomicInteger started = new AtomicInteger();
  private final Set<ListenerThread> alive = ConcurrentHashMap.newKeySet();

  /** Whether a look is due later; there is one at a time. */
  private final AtomicBoolean watched = new AtomicBoolean();

  ListenerThreads(Clock clock, Consumer<Runnable> later, Consumer<Throwable> defects) {
    this.clock = clock;
    this.later = later;
    this.defects = defects;
    pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            this::newThread,
            // After the end there is nobody to call any more.
            (task, executor) -> {});
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

  private void submit(Runnable work) {
    pool.execute(work);
    watch();
  }

  private void watch() {
    if (!pool.getQueue().isEmpty() && watched.compareAndSet(false, true)) {
      later.accept(this::look);
    }
  }

  /** Makes room beside the threads that are stuck; takes it back when they are not any more. */
  private void look() {
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
    watched.set(false);
    watch();
  }

  private Thread newThread(Runnable work) {
    ListenerThread thread =
        new ListenerThread(this, work, "robust-mqtt/listener-" + started.incrementAndGet());
    alive.add(thread);
    return thread;
  }

  private void guarded(Runnable task) {
    ListenerThread thread = (ListenerThread) Thread.currentThread();
    thread.since = clock.nanos();
    thread.busy = true;
    try {
      task.run();
    } catch (Throwable thrown) {
      try {
        defects.accept(thrown);
      } catch (Throwable ofTheHandler) {
        // Nobody is left to tell; the lane has to go on.
        thrown.addSuppressed(ofTheHandler);
      }
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
        super.run();
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
      tasks.add(task);
      if (waiting.getAndIncrement() == 0) {
        submit(this);
      }
    }

    @Override
    public void run() {
      for (int done = 1; ; done++) {
        guarded(tasks.remove());
        if (waiting.decrementAndGet() == 0) {
          return;
        }
        if (done == TURN) {
          if (pool.isShutdown()) {
            done = 0;
          } else {
            submit(this);
            return;
          }
        }
      }
    }
  }
}
