package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.Optional;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Stored;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.MessageSize;
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
  private final PolicyNames names;

  Entrance(
      Queue queue,
      Journal journal,
      EntryMaker maker,
      Paging paging,
      Lanes lanes,
      Clock clock,
      PolicyNames names) {
    this.names = names;
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
        throw queue.refused(NotAcceptedException.Cause.CLOSED, "closed");
      }
      int size = MessageSize.of(message).queued();
      Entry entry = stage(message, Durability.MEMORY, size, false);
      if (entry == null) {
        throw queue.refused(NotAcceptedException.Cause.STORE_BUSY, "the store has no number left");
      }
      queue.accept(entry);
      queue.drop(entry, reason);
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
          NotAcceptedException.Cause.STORE_BUSY, "interrupted while waiting for room in the store");
    }
  }

  /**
   * Tries under the lock, and waits for the store outside it, again and again: its room may be
   * taken by others, or be too small. A try that fails has taken no place: nobody can be before or
   * behind it.
   */
  Promise accept(Message message, long maxWaitNanos) throws InterruptedException {
    Optional<String> unknown = names.refusal(message);
    if (unknown.isPresent()) {
      throw queue.refused(NotAcceptedException.Cause.POLICY_UNKNOWN, unknown.get());
    }
    MessageSize size = MessageSize.of(message);
    Durability durability = message.durability().orElse(Durability.GROUP);
    checkStore(durability);
    checkLanes();
    long waitLeft = maxWaitNanos;
    boolean record = true;
    boolean last = false;
    long patience = STORE_PATIENCE.toNanos();
    while (true) {
      Entry entry;
      queue.begin();
      try {
        waitLeft = awaitPlace(size, waitLeft);
        entry = enter(message, durability, size, record);
      } finally {
        queue.end();
      }
      if (entry != null) {
        return entry.promise();
      }
      if (last) {
        throw queue.refused(
            NotAcceptedException.Cause.STORE_BUSY,
            "the store did not keep up within " + STORE_PATIENCE.toMillis() + " ms");
      }
      checkStore(durability);
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
  private Entry enter(Message message, Durability durability, MessageSize size, boolean record) {
    Entry entry = stage(message, durability, size.queued(), record);
    if (entry != null) {
      queue.accept(entry);
      if (entry.storeFailed) {
        queue.drop(entry, DropReason.STORE_FAILED);
      }
    }
    return entry;
  }

  private void checkStore(Durability durability) {
    if (durability == Durability.SYNC) {
      Optional<String> degraded = journal.status().degraded();
      if (degraded.isPresent()) {
        throw queue.refused(
            NotAcceptedException.Cause.STORE_UNAVAILABLE,
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
          NotAcceptedException.Cause.QUEUE_FULL,
          "too many outcomes wait to be told: all threads for listeners are busy with calls that"
              + " do not return");
    }
  }

  /** Checks all that can be checked, and waits for room if there is time; holds the lock. */
  private long awaitPlace(MessageSize size, long waitNanos) throws InterruptedException {
    long left = waitNanos;
    while (true) {
      if (queue.isClosed()) {
        throw queue.refused(NotAcceptedException.Cause.CLOSED, "closed");
      }
      Optional<Refusal> refusal = queue.refusal(size);
      if (refusal.isEmpty()) {
        return left;
      }
      if (left <= 0 || !refusal.get().mayFitLater()) {
        throw queue.refused(refusal.get().cause(), refusal.get().why());
      }
      left = queue.awaitRoom(left);
    }
  }

  /**
   * Gives the message a number and a place in the stage; null if the store is busy. A retained one
   * of durability {@code memory} gets a record all the same if an older one of its topic has one,
   * or may get one: that would come back without it (delivery-rules 4 a).
   */
  private Entry stage(Message message, Durability asked, int size, boolean record) {
    long sequence = journal.nextSequence();
    if (sequence == 0) {
      return null;
    }
    boolean must = message.retain() && queue.needsRecord(message.topic());
    Durability durability = must && asked == Durability.MEMORY ? Durability.GROUP : asked;
    StoredMessage stored = maker.record(sequence, message, durability);
    Entry entry = maker.accepted(stored, size);
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
    boolean failed = stored == Stored.FAILED && entry.durability() == Durability.SYNC;
    entry.neverWritten = stored == Stored.SETTLED_FIRST;
    if (queue.isChanging() && entry.queue == null) {
      // It is not in yet: whoever offers it decides.
      entry.storeFailed = failed;
    } else if (stored == Stored.ON_DISK
        ? entry.message().retain() || entry.lane.isBehind(entry)
        : !entry.neverWritten) {
      queue.change(() -> look(entry, stored == Stored.ON_DISK, failed));
    }
  }

  private void look(Entry entry, boolean onDisk, boolean failed) {
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
