package org.robustmqtt.persistence.runtime;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.Rounds;

/**
 * The one thread {@code robust-mqtt/journal} for all journals. It starts with the first wish for a
 * round and ends when the work says that no journal is open.
 */
public final class JournalThread implements Rounds {
  private final Work work;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition finished = lock.newCondition();

  /** Guarded by the lock: whether a round was asked for and has not begun. */
  private boolean wish;

  /** Guarded by the lock for writing: the thread while it runs, else null. */
  private volatile Thread thread;

  /** The thread that was started last; it may still be leaving after {@code thread} is null. */
  private volatile Thread last;

  /** Prepares the thread; it starts with {@link #wake}. */
  public JournalThread(Work work) {
    this.work = work;
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      wish = true;
      if (thread == null) {
        thread = new Thread(this::run, "robust-mqtt/journal");
        thread.setDaemon(true);
        last = thread;
        thread.start();
      } else {
        wanted.signal();
      }
    } finally {
      lock.unlock();
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

  /** Waits until the thread has ended; used when the bundle stops. Returns whether it has. */
  public boolean join(long millis) throws InterruptedException {
    Thread running = last;
    if (running != null) {
      running.join(millis);
      return !running.isAlive();
    }
    return true;
  }

  private void run() {
    long wait = 0;
    while (rest(wait)) {
      wait = work.round();
    }
  }

  /** Waits until the next round is due; false ends the thread. */
  private boolean rest(long nanos) {
    lock.lock();
    try {
      finished.signalAll();
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
        return false;
      }
      wish = false;
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
