package org.robustmqtt.journal;

import java.util.Objects;

/**
 * A message that was found on disk and is not settled.
 *
 * @param stored the message
 * @param stage how far its delivery had come
 * @param epoch the session in which it was sent; 0 if it was not sent
 * @param packetId the packet id with which it was sent; 0 if it was not sent, or its session is
 *     lost: it is to be sent as new
 */
public record RecoveredMessage(StoredMessage stored, Stage stage, long epoch, int packetId) {
  /** Checks the values. */
  public RecoveredMessage {
    Objects.requireNonNull(stored);
    Objects.requireNonNull(stage);
  }

  /** How far a delivery has come. */
  public enum Stage {
    /** Not sent. */
    WAITING,
    /** PUBLISH was, or may have been, sent. */
    SENT,
    /** QoS 2: PUBREL was, or may have been, sent. */
    RELEASED,
    /** It has its outcome; only its packet id is in use until its session ends or acknowledges. */
    ABANDONED,
    /** It has its outcome and is kept, to be sent again by hand. */
    QUARANTINED
  }
}
