package org.robustmqtt;

import java.time.Instant;
import java.util.Optional;

/**
 * One message that is accepted and not settled, or that was put aside.
 *
 * @param id the number of its ticket
 * @param message the message
 * @param acceptedAt when it was accepted
 * @param inFlight whether it was sent and waits for its acknowledgement
 * @param onDisk whether it is on disk
 * @param attempts how often the link was lost while it was the oldest message that the broker had
 *     not acknowledged; of this run
 * @param lastProblem the last of these losses
 */
public record PendingMessage(
    long id,
    Message message,
    Instant acceptedAt,
    boolean inFlight,
    boolean onDisk,
    int attempts,
    Optional<Problem> lastProblem) {
  /** A message to which no loss of the link was put down. */
  public PendingMessage(
      long id, Message message, Instant acceptedAt, boolean inFlight, boolean onDisk) {
    this(id, message, acceptedAt, inFlight, onDisk, 0, Optional.empty());
  }
}
