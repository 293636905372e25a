package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.Stored;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/**
 * Makes entries, and turns their deadlines into points of the monotonic clock: within a run a
 * deadline is kept whatever happens to the wall clock.
 */
final class EntryMaker {
  /** The topic of a message of which only the number is known. */
  static final String UNREADABLE = "(cannot be read back)";

  /** One hundred years; far from the range of the monotonic clock, which only differences enter. */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private final Clock clock;
  private final Executor pool;
  private final Function<Message, Lane> lanes;

  /**
   * Makes a maker.
   *
   * @param pool where what depends on tickets runs
   * @param lanes the lane of a message
   */
  EntryMaker(Clock clock, Executor pool, Function<Message, Lane> lanes) {
    this.clock = clock;
    this.pool = pool;
    this.lanes = lanes;
  }

  /** Returns a message of now, as it goes into the journal. */
  StoredMessage record(long sequence, Message message, Durability durability, Lane lane) {
    long deadline = deadline(message, lane);
    return new StoredMessage(sequence, message, durability, clock.wallMillis(), deadline);
  }

  /** Returns the deadline of a message in milliseconds, its own or that of its lane; 0: never. */
  static long deadline(Message message, Lane lane) {
    return message.deadline().isPresent()
        ? millis(message.deadline().get())
        : lane.policy.deadlineMillis().orElse(0);
  }

  /** Returns the deadline of a message that has a record. */
  static long deadline(StoredMessage record, Lane lane) {
    return record.message().deadline().isPresent()
        ? record.deadline()
        : deadline(record.message(), lane);
  }

  /** Returns the entry of a message of now. */
  Entry accepted(StoredMessage record, int size, Lane lane) {
    return entry(record, size, lane, new Promise(record.sequence(), pool));
  }

  /**
   * Returns the entry of a message that was found, as if its time began now.
   *
   * @param kept its ticket, if anybody has it
   */
  Entry recovered(RecoveredMessage found, Optional<Promise> kept) {
    StoredMessage record = found.stored();
    Entry entry = read(record, kept, lanes.apply(record.message()));
    entry.found = true;
    entry.promise().stored(Stored.ON_DISK);
    // No record says whether one of QoS 0 was handed over before the process ended.
    entry.sentBefore = record.message().qos() == QoS.AT_MOST_ONCE;
    if (found.stage() != RecoveredMessage.Stage.WAITING) {
      entry.state = Entry.State.OUT;
    }
    return entry;
  }

  /** Returns the entry of a message that another outbox has left to this one. */
  Entry inherited(Entry left) {
    Entry entry =
        new Entry(
            left.sequence(),
            left.message(),
            left.durability(),
            left.acceptedAt(),
            left.size,
            left.hasDeadline ? Optional.of(left.due) : Optional.empty(),
            lanes.apply(left.message()),
            left.promise());
    entry.sentBefore = left.sentBefore || left.state == Entry.State.OUT;
    return entry;
  }

  /** Returns a message as it goes into a journal that came later. */
  StoredMessage record(Entry entry) {
    long age = clock.wallMillis() - entry.acceptedAt();
    long left = millis(Duration.ofNanos(Math.max(0, entry.due - clock.nanos())));
    long deadline = entry.ageUnknown ? entry.deadlineMillis : Math.max(1, Math.max(0, age) + left);
    return new StoredMessage(
        entry.sequence(),
        entry.message(),
        entry.durability(),
        entry.acceptedAt(),
        entry.hasDeadline ? deadline : 0);
  }

  /**
   * Returns the entry of a message that was read back.
   *
   * @param kept its ticket, if anybody has it
   * @param found whether it was found, not accepted in this run
   * @param lane where it belongs
   */
  Entry pagedIn(StoredMessage record, Optional<Promise> kept, boolean found, Lane lane) {
    Entry entry = read(record, kept, lane);
    entry.promise().stored(Stored.ON_DISK);
    entry.found = found;
    entry.sentBefore = found && record.message().qos() == QoS.AT_MOST_ONCE;
    return entry;
  }

  /** Returns what stands for a message that cannot be read back any more. */
  StoredMessage unreadable(long sequence) {
    Message message = Message.of(UNREADABLE, new byte[0]);
    return new StoredMessage(sequence, message, Durability.GROUP, clock.wallMillis(), 0);
  }

  private Entry read(StoredMessage record, Optional<Promise> kept, Lane lane) {
    Promise promise = kept.orElseGet(() -> new Promise(record.sequence(), pool));
    return entry(record, MessageSize.queued(record.message()), lane, promise);
  }

  private Entry entry(StoredMessage record, int size, Lane lane, Promise promise) {
    long deadline = deadline(record, lane);
    return new Entry(
        record.sequence(),
        record.message(),
        record.durability(),
        record.acceptedAt(),
        size,
        deadline == 0 ? Optional.empty() : Optional.of(clock.nanos() + nanos(deadline)),
        lane,
        promise);
  }

  /** Returns a wait in nanoseconds, at most the longest time; nothing for a negative one. */
  static long nanos(Duration duration) {
    return duration.isNegative() ? 0 : shortened(duration).toNanos();
  }

  /** Returns milliseconds, at most the longest time, in nanoseconds. */
  static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.min(millis, LONGEST.toMillis()));
  }

  /** Returns a deadline in milliseconds, rounded up. */
  static long millis(Duration deadline) {
    return shortened(deadline).plusNanos(999_999).toMillis();
  }

  private static Duration shortened(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }
}
