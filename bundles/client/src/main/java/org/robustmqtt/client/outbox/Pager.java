package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredMessage;

/**
 * Reads back what is on disk only, before it is needed: one request at a time. Any thread.
 *
 * <p>A message is paged out when it is on disk and more than a window of others is before it, see
 * {@link Paging}.
 */
final class Pager {
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final Core core;
  private final Journal journal;
  private final Clock clock;
  private final EntryMaker maker;

  /** When to ask again after nothing could be read; guarded by the lock of the outbox. */
  private OptionalLong retryAt = OptionalLong.empty();

  Pager(Core core, Journal journal, Clock clock, EntryMaker maker) {
    this.core = core;
    this.journal = journal;
    this.clock = clock;
    this.maker = maker;
  }

  /** Asks for what is needed next, if something is; not under the lock. */
  void look() {
    if (!core.contents.paging.mayWant()) {
      return;
    }
    long[] asked;
    core.lock.lock();
    try {
      boolean later = retryAt.isPresent() && clock.nanos() - retryAt.getAsLong() < 0;
      if (!later) {
        // From now on the answer is waited for, or there is nothing to ask: not a time.
        retryAt = OptionalLong.empty();
      }
      asked = core.closed || later ? new long[0] : core.contents.pageWanted();
    } finally {
      core.lock.unlock();
    }
    if (asked.length > 0) {
      journal.read(
          asked,
          core.contents.paging.window().bytes(),
          (found, answered, unreadable) -> read(asked, found, answered, unreadable));
    }
  }

  /** Returns in how many nanoseconds to look again; holds the lock. */
  OptionalLong nextLook() {
    return retryAt.isEmpty() || !core.contents.paging.mayWant()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, retryAt.getAsLong() - clock.nanos()));
  }

  private void read(
      long[] asked, List<StoredMessage> found, int answered, Optional<String> unreadable) {
    News news;
    core.lock.lock();
    try {
      retryAt = answered == 0 ? OptionalLong.of(clock.nanos() + RETRY_NANOS) : OptionalLong.empty();
      core.contents.page(asked, found, core.closed ? 0 : answered, unreadable.isPresent(), maker);
      news = core.news();
    } finally {
      core.lock.unlock();
    }
    core.tell(news);
    if (answered == 0) {
      core.work.run();
    } else {
      look();
    }
  }
}
