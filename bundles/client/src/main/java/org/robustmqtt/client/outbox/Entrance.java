package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.PlainText;
import org.robustmqtt.Stored;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.policy.Refusal;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredMessage;

/** The way in: a message is checked, numbered, staged, and in. Safe for several threads. */
final class Entrance {
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(1);

  /** How long a publisher waits while dependents of tickets do not return, and many wait. */
  private static final Duration LANES_PATIENCE = Duration.ofSeconds(1);

  private final Queue queue;
  private final Journal journal;
  private final EntryMaker maker;
  private final Paging paging;
  private final Lanes lanes;
  private final Clock clock;

  Entrance(
      Queue queue, Journal journal, EntryMaker maker, Paging paging, Lanes lanes, Clock clock) {
    this.queue = queue;
    this.journal = journal;
    this.maker = maker;
    this.paging = paging;
    this.lanes = lanes;
    this.clock = clock;
  }

  /** Accepts a message and drops it at once: it needs no room and no record. */
  Promise drop(Message message, DropReason reason) {
    queue.begin();
    try {
      if (queue.isClosed()) {
        throw queue.refused(NotAcceptedException.Reason.CLOSED, "closed");
      }
      Entry entry = dropped(message, queue.scheduler.laneOf(message), reason);
      if (entry == null) {
        throw queue.refused(NotAcceptedException.Reason.STORE_BUSY, "the store has no number left");
      }
      return entry.promise();
    } finally {
      queue.end();
    }
  }

  /** Accepts a message without waiting for room in the queue. */
  Promise accept(Message message) {
    try {
      return accept(message, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw queue.refused(
          NotAcceptedException.Reason.STORE_BUSY,
          "interrupted while waiting for room in the store");
    }
  }

  /**
   * Tries under the lock, and waits for the store outside it, again and again: its room may be
   * taken by others, or be too small. A try that fails has taken no place: nobody can be before or
   * behind it.
   */
  Promise accept(Message message, long maxWaitNanos) throws InterruptedException {
    checkStore(message);
    checkLanes();
    long waitLeft = maxWaitNanos;
    boolean record = true;
    boolean last = false;
    long patience = STORE_PATIENCE.toNanos();
    while (true) {
      Entry entry;
      queue.begin();
      try {
        waitLeft = awaitPlace(message, waitLeft);
        entry = enter(message, record);
      } finally {
        queue.end();
      }
      if (entry != null) {
        return entry.promise();
      }
      if (last) {
        throw queue.refused(
            NotAcceptedException.Reason.STORE_BUSY,
            "the store did not keep up within " + STORE_PATIENCE.toMillis() + " ms");
      }
      checkStore(message);
      if (journal.status().degraded().isPresent()) {
        // a store that cannot be written takes nothing from its stage: the message goes without
        record = false;
        last = true;
      } else {
        long before = clock.nanos();
        boolean room = journal.awaitRoom(Duration.ofNanos(patience));
        patience -= clock.nanos() - before;
        last = !room || patience <= 0;
      }
    }
  }

  /** Takes a place, if there is one, within the lock; null if the store is busy. */
  private Entry enter(Message message, boolean record) {
    Lane lane = queue.scheduler.laneOf(message);
    MessageSize size = size(message, lane);
    Optional<DropReason> unwanted = queue.unwanted(lane, message, size);
    if (unwanted.isPresent()) {
      return dropped(message, lane, unwanted.get());
    }
    Entry entry = stage(message, lane, size.queued(), record);
    if (entry != null) {
      queue.makeRoom(lane, message, size);
      queue.accept(entry);
      if (entry.storeFailed) {
        queue.drop(entry, DropReason.STORE_FAILED);
      }
    }
    return entry;
  }

  /** Gives a message a number and its outcome; null if there is no number. Within the lock. */
  private Entry dropped(Message message, Lane lane, DropReason reason) {
    long sequence = journal.nextSequence();
    if (sequence == 0) {
      return null;
    }
    StoredMessage stored = maker.record(sequence, message, Durability.MEMORY, lane);
    Entry entry = maker.accepted(stored, MessageSize.queued(message), lane);
    queue.acceptDropped(entry, reason);
    return entry;
  }

  private static MessageSize size(Message message, Lane lane) {
    boolean expires = message.deadline().isPresent() || lane.policy.deadlineMillis().isPresent();
    return MessageSize.of(message, expires);
  }

  private static Durability durability(Message message, Lane lane) {
    return message.durability().orElse(lane.policy.durability());
  }

  /**
   * Refuses a message that names a policy that is not there. Not asked of one that is retried: it
   * was accepted when there was the policy, and has that of its topic.
   */
  void checkPolicy(Message message) {
    if (message.policy().isPresent()) {
      String label = message.policy().get();
      PolicyTable table = queue.scheduler.table();
      if (table.named(label).isEmpty()) {
        String known =
            table.policies().stream()
                .map(DeliveryPolicy::name)
                .sorted()
                .collect(Collectors.joining(", "));
        throw queue.refused(
            NotAcceptedException.Reason.POLICY_UNKNOWN,
            "unknown policy \"" + PlainText.of(label) + "\"; there are: " + known);
      }
    }
  }

  private void checkStore(Message message) {
    if (durability(message, queue.scheduler.laneOf(message)) == Durability.SYNC) {
      Optional<String> degraded = journal.status().degraded();
      if (degraded.isPresent()) {
        throw queue.refused(
            NotAcceptedException.Reason.STORE_UNAVAILABLE,
            "the store cannot be written: " + degraded.get());
      }
    }
  }

  /**
   * What depends on tickets and does not return may keep all threads of the pool. Then outcomes
   * pile up, and none may be dropped: so no more messages come in.
   */
  private void checkLanes() {
    if (!lanes.awaitRoom(LANES_PATIENCE.toNanos())) {
      throw queue.refused(
          NotAcceptedException.Reason.QUEUE_FULL,
          "too many outcomes wait to be told: all threads for listeners are busy with calls that"
              + " do not return");
    }
  }

  /** Checks all that can be checked, and waits for room if there is time; holds the lock. */
  private long awaitPlace(Message message, long waitNanos) throws InterruptedException {
    long left = waitNanos;
    while (true) {
      if (queue.isClosed()) {
        throw queue.refused(NotAcceptedException.Reason.CLOSED, "closed");
      }
      Lane lane = queue.scheduler.laneOf(message);
      MessageSize size = size(message, lane);
      Optional<Refusal> refusal = queue.refusal(lane, message, size);
      if (refusal.isEmpty() || queue.unwanted(lane, message, size).isPresent()) {
        return left;
      }
      if (left <= 0 || !refusal.get().mayFitLater()) {
        throw queue.refused(refusal.get().cause(), refusal.get().why());
      }
      left = queue.awaitRoom(left);
    }
  }

  /**
   * Gives the message a number and a place in the stage; null if the store is busy. One of
   * durability {@code memory} gets a record all the same if it takes the place of one that has one;
   * or if it is retained and an older one of its topic has one, or may get one: that would come
   * back without it (delivery-rules 4 a, 12).
   */
  private Entry stage(Message message, Lane lane, int size, boolean record) {
    long sequence = journal.nextSequence();
    if (sequence == 0) {
      return null;
    }
    Durability durability = durability(message, lane);
    if (durability == Durability.MEMORY) {
      boolean must = message.retain() && queue.needsRecord(message.topic());
      Entry older = queue.replacedBy(lane, message);
      if (older != null && !older.neverWritten && RetainedRule.leavesRecord(older)) {
        durability = older.durability();
      } else if (must) {
        durability = Durability.GROUP;
      }
    }
    StoredMessage stored = maker.record(sequence, message, durability, lane);
    Entry entry = maker.accepted(stored, size, lane);
    if (!record || durability == Durability.MEMORY) {
      entry.neverWritten = true;
      entry.promise().stored(Stored.MEMORY_ONLY);
      return entry;
    }
    return journal.offer(stored, how -> stored(entry, how)) ? entry : null;
  }

  /** Hears from the journal, on its thread or within one of our calls of it. */
  private void stored(Entry entry, Stored stored) {
    entry.promise().stored(stored);
    boolean replaces = entry.replaced != null;
    boolean failed = stored == Stored.FAILED && entry.durability() == Durability.SYNC;
    entry.neverWritten = stored == Stored.SETTLED_FIRST;
    if (queue.isChanging() && entry.queue == null) {
      // It is not in yet: whoever offers it decides.
      entry.storeFailed = failed;
    } else if (replaces
        || (stored == Stored.ON_DISK
            ? entry.message().retain() || entry.lane.isBehind(entry)
            : !entry.neverWritten)) {
      queue.change(() -> look(entry, stored == Stored.ON_DISK, failed));
    }
  }

  private void look(Entry entry, boolean onDisk, boolean failed) {
    queue.tellReplaced(entry);
    if (onDisk) {
      queue.stored(entry);
      if (!queue.isClosed()) {
        paging.onDisk(entry);
      }
    } else if (entry.state == Entry.State.WAITING && failed) {
      queue.drop(entry, DropReason.STORE_FAILED);
    } else if (queue.isClosed() && queue.find(entry.sequence()).isPresent()) {
      queue.decide(entry, Queue.dropped(entry, DropReason.SHUT_DOWN), true);
    }
  }
}
