package org.robustmqtt.client.runtime;

import java.util.function.Consumer;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;

/**
 * The doors of a real hub, shared by all connections. Making it starts no thread: the loop's begins
 * with its first task, helpers and listener threads with their first work. It is made for the first
 * connection and closed after the last; then another one may be made.
 */
public final class HubRuntime implements AutoCloseable {
  private static final Log LOG = Log.of(HubRuntime.class);

  private final LoopThread loop;
  private final HelperThreads helpers;
  private final ListenerThreads lanes;
  private final Doors doors;

  /** Makes a runtime that reports defects to the log. */
  public HubRuntime() {
    this(defect -> LOG.error("Defect, please report: {}", defect.toString(), defect));
  }

  /** Makes a runtime whose threads report what a task threw; the handler may be on any of them. */
  public HubRuntime(Consumer<Throwable> defects) {
    Clock clock = new SystemClock();
    loop = new LoopThread(clock, defects);
    helpers = new HelperThreads(loop, Threads.Maker.SYSTEM, defects);
    lanes = new ListenerThreads(clock, this::later, thread -> thread, defects);
    doors =
        new Doors(
            clock,
            loop,
            helpers,
            lanes,
            new SystemEntropy(),
            new SocketNet(loop),
            new SystemFiles());
  }

  private void later(long nanos, Runnable task) {
    loop.execute(() -> loop.schedule(nanos, task));
  }

  /** Returns the doors. */
  public Doors doors() {
    return doors;
  }

  /**
   * Ends every thread and closes every socket: runs what was given to the loop and to the listeners
   * before, waits for each at most two seconds, then interrupts. What is given later is dropped.
   * Not to be called on one of its own threads. May be called more than once.
   */
  @Override
  public void close() {
    loop.close();
    helpers.close();
    lanes.close();
  }
}
