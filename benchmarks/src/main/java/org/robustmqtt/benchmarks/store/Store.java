package org.robustmqtt.benchmarks.store;

/** A store into which records are put one after another, each forced before the call returns. */
public interface Store extends AutoCloseable {
  /** Returns its name in the table. */
  String name();

  /** Puts a record in and returns when it is forced; called by several threads. */
  void put(byte[] record) throws Exception;

  /** Returns how often it has forced; less than 0 if it does not say. */
  default long forces() throws InterruptedException {
    return -1;
  }

  @Override
  void close() throws Exception;
}
