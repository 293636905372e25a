package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an outbox leaves to the next one of the same connection, which begins anew with another
 * journal: the messages that no journal has, and the tickets of all. Their outcomes are told by the
 * next one.
 */
public final class Handover {
  /** The messages of durability {@code memory}, by sequence. */
  final List<Entry> inMemory;

  final Tickets tickets;

  /** Those that may have been sent. */
  private final Set<Long> sent;

  Handover(List<Entry> inMemory, Tickets tickets, Set<Long> sent) {
    this.inMemory = inMemory;
    this.tickets = tickets;
    this.sent = sent;
  }

  /** Returns what the first outbox of a connection begins with. */
  public static Handover nothing() {
    return new Handover(List.of(), new Tickets(), Set.of());
  }

  boolean mayHaveBeenSent(long sequence) {
    return sent.contains(sequence);
  }

  /**
   * Returns the ticket of a message, if anybody has it.
   *
   * @param aliases new and old numbers of messages that have changed theirs
   */
  Optional<Promise> ticket(long sequence, Map<Long, Long> aliases) {
    if (aliases.containsKey(sequence)) {
      return tickets.take(aliases.get(sequence));
    }
    return aliases.containsValue(sequence) ? Optional.empty() : tickets.take(sequence);
  }
}
