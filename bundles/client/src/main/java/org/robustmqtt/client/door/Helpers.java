package org.robustmqtt.client.door;

import java.util.concurrent.Callable;

/** Threads for work that may block: resolving names, TLS tasks, files, extension points. */
public interface Helpers {
  /**
   * Runs work on a helper and tells the answer on the loop, exactly once: what it returned, what it
   * threw, or a {@link java.util.concurrent.TimeoutException} at the deadline, after which a late
   * result is ignored. On the loop only.
   *
   * @param what one or two words for the thread's name
   * @param deadlineNanos counted from now
   */
  <T> void call(String what, Callable<T> work, long deadlineNanos, Answer<T> answer);

  /** Hears the result of a call, on the loop. */
  interface Answer<T> {
    /** The work returned. */
    void done(T value);

    /** The work threw, or is late. */
    void failed(Throwable cause);
  }
}
