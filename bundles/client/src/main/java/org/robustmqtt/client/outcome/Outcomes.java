package org.robustmqtt.client.outcome;

import java.util.Map;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Entry;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.journal.Journal;

/**
 * Brings each outcome to the journal, then to the ticket and the outcome listeners, in this order,
 * and counts it. Safe for several threads.
 */
public final class Outcomes implements Outbox.Settlements {
  /**
   * Makes outcomes that have counted nothing.
   *
   * @param connection the name of the connection
   * @param journal where settlements are appended before they are announced
   * @param notifier tells them to the outcome listeners
   */
  public Outcomes(String connection, Journal journal, Notifier notifier) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void settled(Entry entry, Outcome outcome) {
    throw new UnsupportedOperationException();
  }

  /** Returns the counters of this moment. */
  public Counts counts() {
    throw new UnsupportedOperationException();
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
