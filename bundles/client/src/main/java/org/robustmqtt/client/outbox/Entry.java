package org.robustmqtt.client.outbox;

import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Problem;
import org.robustmqtt.Stored;

/**
 * One accepted message on its way. What never changes may be read by any thread; the rest belongs
 * to the outbox and is guarded by its lock.
 */
public final class Entry {
  /** Where a message is. */
  enum State {
    /** In the queue of its topic. */
    WAITING,
    /** With the session, or recovered as sent. */
    OUT,
    /** It has its outcome, and the session has not come to its end with it. */
    ABANDONED,
    /** It is on disk only; this object is not used any more. */
    PAGED_OUT,
    /** It has its outcome, and nothing else is left of it. */
    SETTLED
  }

  private static final Consumer<Entry> NOBODY = entry -> {};

  private final long sequence;
  private final Message message;
  private final Durability durability;
  private final long acceptedAt;
  private final Promise promise;

  /** Where it is counted, waits for its turn, and is left on disk. Written under the lock. */
  volatile Lane lane;

  /** Whether its topic alone would have it in another lane. */
  boolean stray;

  /** Whether it was found, not accepted in this run. */
  boolean found;

  /**
   * What this one has replaced, linked, until it is known whether this one is on disk; or null.
   * Written under the lock.
   */
  volatile Entry replaced;

  private Consumer<Entry> announced = NOBODY;

  /** Bytes of topic and payload. */
  final int size;

  /** Whether {@link #due} means anything. */
  boolean hasDeadline;

  /** When it is not wanted any more, nanoseconds of the monotonic clock. */
  long due;

  /** Whether nobody knows yet how old it is, so that its deadline is not known either. */
  boolean ageUnknown;

  /** The deadline in milliseconds, only as long as the age is not known. */
  long deadlineMillis;

  /** Whether the journal was asked to force it soon. */
  boolean hurried;

  /** How many losses of a link were put down to it; and how many while it was alone. */
  int attempts;

  int attemptsAlone;

  /** The last of these losses, or null. */
  Problem lastProblem;

  /** Whether its end is not forced although it has one, and has a record. */
  boolean lasting;

  /** Whether its end is forced. */
  boolean endForced;

  /** Whether the journal said that it was never written and never will be. */
  volatile boolean neverWritten;

  /** Whether it had its outcome before the session had come to its end with it. */
  volatile boolean abandoned;

  State state = State.WAITING;

  /** Of {@link Lane}. */
  boolean front;

  boolean sentBefore;
  boolean storeFailed;

  /** Of {@link Queue}, from the decision on: the outcome, and who was decided next. */
  Outcome outcome;

  Entry decidedNext;
  TopicQueue queue;
  Entry previous;
  Entry next;

  /** Of {@link PendingEntries}. */
  Entry older;

  Entry newer;
  Entry samePlace;

  Entry(
      long sequence,
      Message message,
      Durability durability,
      long acceptedAt,
      int size,
      Optional<Long> due,
      Lane lane,
      Promise promise) {
    this.sequence = sequence;
    this.message = message;
    this.durability = durability;
    this.acceptedAt = acceptedAt;
    this.size = size;
    this.hasDeadline = due.isPresent();
    this.due = due.orElse(0L);
    this.lane = lane;
    this.promise = promise;
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
  long acceptedAt() {
    return acceptedAt;
  }

  /**
   * Completes the ticket with the outcome; called once, as soon as the settlement is appended. Runs
   * nothing foreign in the caller's thread.
   */
  public void announce(Outcome outcome) {
    promise.outcome(outcome);
    announced.accept(this);
  }

  /** Says who hears that the outcome is announced; before it is. */
  void onAnnounced(Consumer<Entry> hears) {
    announced = hears;
  }

  Promise promise() {
    return promise;
  }

  /**
   * Returns whether it had its outcome before the session had come to its end with it: its packet
   * id is, or was, still in use.
   */
  public boolean isAbandoned() {
    return abandoned;
  }

  /** Returns whether it is in memory and has no outcome. */
  boolean isPending() {
    return state == State.WAITING || state == State.OUT;
  }

  /** Returns whether its deadline has passed. */
  boolean isDue(long now) {
    return hasDeadline && !ageUnknown && now - due >= 0;
  }

  /** Returns whether the message is forced to disk. */
  boolean onDisk() {
    return promise.storedNow().filter(stored -> stored == Stored.ON_DISK).isPresent();
  }

  /** Returns whether the message ends with the process if it has no outcome. */
  boolean inMemoryOnly() {
    return durability == Durability.MEMORY
        || promise
            .storedNow()
            .filter(stored -> stored == Stored.MEMORY_ONLY || stored == Stored.FAILED)
            .isPresent();
  }
}
