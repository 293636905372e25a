package org.robustmqtt.client.outbox;

import org.robustmqtt.Durability;
import org.robustmqtt.Message;

/**
 * One accepted message on its way. What never changes may be read by any thread; the rest belongs
 * to the outbox and is guarded by its lock.
 */
public final class Entry {
  private final long sequence;
  private final Message message;
  private final Durability durability;
  private final long acceptedAt;

  Entry(long sequence, Message message, Durability durability, long acceptedAt) {
    this.sequence = sequence;
    this.message = message;
    this.durability = durability;
    this.acceptedAt = acceptedAt;
  }

  /** Returns its number. */
  public long sequence() {
    return sequence;
  }

  /** Returns the message. */
  public Message message() {
    return message;
  }

  /** Returns the durability that was decided. */
  public Durability durability() {
    return durability;
  }

  /** Returns when it was accepted, milliseconds of wall time. */
  public long acceptedAt() {
    return acceptedAt;
  }
}
