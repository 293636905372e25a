package org.robustmqtt.benchmarks.client;

import java.util.concurrent.CompletionStage;

/** A connected client that publishes. */
public interface Publisher extends AutoCloseable {
  /** Returns its name in the table. */
  String name();

  /**
   * Publishes one message. It may wait until the client takes it.
   *
   * @return completes with the outcome of this message: normally only if the broker acknowledged
   *     it, except that ours tells a drop as a value
   */
  CompletionStage<?> publish(String topic, byte[] payload, int qos) throws Exception;

  @Override
  void close() throws Exception;
}
