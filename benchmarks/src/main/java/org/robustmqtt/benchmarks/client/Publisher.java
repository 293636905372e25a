package org.robustmqtt.benchmarks.client;

import java.util.concurrent.atomic.AtomicLong;

/** A connected client that publishes with QoS 1. */
public interface Publisher extends AutoCloseable {
  /** Bytes of the payload. */
  int PAYLOAD = 64;

  /** So many topics are published to in turn. */
  int TOPICS = 100;

  /** How many messages a caller may have accepted and not acknowledged beside the window. */
  int AHEAD = 1000;

  /** Returns its name in the table. */
  String name();

  /** Publishes so many messages and returns when the last one is acknowledged. */
  void publish(int count) throws Exception;

  /** Publishes one message; the runnable is told when the application hears of its end. */
  void publish(Runnable acknowledged) throws Exception;

  @Override
  void close() throws Exception;

  /** Returns the topics. */
  static String[] topics() {
    String[] topics = new String[TOPICS];
    for (int i = 0; i < TOPICS; i++) {
      topics[i] = "home/room" + i + "/temperature";
    }
    return topics;
  }

  /** Counts acknowledgements down; any thread. */
  final class Countdown {
    private final AtomicLong left = new AtomicLong();

    /** So many are to come. */
    public void set(long count) {
      left.set(count);
    }

    /** One has come. */
    public void one() {
      if (left.decrementAndGet() == 0) {
        synchronized (this) {
          notifyAll();
        }
      }
    }

    /** Waits for the last one. */
    public synchronized void await() throws InterruptedException {
      while (left.get() > 0) {
        wait();
      }
    }
  }
}
