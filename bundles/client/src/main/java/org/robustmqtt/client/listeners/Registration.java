package org.robustmqtt.client.listeners;

/** A listener that was added. */
public interface Registration extends AutoCloseable {
  /**
   * Takes the listener away: no call begins afterwards. May be called more than once. Any thread.
   */
  @Override
  void close();
}
