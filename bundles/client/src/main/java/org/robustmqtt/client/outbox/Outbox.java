package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.RecoveredMessage;

/**
 * What is accepted and not settled. {@code publish}, {@code cancel} and what only looks are safe
 * for several threads; the rest is for the loop. The lock is never held during I/O or foreign code.
 */
public final class Outbox {
  /**
   * Makes an outbox that continues what was found on disk.
   *
   * @param connection the name of the connection, for messages to people
   * @param journal where messages are staged, and where sequences come from
   * @param recovered messages found on disk, by sequence; those that had been sent are out until
   *     they are settled or {@linkplain #requeue returned}
   * @param settlements told each outcome, once, from the thread that caused it
   * @param wakeLoop called after a message was accepted while none was known to wait; any thread,
   *     must not block
   */
  public Outbox(
      String connection,
      Clock clock,
      Journal journal,
      Limits limits,
      List<RecoveredMessage> recovered,
      Settlements settlements,
      Lanes lanes) {
    throw new UnsupportedOperationException();
  }

  /**
   * Says who is told that there is something for the loop to do: a message was accepted while none
   * was known to wait, an earlier deadline than before came in, or the outbox became empty. Called
   * outside the lock by any thread; must not block.
   */
  public void onWork(Runnable wake) {
    throw new UnsupportedOperationException();
  }

  /** Hears that a message has its outcome; called outside the lock. */
  @FunctionalInterface
  public interface Settlements {
    /** The entry was removed from the outbox; its limits are free. */
    void settled(Entry entry, Outcome outcome);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message)}. */
  public Ticket publish(Message message) {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message, Duration)}. */
  public Ticket publish(Message message, Duration maxWait) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes the next message to be sent: the oldest whose turn it is in its topic, whose deadline has
   * not passed, and, if acknowledged ones cannot be sent now, with QoS 0. It is out until it is
   * settled or returned. Messages found to be expired on the way are settled. On the loop.
   *
   * @param acknowledged whether messages of QoS 1 and 2 can be sent now
   */
  public Optional<Entry> next(boolean acknowledged) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns a message that is out to its place by sequence; it was sent as new before. On the loop.
   */
  public void requeue(long sequence) {
    throw new UnsupportedOperationException();
  }

  /** Returns whether the message was sent as new before, see {@link #requeue}. */
  public boolean sentBefore(Entry entry) {
    throw new UnsupportedOperationException();
  }

  /** Returns how many seconds are left until the entry's deadline, rounded up; 0 if it has none. */
  public long secondsLeft(Entry entry) {
    throw new UnsupportedOperationException();
  }

  /** Ends a message with its outcome; nothing happens if it has one already. Any thread. */
  public void settle(long sequence, Outcome outcome) {
    throw new UnsupportedOperationException();
  }

  /**
   * Settles what waits and is past its deadline. On the loop.
   *
   * @return in how many nanoseconds the next deadline is due; empty if there is none
   */
  public OptionalLong expire() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#cancel(long)}. */
  public boolean cancel(long sequence) {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#purge()}. */
  public int purge() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#browse(int)}. */
  public List<PendingMessage> browse(int limit) {
    throw new UnsupportedOperationException();
  }

  /** Returns the numbers of this moment. */
  public QueueStatus status() {
    throw new UnsupportedOperationException();
  }

  /** Returns how many messages were accepted, were recovered and were not accepted. */
  public Accepted accepted() {
    throw new UnsupportedOperationException();
  }

  /**
   * What was counted at the door.
   *
   * @param accepted messages accepted
   * @param recovered messages found on disk
   * @param refused messages not accepted
   */
  public record Accepted(long accepted, long recovered, long refused) {}

  /** Applies other limits; what is in stays in. */
  public void limits(Limits other) {
    throw new UnsupportedOperationException();
  }

  /**
   * Accepts nothing any more. What is on disk, or will be when the journal is closed, stays there
   * without an outcome in this run; what is in memory only, is settled as SHUT_DOWN.
   */
  public void close() {
    throw new UnsupportedOperationException();
  }
}
