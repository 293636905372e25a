package org.robustmqtt.benchmarks.store;

import java.util.function.Consumer;

/** A store that is filled, closed, opened again, and drained. */
public interface Backlog extends AutoCloseable {
  /** So many are acknowledged in one go. */
  int GROUP = 1000;

  /** Returns its name in the table. */
  String name();

  /** Stores so many records for good. */
  void fill(int count, byte[] record) throws Exception;

  /**
   * Opens the store, gives each record away in the order of storing, and acknowledges it, in groups
   * of {@value #GROUP} where the store can; returns when the last acknowledgement is forced.
   */
  void drain(Consumer<byte[]> taker) throws Exception;

  @Override
  void close() throws Exception;
}
