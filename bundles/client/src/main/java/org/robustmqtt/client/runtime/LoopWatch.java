package org.robustmqtt.client.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after the loop from a thread of its own, which starts and ends with it: if the loop has
 * work and did not turn for {@value #LOOKS} looks, or its thread has ended, another thread takes
 * over. Looks are counted, not the clock: a process that was stopped for an hour is not a loop that
 * stood for an hour.
 */
final class LoopWatch implements Runnable {
  /** So many looks in a row without a round: the loop stands. */
  static final int LOOKS = 5;

  static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long CLOSE_MILLIS = 2_000;

  private final LoopThread loop;
  private final Threads.Maker threads;
  private final long lookNanos;
  private volatile Thread thread;
  private volatile boolean closing;
  private int standing;

  LoopWatch(LoopThread loop, Threads.Maker threads, long lookNanos) {
    this.loop = loop;
    this.threads = threads;
    this.lookNanos = lookNanos;
  }

  /** Starts it, unless it runs; a failure is reported, and the next call tries again. */
  synchronized void start() {
    if (thread != null || closing) {
      return;
    }
    try {
      Thread made = threads.make("robust-mqtt/loop-watch", this);
      made.start();
      thread = made;
    } catch (Throwable e) {
      loop.report(e);
    }
  }

  void close() {
    Thread running;
    synchronized (this) {
      closing = true;
      running = thread;
    }
    if (running != null) {
      LockSupport.unpark(running);
      Threads.join(running, CLOSE_MILLIS);
    }
  }

  @Override
  public void run() {
    while (!closing) {
      LockSupport.parkNanos(lookNanos);
      try {
        look();
      } catch (Throwable e) {
        loop.report(e);
      }
    }
  }

  private void look() {
    if (closing) {
      return;
    }
    switch (loop.look()) {
      case WELL -> standing = 0;
      case STANDING -> standing++;
      case GONE -> {
        standing = 0;
        loop.takeOver("the thread of the loop has ended");
      }
    }
    if (standing == LOOKS) {
      standing = 0;
      loop.takeOver(
          "the loop did not turn for " + TimeUnit.NANOSECONDS.toSeconds(LOOKS * lookNanos) + " s");
    }
  }
}
