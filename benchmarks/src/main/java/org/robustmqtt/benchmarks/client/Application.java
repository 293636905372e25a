package org.robustmqtt.benchmarks.client;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.robustmqtt.Outcome;

/**
 * The application around every candidate, the same for all: one thread publishes, asks for the
 * outcome of each message, and may be some messages ahead of the window. When it is as far ahead as
 * it may be, it goes on as soon as half of that is free, so that it is not woken for each outcome.
 */
public final class Application implements AutoCloseable {
  /** How many messages without an outcome there may be beside the window. */
  private static final int AHEAD = 1000;

  /** What is ahead has no more bytes than this. */
  private static final int AHEAD_BYTES = 16 << 20;

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);

  private final Publisher publisher;
  private final int qos;
  private final String[] topics;
  private final byte[] payload;
  private final int most;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicReference<Object> failure = new AtomicReference<>();
  private volatile int wakeAt = -1;
  private volatile Thread waiting;
  private int number;

  /** Publishes through a candidate that has a window. */
  public Application(Publisher publisher, int window, Load load) {
    this.publisher = publisher;
    qos = load.qos();
    topics = load.names();
    payload = new byte[load.payload()];
    most = most(window, load);
  }

  /** Returns how many messages without an outcome there may be. */
  public static int most(int window, Load load) {
    return window + Math.max(1, Math.min(AHEAD, AHEAD_BYTES / Math.max(1, load.payload())));
  }

  /** Returns the candidate's name. */
  public String name() {
    return publisher.name();
  }

  /** Returns how many messages it has published. */
  public int published() {
    return number;
  }

  /** Publishes so many messages and returns when the outcome of each is known. */
  public void publish(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      if (pending.get() >= most) {
        await(most / 2);
      }
      pending.incrementAndGet();
      next().whenComplete(this::ended);
    }
    await(0);
    if (failure.get() != null) {
      throw new IllegalStateException(name() + ": " + failure.get());
    }
  }

  /** Publishes one message; the runnable is told when the application hears of its end. */
  public void publish(Runnable acknowledged) throws Exception {
    next()
        .whenComplete(
            (outcome, thrown) -> {
              if (thrown == null && !(outcome instanceof Outcome.Dropped)) {
                acknowledged.run();
              }
            });
  }

  private CompletionStage<?> next() throws Exception {
    return publisher.publish(topics[number++ % topics.length], payload, qos);
  }

  private void ended(Object outcome, Throwable thrown) {
    if (thrown != null) {
      failure.set(thrown);
    } else if (outcome instanceof Outcome.Dropped) {
      failure.set(outcome);
    }
    if (pending.decrementAndGet() <= wakeAt) {
      Thread thread = waiting;
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  private void await(int atMost) {
    waiting = Thread.currentThread();
    wakeAt = atMost;
    long end = System.nanoTime() + PATIENCE;
    while (pending.get() > atMost) {
      LockSupport.parkNanos(PATIENCE);
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(name() + ": no outcome for " + pending + " messages");
      }
    }
    wakeAt = -1;
    waiting = null;
  }

  @Override
  public void close() throws Exception {
    publisher.close();
  }
}
