package org.robustmqtt;

import java.time.Instant;

/**
 * One message that is accepted and not settled.
 *
 * @param id the number of its ticket
 * @param message the message
 * @param acceptedAt when it was accepted
 * @param inFlight whether it was sent and waits for its acknowledgement
 * @param onDisk whether it is on disk
 */
public record PendingMessage(
    long id, Message message, Instant acceptedAt, boolean inFlight, boolean onDisk) {}
