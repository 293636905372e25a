package org.robustmqtt.client.outbox;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;

/**
 * What a message's publisher holds. Each of the two values is set once; the futures are made when
 * they are asked for and are completed on the pool, or within the asking if the value is known, the
 * one of {@code stored} first.
 *
 * <p>Safe for several threads; its monitor is held for a few assignments only.
 */
final class Promise implements Ticket {
  private final long id;
  private final Executor pool;
  private Stored stored;
  private Outcome outcome;
  private PoolStage<Stored> storedStage;
  private PoolStage<Outcome> outcomeStage;

  /** Who keeps it while its message is on disk only. */
  private Optional<Consumer<Promise>> keeper = Optional.empty();

  Promise(long id, Executor pool) {
    this.id = id;
    this.pool = pool;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public CompletionStage<Stored> stored() {
    PoolStage<Stored> stage;
    Optional<Consumer<Promise>> told;
    synchronized (this) {
      if (storedStage == null) {
        storedStage = new PoolStage<>(pool);
        if (stored != null) {
          // Within the monitor, where nothing depends on it yet: nobody sees it open beside a
          // complete outcome.
          storedStage.finish(stored);
        }
      }
      stage = storedStage;
      told = keeper;
    }
    told.ifPresent(hold -> hold.accept(this));
    return stage;
  }

  @Override
  public CompletionStage<Outcome> outcome() {
    PoolStage<Outcome> stage;
    Optional<Consumer<Promise>> told;
    boolean known;
    synchronized (this) {
      known = outcomeStage == null && outcome != null;
      if (outcomeStage == null) {
        outcomeStage = new PoolStage<>(pool);
      }
      stage = outcomeStage;
      told = keeper;
    }
    told.ifPresent(hold -> hold.accept(this));
    if (known) {
      // Also the other, which may be on its way to a listener thread: never this one before it.
      complete();
    }
    return stage;
  }

  /**
   * Says who keeps it: its message is on disk only.
   *
   * @return whether somebody waits for its futures
   */
  synchronized boolean keptBy(Optional<Consumer<Promise>> hold) {
    keeper = hold;
    return storedStage != null || outcomeStage != null;
  }

  @Override
  public synchronized Optional<Outcome> outcomeNow() {
    return Optional.ofNullable(outcome);
  }

  /** Says what became of the writing; nothing happens if that is known. */
  void stored(Stored value) {
    boolean heard;
    synchronized (this) {
      if (stored != null) {
        return;
      }
      stored = value;
      heard = storedStage != null;
    }
    if (heard) {
      pool.execute(this::complete);
    }
  }

  /**
   * Says the outcome, once; what became of the writing is known from here on, too: a message whose
   * record is not forced had its outcome first.
   */
  void outcome(Outcome value) {
    boolean heard;
    synchronized (this) {
      if (outcome != null) {
        return;
      }
      if (stored == null) {
        stored = Stored.SETTLED_FIRST;
      }
      outcome = value;
      heard = storedStage != null || outcomeStage != null;
    }
    if (heard) {
      pool.execute(this::complete);
    }
  }

  /** Returns what became of the writing as far as it is known. */
  synchronized Optional<Stored> storedNow() {
    return Optional.ofNullable(stored);
  }

  /** Completes what is there and known, in order; what depends on it only goes to the pool. */
  private void complete() {
    PoolStage<Stored> first;
    PoolStage<Outcome> second;
    Stored storedValue;
    Outcome outcomeValue;
    synchronized (this) {
      first = storedStage;
      second = outcomeStage;
      storedValue = stored;
      outcomeValue = outcome;
    }
    if (first != null && storedValue != null) {
      first.finish(storedValue);
    }
    if (second != null && outcomeValue != null) {
      second.finish(outcomeValue);
    }
  }
}
