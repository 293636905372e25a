package org.robustmqtt.client.outcome;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Entry;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.whiteboard.Settlement;

/**
 * Brings each outcome to the journal, then to the ticket and the outcome listeners, in this order,
 * and counts it. Safe for several threads.
 *
 * <p>An outcome is announced as soon as its settlement, or that it is abandoned or quarantined, is
 * appended, so that no end of the process can repeat it; if the journal cannot write it, it is
 * announced all the same. Nothing foreign runs in the thread that tells: tickets complete on the
 * pool, listeners are called on their lanes.
 */
public final class Outcomes implements Outbox.Settlements {
  private final String connection;
  private final Journal journal;
  private final Notifier notifier;
  private final AtomicLongArray counts = new AtomicLongArray(2 + DropReason.values().length);

  /**
   * Makes outcomes that have counted nothing.
   *
   * @param connection the name of the connection
   * @param journal where settlements are appended before they are announced
   * @param notifier tells them to the outcome listeners
   */
  public Outcomes(String connection, Journal journal, Notifier notifier) {
    this.connection = connection;
    this.journal = journal;
    this.notifier = notifier;
  }

  @Override
  public void settled(Entry entry, Outcome outcome) {
    if (entry.durability() == Durability.MEMORY) {
      announce(entry, outcome);
    } else if (isQuarantined(outcome)) {
      journal.quarantined(entry.sequence(), written -> announce(entry, outcome));
    } else if (entry.isAbandoned()) {
      journal.abandoned(entry.sequence(), written -> announce(entry, outcome));
    } else {
      journal.settled(entry.sequence(), written -> announce(entry, outcome));
    }
  }

  private static boolean isQuarantined(Outcome outcome) {
    return outcome.kind() == Outcome.Kind.DROPPED
        && ((Outcome.Dropped) outcome).reason() == DropReason.QUARANTINED;
  }

  private void announce(Entry entry, Outcome outcome) {
    counts.incrementAndGet(place(outcome));
    entry.announce(outcome);
    if (notifier.hearsOutcomes()) {
      notifier.settled(
          new Settlement(connection, entry.sequence(), entry.message().topic(), outcome));
    }
  }

  private static int place(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED -> 0;
      case SENT -> 1;
      case DROPPED -> 2 + ((Outcome.Dropped) outcome).reason().ordinal();
    };
  }

  /**
   * Returns the counters of this moment: what was announced. What was decided, exactly in step with
   * what is pending, is in {@link Outbox#totals()}.
   */
  public Counts counts() {
    Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, counts.get(2 + reason.ordinal()));
    }
    return new Counts(counts.get(0), counts.get(1), Collections.unmodifiableMap(dropped));
  }

  /**
   * What was counted.
   *
   * @param acknowledged outcomes of this kind
   * @param sent outcomes of this kind
   * @param dropped outcomes of this kind, by reason
   */
  public record Counts(long acknowledged, long sent, Map<DropReason, Long> dropped) {}
}
