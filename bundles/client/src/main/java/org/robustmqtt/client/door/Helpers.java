package org.robustmqtt.client.door;

import java.util.concurrent.Callable;

/** Threads for work that may block: resolving names, TLS tasks, files, extension points. */
public interface Helpers {
  /** Kinds of work. Each has threads of its own: what blocks one kind does not block another. */
  enum Work {
    /** A name is looked up. */
    RESOLVE("resolve"),
    /** Certificates and keys are read. */
    FILES("tls files"),
    /** The engine of TLS computes. */
    TLS("tls task"),
    /** A service of another bundle decides. */
    EXTENSION("extension");

    private final String text;

    Work(String text) {
      this.text = text;
    }

    /** Returns one or two words for the name of a thread. */
    public String text() {
      return text;
    }
  }

  /**
   * Runs work on a helper and tells the answer on the loop, exactly once: what it returned, what it
   * threw, or a {@link java.util.concurrent.TimeoutException} at the deadline, after which a late
   * result is ignored. On the loop only.
   *
   * @param kind of what kind the work is
   * @param subject the name that is looked up, or the broker that the work is for. Names and files
   *     are worked on by one thread for each subject, so that one that does not come back costs no
   *     more than that
   * @param deadlineNanos counted from now
   */
  <T> void call(Work kind, String subject, Callable<T> work, long deadlineNanos, Answer<T> answer);

  /** Hears the result of a call, on the loop. */
  interface Answer<T> {
    /** The work returned. */
    void done(T value);

    /** The work threw, or is late. */
    void failed(Throwable cause);
  }
}
