package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/**
 * What is accepted and not settled. {@code publish}, {@code cancel} and what only looks are safe
 * for several threads; the rest is for the loop. The lock is never held during I/O or foreign code.
 *
 * <p>A message is pending from its acceptance until its outcome is decided, which is one step under
 * the lock with the counting of the outcome; the outcome is announced after that, as soon as the
 * journal has it. So {@link #totals()} always satisfies: accepted + recovered = outcomes + pending.
 */
public final class Outbox {
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(1);
  private static final int EXPIRED_AT_ONCE = 256;

  private final String connection;
  private final Clock clock;
  private final Journal journal;
  private final Settlements settlements;
  private final Lanes lanes;
  private final EntryMaker maker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private volatile Runnable work = () -> {};

  // guarded by the lock
  private final Contents contents = new Contents();
  private Limits limits;
  private int waiters;

  /** Written under the lock. */
  private volatile boolean closed;

  /**
   * Makes an outbox that continues what was found on disk.
   *
   * @param connection the name of the connection, for messages to people
   * @param journal where messages are staged, and where sequences come from
   * @param recovered messages found on disk, by sequence; those that had been sent are out until
   *     they are settled or {@linkplain #requeue returned}
   * @param settlements told each outcome, once, from the thread that caused it
   * @param lanes where what depends on tickets runs
   */
  public Outbox(
      String connection,
      Clock clock,
      Journal journal,
      Limits limits,
      List<RecoveredMessage> recovered,
      Settlements settlements,
      Lanes lanes) {
    this.connection = connection;
    this.clock = clock;
    this.journal = journal;
    this.limits = limits;
    this.settlements = settlements;
    this.lanes = lanes;
    this.maker = new EntryMaker(clock, lanes);
    lock.lock();
    try {
      recovered.forEach(found -> contents.recover(maker.recovered(found)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says who is told that there is something for the loop to do: a message was accepted, or became
   * free, while none was known to wait, an earlier deadline than before came in, or the outbox
   * became empty. Called outside the lock by any thread; must not block.
   */
  public void onWork(Runnable wake) {
    work = wake;
  }

  /** Hears that a message has its outcome; called outside the lock. */
  @FunctionalInterface
  public interface Settlements {
    /** The entry was removed from the outbox; its limits are free. */
    void settled(Entry entry, Outcome outcome);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message)}. */
  public Ticket publish(Message message) {
    try {
      return accept(message, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(
          NotAcceptedException.Cause.STORE_BUSY, "interrupted while waiting for room in the store");
    }
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message, Duration)}. */
  public Ticket publish(Message message, Duration maxWait) throws InterruptedException {
    if (lanes.isCurrent()) {
      throw new IllegalStateException(
          "publish with a wait must not be called on a listener thread: it could wait for itself");
    }
    return accept(message, Times.nanos(maxWait));
  }

  /**
   * Tries under the lock, and waits for the store outside it, once. A try that fails has taken no
   * place: nobody can be before or behind it.
   */
  private Ticket accept(Message message, long maxWaitNanos) throws InterruptedException {
    MessageSize size = MessageSize.of(message);
    Durability durability = message.durability().orElse(Durability.GROUP);
    checkStore(durability);
    long waitLeft = maxWaitNanos;
    boolean record = durability != Durability.MEMORY;
    for (boolean last = false; ; last = true) {
      Entry entry;
      boolean wake;
      lock.lock();
      try {
        waitLeft = awaitPlace(size, waitLeft);
        entry = stage(message, durability, size.queued(), record);
        wake = entry != null && contents.accept(entry);
      } finally {
        lock.unlock();
      }
      if (entry != null) {
        if (entry.storeFailed) {
          endWaiting(entry.sequence(), DropReason.STORE_FAILED);
        }
        wake(wake);
        return entry.promise();
      }
      if (last) {
        throw refused(
            NotAcceptedException.Cause.STORE_BUSY,
            "the store did not keep up within " + STORE_PATIENCE.toMillis() + " ms");
      }
      checkStore(durability);
      if (journal.status().degraded().isPresent()) {
        // a store that cannot be written takes nothing from its stage: the message goes without
        record = false;
      } else {
        journal.awaitRoom(STORE_PATIENCE);
      }
    }
  }

  private void checkStore(Durability durability) {
    if (durability == Durability.SYNC) {
      Optional<String> degraded = journal.status().degraded();
      if (degraded.isPresent()) {
        throw refused(
            NotAcceptedException.Cause.STORE_UNAVAILABLE,
            "the store cannot be written: " + degraded.get());
      }
    }
  }

  /** Checks all that can be checked, and waits for room if there is time; holds the lock. */
  private long awaitPlace(MessageSize size, long waitNanos) throws InterruptedException {
    long left = waitNanos;
    while (true) {
      if (closed) {
        throw refused(NotAcceptedException.Cause.CLOSED, "closed");
      }
      if (size.packet() > limits.maximumPacketSize()) {
        throw refused(
            NotAcceptedException.Cause.TOO_LARGE,
            "a packet of "
                + size.packet()
                + " bytes, allowed are maximumPacketSize = "
                + limits.maximumPacketSize());
      }
      if (contents.haveRoom(limits, size.queued())) {
        return left;
      }
      if (left <= 0 || size.queued() > limits.maxBytes()) {
        throw refused(
            NotAcceptedException.Cause.QUEUE_FULL, contents.describeFull(limits, size.queued()));
      }
      waiters++;
      try {
        left = room.awaitNanos(left);
      } finally {
        waiters--;
      }
    }
  }

  /** Gives the message a number and a place in the stage; null if the store is busy. */
  private Entry stage(Message message, Durability durability, int size, boolean record) {
    long sequence = journal.nextSequence();
    if (sequence == 0) {
      return null;
    }
    StoredMessage stored = maker.record(sequence, message, durability);
    Entry entry = maker.accepted(stored, size);
    if (!record) {
      entry.promise().stored(Stored.MEMORY_ONLY);
      return entry;
    }
    return journal.offer(stored, how -> stored(entry, how)) ? entry : null;
  }

  /** Hears from the journal, on its thread or within one of our calls of it. */
  private void stored(Entry entry, Stored stored) {
    entry.promise().stored(stored);
    if (stored == Stored.ON_DISK || stored == Stored.SETTLED_FIRST) {
      return;
    }
    boolean failed = stored == Stored.FAILED && entry.durability() == Durability.SYNC;
    if (lock.isHeldByCurrentThread()) {
      entry.storeFailed = failed;
      return;
    }
    if (failed) {
      endWaiting(entry.sequence(), DropReason.STORE_FAILED);
    } else if (closed) {
      end(entry.sequence(), any -> true, any -> contents.decide(any, DropReason.SHUT_DOWN));
    }
  }

  /**
   * Takes the next message to be sent: the oldest whose turn it is in its topic, whose deadline has
   * not passed, and, if acknowledged ones cannot be sent now, with QoS 0. It is out until it is
   * settled or returned. Messages found to be expired on the way are settled. On the loop.
   *
   * @param acknowledged whether messages of QoS 1 and 2 can be sent now
   */
  public Optional<Entry> next(boolean acknowledged) {
    List<Contents.Decided> expired = new ArrayList<>(0);
    Optional<Entry> turn;
    boolean wake;
    lock.lock();
    try {
      turn = contents.take(acknowledged, clock.nanos(), expired);
      wake = afterDecisions(!expired.isEmpty());
    } finally {
      lock.unlock();
    }
    expired.forEach(this::tell);
    wake(wake);
    return turn;
  }

  /**
   * Returns a message that is out to its place by sequence; it was sent as new before. On the loop.
   */
  public void requeue(long sequence) {
    boolean wake;
    lock.lock();
    try {
      wake = contents.putBack(sequence);
    } finally {
      lock.unlock();
    }
    wake(wake);
  }

  /** Returns whether the message was sent as new before, see {@link #requeue}. */
  public boolean sentBefore(Entry entry) {
    lock.lock();
    try {
      return entry.sentBefore;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how many seconds are left until the entry's deadline, rounded up, at least 1; 0 if it
   * has none.
   */
  public long secondsLeft(Entry entry) {
    if (!entry.hasDeadline) {
      return 0;
    }
    return Math.max(1, -Math.floorDiv(-(entry.due - clock.nanos()), 1_000_000_000L));
  }

  /** Ends a message with its outcome; nothing happens if it has one already. Any thread. */
  public void settle(long sequence, Outcome outcome) {
    end(sequence, entry -> true, entry -> contents.decide(entry, outcome));
  }

  /**
   * Settles what waits and is past its deadline. On the loop.
   *
   * @return in how many nanoseconds the next deadline is due; empty if there is none
   */
  public OptionalLong expire() {
    while (true) {
      List<Contents.Decided> expired = new ArrayList<>(0);
      Optional<Entry> next;
      boolean wake;
      lock.lock();
      try {
        next = contents.expire(clock.nanos(), EXPIRED_AT_ONCE, expired);
        wake = afterDecisions(!expired.isEmpty());
      } finally {
        lock.unlock();
      }
      expired.forEach(this::tell);
      wake(wake);
      if (expired.size() < EXPIRED_AT_ONCE) {
        return next.isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(Math.max(0, next.get().due - clock.nanos()));
      }
    }
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#cancel(long)}. */
  public boolean cancel(long sequence) {
    return endWaiting(sequence, DropReason.CANCELLED);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#purge()}. */
  public int purge() {
    return endAll(entry -> entry.state == Entry.State.WAITING, DropReason.CANCELLED);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#browse(int)}. */
  public List<PendingMessage> browse(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit + ": must be more than 0");
    }
    lock.lock();
    try {
      return contents.browse(limit);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the numbers of this moment. */
  public QueueStatus status() {
    return totals().queue();
  }

  /** Returns how many messages were accepted, were recovered and were not accepted. */
  public Accepted accepted() {
    return totals().accepted();
  }

  /** Returns all numbers of one moment: accepted + recovered = outcomes + queue, exactly. */
  public Totals totals() {
    lock.lock();
    try {
      return contents.totals(limits);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was counted at the door.
   *
   * @param accepted messages accepted
   * @param recovered messages found on disk
   * @param refused messages not accepted
   */
  public record Accepted(long accepted, long recovered, long refused) {}

  /**
   * The outcomes that were decided.
   *
   * @param acknowledged outcomes of this kind
   * @param sent outcomes of this kind
   * @param dropped outcomes of this kind, by reason; every reason is there
   */
  public record Ended(long acknowledged, long sent, Map<DropReason, Long> dropped) {
    /** Returns the number of outcomes. */
    public long outcomes() {
      long sum = acknowledged + sent;
      for (long count : dropped.values()) {
        sum += count;
      }
      return sum;
    }
  }

  /**
   * All numbers of one moment.
   *
   * @param queue what is pending
   * @param accepted what came in
   * @param ended what left
   */
  public record Totals(QueueStatus queue, Accepted accepted, Ended ended) {}

  /** Applies other limits; what is in stays in. */
  public void limits(Limits other) {
    lock.lock();
    try {
      limits = other;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Accepts nothing any more. What is on disk, or will be when the journal is closed, stays there
   * without an outcome in this run; what is in memory only, is settled as SHUT_DOWN.
   */
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    endAll(Entry::inMemoryOnly, DropReason.SHUT_DOWN);
  }

  private boolean endWaiting(long sequence, DropReason reason) {
    return end(
        sequence,
        entry -> entry.state == Entry.State.WAITING,
        entry -> contents.decide(entry, reason));
  }

  private boolean end(
      long sequence, Predicate<Entry> which, Function<Entry, Contents.Decided> how) {
    Optional<Contents.Decided> decided;
    boolean wake;
    lock.lock();
    try {
      decided = contents.find(sequence).filter(which).map(how);
      wake = afterDecisions(decided.isPresent());
    } finally {
      lock.unlock();
    }
    decided.ifPresent(this::tell);
    wake(wake);
    return decided.isPresent();
  }

  private int endAll(Predicate<Entry> which, DropReason reason) {
    List<Contents.Decided> decided;
    boolean wake;
    lock.lock();
    try {
      decided = contents.dropAll(which, reason);
      wake = afterDecisions(!decided.isEmpty());
    } finally {
      lock.unlock();
    }
    decided.forEach(this::tell);
    wake(wake);
    return decided.size();
  }

  /** Lets those in who wait for room; returns whether the loop has to look. Holds the lock. */
  private boolean afterDecisions(boolean any) {
    if (!any) {
      return false;
    }
    if (waiters > 0) {
      room.signalAll();
    }
    return contents.isEmpty() || contents.wakesLoop();
  }

  /** Tells what was decided; not under the lock. */
  private void tell(Contents.Decided decided) {
    assert !lock.isHeldByCurrentThread() : "nobody is told under the lock";
    settlements.settled(decided.entry(), decided.outcome());
  }

  private void wake(boolean needed) {
    if (needed) {
      work.run();
    }
  }

  private NotAcceptedException refused(NotAcceptedException.Cause cause, String why) {
    lock.lock();
    try {
      contents.tally.refused++;
    } finally {
      lock.unlock();
    }
    return new NotAcceptedException(cause, "connection " + connection + ": " + why);
  }
}
