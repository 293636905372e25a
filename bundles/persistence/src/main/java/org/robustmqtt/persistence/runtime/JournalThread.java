package org.robustmqtt.persistence.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.Rounds;

/**
 * The one thread {@code robust-mqtt/journal} for all journals. It starts with the first wish for a
 * round and ends when the work says that no journal is open.
 *
 * <p>Beside it, as long as it runs, {@code robust-mqtt/journal-watch} looks whether a round takes
 * longer than ten seconds, because a disk does not answer. Then a new thread takes over, and the
 * old one ends as soon as it can. While there are no rounds, the watch sleeps.
 */
public final class JournalThread implements Rounds {
  private final Work work;
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
    this.work = work;
    this.limit = limit;
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      wish = true;
      if (thread == null) {
        start();
        if (watch == null) {
          watch = new Thread(this::watch, "robust-mqtt/journal-watch");
          watch.setDaemon(true);
          lastWatch = watch;
          watch.start();
        }
      } else {
        wanted.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Starts the thread; the lock is held. */
  private void start() {
    thread = new Thread(this::run, "robust-mqtt/journal");
    thread.setDaemon(true);
    last = thread;
    thread.start();
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

  private void run() {
    long wait = 0;
    while (rest(wait)) {
      wait = work.round();
    }
  }

  private void watch() {
    lock.lock();
    try {
      while (thread != null) {
        long number = roundNumber;
        if (number == 0) {
          watchSleeps = true;
          begun.awaitUninterruptibly();
          watchSleeps = false;
        } else {
          long left = limit - (System.nanoTime() - beganAt);
          if (left > 0) {
            watchFor(left);
          } else {
            roundNumber = 0;
            work.stuck();
            start();
            wish = true;
          }
        }
      }
      watch = null;
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
