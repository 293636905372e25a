package org.robustmqtt.client.outbox;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The tickets of messages that are not in memory, or are left to the next outbox: only as long as
 * their publishers have them, or wait for a future of theirs. They outlive the outbox. Safe for
 * several threads.
 */
final class Tickets {
  private final Optional<Consumer<Promise>> keeper = Optional.of(this::hold);
  private final ReferenceQueue<Promise> gone = new ReferenceQueue<>();
  private final ConcurrentHashMap<Long, Kept> kept = new ConcurrentHashMap<>();

  /** A ticket that nobody may have any more; {@code held} if somebody waits for it. */
  private static final class Kept extends WeakReference<Promise> {
    private final long id;
    private volatile Optional<Promise> held = Optional.empty();

    Kept(Promise promise, ReferenceQueue<Promise> gone) {
      super(promise, gone);
      id = promise.id();
    }
  }

  /** The message of a ticket is not in memory from now on. */
  void keep(Promise promise) {
    for (Object old = gone.poll(); old != null; old = gone.poll()) {
      kept.remove(((Kept) old).id, old);
    }
    kept.put(promise.id(), new Kept(promise, gone));
    if (promise.keptBy(keeper)) {
      hold(promise);
    }
  }

  /** Somebody waits for a future of this ticket. */
  private void hold(Promise promise) {
    kept.computeIfPresent(
        promise.id(),
        (id, found) -> {
          found.held = Optional.of(promise);
          return found;
        });
  }

  /** The message is in memory again: returns its ticket, if anybody has it. */
  Optional<Promise> take(long id) {
    Optional<Promise> found = Optional.ofNullable(kept.remove(id)).map(WeakReference::get);
    found.ifPresent(promise -> promise.keptBy(Optional.empty()));
    return found;
  }
}
