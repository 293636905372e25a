package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Optional;
import org.robustmqtt.QoS;
import org.robustmqtt.journal.StoredMessage;

/**
 * What an outbox knows of its messages, for a journal that comes later. Safe for several threads;
 * takes the lock of the outbox.
 */
public interface Known {
  /** Nothing. */
  Known NOTHING = new Known() {};

  /** Returns whether a message is pending, or has its outcome and still needs its record. */
  default boolean holds(long sequence) {
    return false;
  }

  /** Returns the QoS of a message in memory that has, or is to have, a record. */
  default Optional<QoS> recordedQos(long sequence) {
    return Optional.empty();
  }

  /**
   * Returns the messages in memory that have no outcome, and have, or are to have, a record, by
   * sequence.
   */
  default List<StoredMessage> recorded() {
    return List.of();
  }
}
