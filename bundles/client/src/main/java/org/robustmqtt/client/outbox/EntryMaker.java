package org.robustmqtt.client.outbox;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.Stored;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/**
 * Makes entries, and turns their deadlines into points of the monotonic clock: within a run a
 * deadline is kept whatever happens to the wall clock.
 */
final class EntryMaker {
  private final Clock clock;
  private final Executor pool;

  EntryMaker(Clock clock, Lanes lanes) {
    this.clock = clock;
    this.pool = lanes.pool();
  }

  /** Returns a message of now, as it goes into the journal. */
  StoredMessage record(long sequence, Message message, Durability durability) {
    long deadline = message.deadline().map(Times::millis).orElse(0L);
    return new StoredMessage(sequence, message, durability, clock.wallMillis(), deadline);
  }

  /** Returns the entry of a message of now. */
  Entry accepted(StoredMessage record, int size) {
    return entry(record, size, record.deadline());
  }

  /** Returns the entry of a message that was found, as if its time began now. */
  Entry recovered(RecoveredMessage found) {
    StoredMessage record = found.stored();
    Entry entry = entry(record, MessageSize.of(record.message()).queued(), record.deadline());
    entry.promise().stored(Stored.ON_DISK);
    // No record says whether one of QoS 0 was handed over before the process ended.
    entry.sentBefore = record.message().qos() == QoS.AT_MOST_ONCE;
    if (found.stage() != RecoveredMessage.Stage.WAITING) {
      entry.state = Entry.State.OUT;
    }
    return entry;
  }

  private Entry entry(StoredMessage record, int size, long millisLeft) {
    return new Entry(
        record.sequence(),
        record.message(),
        record.durability(),
        record.acceptedAt(),
        size,
        record.deadline() == 0
            ? Optional.empty()
            : Optional.of(clock.nanos() + Times.nanos(millisLeft)),
        pool);
  }
}
