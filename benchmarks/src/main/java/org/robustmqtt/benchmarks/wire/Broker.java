package org.robustmqtt.benchmarks.wire;

/** A broker on the loopback that a line measures clients against. */
public interface Broker extends AutoCloseable {
  /** Returns what the table calls it. */
  String name();

  /** Returns where it listens. */
  int port();

  /** Returns the processor time, in nanoseconds, that it has used in this process. */
  long cpuNanos();

  /** Returns whether a thread of this process is its own. */
  boolean owns(long threadId);

  @Override
  void close();
}
