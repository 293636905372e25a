package org.robustmqtt.persistence.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.Rounds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread {@code robust-mqtt/journal} for all journals. It starts with the first wish for a
 * round and ends when the work says that no journal is open.
 *
 * <p>Beside it, as long as it runs, {@code robust-mqtt/journal-watch} looks whether a round takes
 * longer than ten seconds, because a disk does not answer. Then a new thread takes over, and the
 * old one ends as soon as it can. While there are no rounds, the watch sleeps.
 *
 * <p>Nothing that is thrown ends either of them. If the system gives out no thread, {@link #wake}
 * says so; a watch, or a thread that takes over, is tried again.
 */
public final class JournalThread implements Rounds {
  private static final Logger LOG = LoggerFactory.getLogger(JournalThread.class);

  /** After what no code here expects, and between two attempts to start a thread. */
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final Work work;
  private final ThreadFactory threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition finished = lock.newCondition();
  private final Condition begun = lock.newCondition();
  private final long limit;

  /** Guarded by the lock: the number of the round under way, and when it began; 0: none. */
  private long roundNumber;

  private long rounds;
  private long beganAt;

  /** Guarded by the lock: whether the watch waits for a round to begin. */
  private boolean watchSleeps;

  /** Guarded by the lock: whether a round was asked for and has not begun. */
  private boolean wish;

  /** Guarded by the lock for writing: the thread while it runs, else null. */
  private volatile Thread thread;

  /** Guarded by the lock: the watch while it runs, else null. */
  private Thread watch;

  private volatile Thread lastWatch;

  /** The thread that was started last; it may still be leaving after {@code thread} is null. */
  private volatile Thread last;

  /** Prepares the thread; it starts with {@link #wake}. */
  public JournalThread(Work work) {
    this(work, TimeUnit.SECONDS.toNanos(10));
  }

  /** Prepares the thread with another limit for a round, in nanoseconds. */
  public JournalThread(Work work, long limit) {
    this(work, limit, Thread::new);
  }

  /** Prepares the thread, with another source of threads. */
  public JournalThread(Work work, long limit, ThreadFactory threads) {
    this.work = work;
    this.limit = limit;
    this.threads = threads;
  }

  @Override
  public boolean wake() {
    lock.lock();
    try {
      wish = true;
      if (thread != null) {
        wanted.signal();
        return true;
      }
      return start() && startWatch();
    } finally {
      lock.unlock();
    }
  }

  /** Starts the thread, and returns whether it runs; the lock is held. */
  private boolean start() {
    Thread next = threads.newThread(this::run);
    next.setName("robust-mqtt/journal");
    if (!started(next)) {
      return false;
    }
    // It waits for the lock until this is said.
    thread = next;
    last = next;
    return true;
  }

  /** Starts the watch if it does not run; what wakes the thread tries again. The lock is held. */
  private boolean startWatch() {
    if (watch == null) {
      Thread next = threads.newThread(this::watch);
      next.setName("robust-mqtt/journal-watch");
      if (started(next)) {
        watch = next;
        lastWatch = next;
      }
    }
    return true;
  }

  private static boolean started(Thread next) {
    next.setDaemon(true);
    try {
      next.start();
      return true;
    } catch (OutOfMemoryError e) {
      // The system gives out no thread at this moment.
      report(next.getName() + " could not be started", e);
      return false;
    }
  }

  private static void report(String what, Throwable cause) {
    try {
      LOG.error("{}; it is tried again", what, cause);
    } catch (RuntimeException | Error e) {
      // Nothing is left to say it with.
    }
  }

  @Override
  public boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = finished.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean awaitUninterrupted(BooleanSupplier condition, long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return await(condition, end - System.nanoTime());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Waits until both threads have ended; used when the bundle stops. Returns whether they have. */
  public boolean join(long millis) throws InterruptedException {
    return joined(last, millis) && joined(lastWatch, millis);
  }

  private static boolean joined(Thread thread, long millis) throws InterruptedException {
    if (thread != null) {
      thread.join(millis);
      return !thread.isAlive();
    }
    return true;
  }

  /** Ends by decision only: whatever is thrown, the next round is tried a second later. */
  private void run() {
    long wait = 0;
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = rest(wait);
        if (goesOn) {
          wait = work.round();
        }
      } catch (RuntimeException | Error e) {
        report("A round of the journals was broken off", e);
        LockSupport.parkNanos(PAUSE);
        wait = 0;
      }
    }
  }

  private void watch() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = look();
      } catch (RuntimeException | Error e) {
        report("The watch of the journals was broken off", e);
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  /** Waits for a round, or for its end; false ends the watch. */
  private boolean look() {
    lock.lock();
    try {
      if (thread == null) {
        watch = null;
        return false;
      }
      long left = limit - (System.nanoTime() - beganAt);
      if (roundNumber == 0) {
        watchSleeps = true;
        begun.awaitUninterruptibly();
        watchSleeps = false;
      } else if (left > 0) {
        watchFor(left);
      } else {
        work.stuck();
        if (start()) {
          roundNumber = 0;
          wish = true;
        } else {
          watchFor(PAUSE);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void watchFor(long nanos) {
    try {
      // A round that has ended meanwhile is noticed at the end of this time, and costs nothing.
      begun.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread on purpose: it looks once more than it had to.
    }
  }

  /** Waits until the next round is due; false ends the thread. */
  private boolean rest(long nanos) {
    lock.lock();
    try {
      finished.signalAll();
      if (Thread.currentThread() != thread) {
        // Another one runs the rounds; what this one gave back has to be looked at.
        wish = true;
        wanted.signal();
        return false;
      }
      roundNumber = 0;
      long left = nanos;
      while (!wish && left > 0) {
        if (left == Work.NOTHING) {
          wanted.awaitUninterruptibly();
        } else {
          left = awaitQuietly(left);
        }
      }
      if (!wish && left == Work.FINISHED) {
        thread = null;
        begun.signal();
        return false;
      }
      startWatch();
      wish = false;
      roundNumber = ++rounds;
      beganAt = System.nanoTime();
      if (watchSleeps) {
        begun.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody interrupts this thread on purpose: an interrupt only makes a round come early. */
  private long awaitQuietly(long nanos) {
    try {
      return Math.max(0, wanted.awaitNanos(nanos));
    } catch (InterruptedException e) {
      return 0;
    }
  }
}
