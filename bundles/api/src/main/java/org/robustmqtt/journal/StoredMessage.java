package org.robustmqtt.journal;

import java.util.Objects;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;

/**
 * A message with what the journal needs to know of it.
 *
 * @param sequence its number, from {@link Journal#nextSequence()}
 * @param message the message
 * @param durability the durability that was decided for it
 * @param acceptedAt when it was accepted, milliseconds of wall time
 * @param deadline after how many milliseconds from acceptance it is not sent any more; 0: never
 */
public record StoredMessage(
    long sequence, Message message, Durability durability, long acceptedAt, long deadline) {
  /** Checks the values. */
  public StoredMessage {
    Objects.requireNonNull(message);
    Objects.requireNonNull(durability);
    if (sequence <= 0 || deadline < 0) {
      throw new IllegalArgumentException("sequence " + sequence + ", deadline " + deadline);
    }
  }
}
