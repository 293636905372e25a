package org.robustmqtt;

import java.time.Instant;
import java.util.Optional;

/**
 * What a connection has accepted and not settled.
 *
 * @param messages the number, queued and in flight
 * @param bytes their size: topics and payloads
 * @param inFlight how many of them were sent and not acknowledged
 * @param maxMessages the limit of messages
 * @param maxBytes the limit of bytes
 * @param oldest when the oldest was accepted
 * @param quarantined how many messages were put aside; they have their outcome and count against no
 *     limit
 */
public record QueueStatus(
    int messages,
    long bytes,
    int inFlight,
    int maxMessages,
    long maxBytes,
    Optional<Instant> oldest,
    int quarantined) {
  /** Nothing at all, with default limits. */
  public static final QueueStatus EMPTY =
      new QueueStatus(0, 0, 0, 10_000, 64L << 20, Optional.empty());

  /** A queue of which nothing was put aside. */
  public QueueStatus(
      int messages,
      long bytes,
      int inFlight,
      int maxMessages,
      long maxBytes,
      Optional<Instant> oldest) {
    this(messages, bytes, inFlight, maxMessages, maxBytes, oldest, 0);
  }
}
