package org.robustmqtt.itests.testkit;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks for threads that were left behind. */
public final class Threads {
  private Threads() {}

  /** Returns the names of the living threads whose name begins so. */
  public static List<String> alive(String prefix) {
    return living(prefix).stream().map(Thread::getName).sorted().toList();
  }

  /**
   * Waits until no thread with such a name lives.
   *
   * @throws AssertionError if one does not end, with where it is
   */
  public static void awaitNone(String prefix) throws InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    for (List<Thread> left = living(prefix); !left.isEmpty(); left = living(prefix)) {
      Thread first = left.get(0);
      long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (millis <= 0) {
        throw new AssertionError(
            "threads left: " + left + ", the first at " + List.of(first.getStackTrace()));
      }
      first.join(millis);
    }
  }

  private static List<Thread> living(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix) && thread.isAlive())
        .toList();
  }
}
