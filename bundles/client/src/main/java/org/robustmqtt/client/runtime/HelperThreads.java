package org.robustmqtt.client.runtime;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Helpers;

/** Helpers: a {@link HelperPool} for each kind of work. */
final class HelperThreads implements Helpers {
  private final LoopThread loop;
  private final Map<Work, HelperPool> pools = new EnumMap<>(Work.class);

  HelperThreads(LoopThread loop, Threads.Maker maker, Consumer<Throwable> defects) {
    this.loop = loop;
    BitSet numbers = new BitSet();
    for (Work kind : Work.values()) {
      pools.put(kind, new HelperPool(loop, maker, numbers, size(kind), defects));
    }
  }

  /** How many threads the kinds may have. */
  static HelperPool.Size size(Work kind) {
    return switch (kind) {
      // A resolver that is silent keeps a thread for up to half a minute, whatever we do.
      case RESOLVE -> new HelperPool.Size(24, 24, 16);
      // A file may lie on a disk of the network that does not answer.
      case FILES -> new HelperPool.Size(4, 12, 8);
      // Foreign code, which may not come back.
      case EXTENSION -> new HelperPool.Size(4, 12, 8);
      // Only computes; more at a time would not be quicker.
      case TLS -> new HelperPool.Size(4, 16, 0);
    };
  }

  @Override
  public <T> void call(
      Work kind, String subject, Callable<T> work, long deadlineNanos, Answer<T> answer) {
    assert loop.isCurrent() : "not on the loop";
    pools.get(kind).call(kind.text(), subject, work, deadlineNanos, answer);
  }

  /** Interrupts what is running; to be called after the loop ended. */
  void close() {
    pools.values().forEach(HelperPool::close);
  }
}
