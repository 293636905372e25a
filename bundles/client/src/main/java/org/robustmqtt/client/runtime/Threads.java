package org.robustmqtt.client.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How threads are made and awaited here. */
final class Threads {
  /** Makes threads that are not started. A test makes some that cannot be started. */
  @FunctionalInterface
  interface Maker {
    /** The threads of the system: daemons. */
    Maker SYSTEM = Threads::daemon;

    Thread make(String name, Runnable work);
  }

  private Threads() {}

  static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** Waits for the end of a thread, interrupts it when that is late, and waits a little again. */
  static void join(Thread thread, long millis) {
    boolean interrupted = false;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    boolean urged = false;
    while (thread.isAlive()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        if (urged) {
          break;
        }
        urged = true;
        thread.interrupt();
        end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        continue;
      }
      try {
        thread.join(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }
}
