package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.ClockRules;

/**
 * A hub without a clock boots in the past (delivery-rules 10). Whether the wall clock can be
 * believed after a start: if it is behind what was seen before, the ages of the messages found on
 * disk are not known, and those with a deadline are held, until it was set or for {@code
 * clockWait}. Guarded by the lock of the {@link Queue}.
 */
final class ClockDoubt {
  /** How often the wall clock is looked at meanwhile. */
  private static final long LOOK_NANOS = 1_000_000_000L;

  private final Clock clock;
  private final long lastSeenMillis;
  private final long beginNanos;
  private final List<Entry> held = new ArrayList<>();
  private ClockRules rules;
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

  /** Gives a message that was found its deadline, or holds it until that is known. */
  void found(Entry entry, long deadlineMillis) {
    if (doubtful) {
      entry.ageUnknown = true;
      entry.deadlineMillis = deadlineMillis;
      held.add(entry);
    } else {
      entry.due = due(entry, deadlineMillis);
    }
  }

  /** Returns whether messages are held. */
  boolean holds() {
    return doubtful && !held.isEmpty();
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
    for (Entry entry : held) {
      if (!entry.isPending() || !entry.ageUnknown) {
        continue;
      }
      if (set || entry.deadlineMillis >= rules.trustMillis()) {
        scheduler.due(entry, due(entry, entry.deadlineMillis));
      } else {
        expired.add(entry);
      }
    }
    held.clear();
  }

  /**
   * The age is what the wall clock says, and no less than what passed before the last run ended: so
   * a clock that is behind gives no new time.
   */
  private long due(Entry entry, long deadlineMillis) {
    long age = Math.max(clock.wallMillis(), lastSeenMillis) - entry.acceptedAt();
    return clock.nanos() + EntryMaker.nanos(Math.max(0, deadlineMillis - Math.max(0, age)));
  }
}
