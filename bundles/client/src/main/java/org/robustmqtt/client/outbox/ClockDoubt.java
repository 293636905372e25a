package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.journal.StoredBlock;

/**
 * A hub without a clock boots in the past (delivery-rules 10). Whether the wall clock can be
 * believed after a start: if it is behind what was seen before, the ages of the messages found on
 * disk are not known, and those with a deadline are held, until it was set or for {@code
 * clockWait}. Guarded by the lock of the {@link Queue}.
 */
final class ClockDoubt {
  /** How often the wall clock is looked at meanwhile. */
  private static final long LOOK_NANOS = 1_000_000_000L;

  private static final long MILLI = 1_000_000L;

  /** By how much the clocks have to differ to be remembered. */
  private static final long STEP_MILLIS = 100;

  private final Clock clock;
  private final long lastSeenMillis;
  private final long beginNanos;
  private final List<Entry> held = new ArrayList<>();

  /** How far the wall clock was ahead of the monotonic one, from a sequence on; milliseconds. */
  private final TreeMap<Long, Long> ahead = new TreeMap<>();

  private ClockRules rules;

  /** Whether messages with deadlines are on disk only. */
  private boolean blocks;

  /** Whether the wait ended before the clock was set. */
  private boolean givenUp;

  private boolean doubtful;

  /**
   * Begins.
   *
   * @param lastSeenMillis the latest wall time that an earlier run has seen; 0 if there was none
   */
  ClockDoubt(Clock clock, ClockRules rules, long lastSeenMillis) {
    this.clock = clock;
    this.rules = rules;
    this.lastSeenMillis = lastSeenMillis;
    beginNanos = clock.nanos();
    doubtful = clock.wallMillis() < lastSeenMillis;
  }

  void rules(ClockRules other) {
    rules = other;
  }

  /** Returns how long it is until the wait is over. */
  private long waitLeft() {
    return beginNanos + EntryMaker.nanos(rules.waitMillis()) - clock.nanos();
  }

  /** Remembers the clocks of now for a message that is on disk only from now on. */
  void pageOut(long sequence) {
    long now = clock.wallMillis() - clock.nanos() / MILLI;
    Map.Entry<Long, Long> before = ahead.floorEntry(sequence);
    if (before == null || Math.abs(before.getValue() - now) > STEP_MILLIS) {
      ahead.put(sequence, now);
    }
  }

  /** Returns when a message that is, or was, on disk only has its deadline. */
  long due(long sequence, long acceptedAt, long deadlineMillis, boolean found) {
    if (found) {
      return foundDue(acceptedAt, deadlineMillis);
    }
    Map.Entry<Long, Long> then = ahead.floorEntry(sequence);
    then = then == null ? ahead.ceilingEntry(sequence) : then;
    long clocks = then == null ? clock.wallMillis() - clock.nanos() / MILLI : then.getValue();
    long age = clock.nanos() / MILLI - (acceptedAt - clocks);
    return clock.nanos() + EntryMaker.nanos(Math.max(0, deadlineMillis - Math.max(0, age)));
  }

  /** Returns when to look at messages that were found and stay on disk; empty: never. */
  OptionalLong due(StoredBlock block, Lane lane) {
    OptionalLong deadline = lane.policy.deadlineMillis();
    if (block.expiresAt() == 0 && deadline.isEmpty()) {
      return OptionalLong.empty();
    }
    if (doubtful) {
      blocks = true;
      return OptionalLong.of(clock.nanos() + waitLeft());
    }
    LongStream each = deadline.stream();
    each =
        block.expiresAt() == 0
            ? each
            : LongStream.concat(
                each, LongStream.of(Math.max(0, block.expiresAt() - block.acceptedAt())));
    return OptionalLong.of(foundDue(block.acceptedAt(), each.min().getAsLong()));
  }

  /** Returns whether it is not known how old the messages are that were found. */
  boolean isDoubtful() {
    return doubtful;
  }

  /** Gives a message that was found its deadline, or holds it until that is known. */
  void found(Entry entry, long deadlineMillis) {
    date(entry, deadlineMillis);
    hold(entry);
  }

  /** A message is in memory whose deadline may not be known. */
  void hold(Entry entry) {
    if (entry.ageUnknown) {
      held.add(entry);
    }
  }

  /** Gives a message that was read its deadline, unless nobody knows how old it is. */
  void date(Entry entry, long deadlineMillis) {
    if (!entry.found) {
      entry.due = due(entry.sequence(), entry.acceptedAt(), deadlineMillis, false);
    } else if (doubtful) {
      entry.ageUnknown = true;
      entry.deadlineMillis = deadlineMillis;
      entry.due = clock.nanos() + waitLeft();
    } else if (givenUp && deadlineMillis < rules.trustMillis()) {
      entry.due = clock.nanos();
    } else {
      entry.due = foundDue(entry.acceptedAt(), deadlineMillis);
    }
  }

  /** Returns whether messages are held. */
  boolean holds() {
    return doubtful && (!held.isEmpty() || blocks);
  }

  /** Returns in how many nanoseconds it has to be looked at again; empty if never. */
  OptionalLong nextLook() {
    return holds()
        ? OptionalLong.of(Math.max(0, Math.min(LOOK_NANOS, waitLeft())))
        : OptionalLong.empty();
  }

  /**
   * Looks at the clocks. If the doubt is over, those that were held are given their deadlines.
   *
   * @param expired takes those that expire because their age is not known
   */
  void look(Scheduler scheduler, List<Entry> expired) {
    boolean set = clock.wallMillis() >= lastSeenMillis;
    if (!doubtful || !set && waitLeft() > 0) {
      return;
    }
    doubtful = false;
    givenUp = !set;
    for (Entry entry : held) {
      if (!entry.isPending() || !entry.ageUnknown) {
        continue;
      }
      if (set || entry.deadlineMillis >= rules.trustMillis()) {
        scheduler.due(entry, foundDue(entry.acceptedAt(), entry.deadlineMillis));
      } else {
        // it may be held twice, after its policy has changed
        entry.ageUnknown = false;
        expired.add(entry);
      }
    }
    held.clear();
  }

  /**
   * The age is what the wall clock says, and no less than what passed before the last run ended: so
   * a clock that is behind gives no new time.
   */
  private long foundDue(long acceptedAt, long deadlineMillis) {
    long age = Math.max(clock.wallMillis(), lastSeenMillis) - acceptedAt;
    return clock.nanos() + EntryMaker.nanos(Math.max(0, deadlineMillis - Math.max(0, age)));
  }
}
