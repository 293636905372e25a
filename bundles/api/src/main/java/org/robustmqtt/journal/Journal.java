package org.robustmqtt.journal;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;
import org.robustmqtt.Stored;

/**
 * The journal of one connection, open. Every method only puts something into memory and returns,
 * unless it says otherwise; the journal thread writes. Records are written in the order of the
 * calls, except that a {@code group} message may be written later than what came after it: it
 * waits, because it may be settled first. Records of one message always keep their order. Callbacks
 * come in the order of the writing, for those that have the same level. Safe for several threads.
 *
 * <p>Where there is a staging buffer (see {@link JournalStatus#unstaged}), all of this survives the
 * end of the process from the moment the call returns, but what is in memory only because the disk
 * takes no messages; whoever waits for {@link Level#APPENDED} is then told within the call, while
 * there is room in it and {@link #takesRecords}.
 *
 * <p>While it is degraded (see {@link JournalStatus#degraded}), {@code sync} messages are told
 * {@link Stored#FAILED} and {@code group} ones {@link Stored#MEMORY_ONLY}; the latter are kept
 * until they are settled, and written when the disk is back, before anything new and without
 * another callback. A {@code sync} message whose writing had begun is told {@link Stored#FAILED}
 * when the disk is back and has taken that it does not count; if the journal is closed before,
 * {@link Stored#MEMORY_ONLY}. The callbacks of {@link #released}, {@link #received}, {@link
 * #completed}, of {@link #sent} for QoS 2 and of a forced {@link #put} come when the disk is back;
 * all others are told false at once, and what they said is recorded later.
 */
@ProviderType
public interface Journal extends AutoCloseable {
  /** Returns what was found when the journal was opened, once; it is forgotten by the call. */
  Recovery recovery();

  /** Returns the state at this moment. */
  JournalStatus status();

  /**
   * Returns whether records are written at this moment. If not, whoever waits for one waits until
   * the disk is back. A journal that is degraded because there is no space for messages still takes
   * records.
   */
  default boolean takesRecords() {
    return status().degraded().isEmpty();
  }

  /**
   * Returns the next sequence: larger than any given out before, also before a crash. Leases are
   * renewed off the caller's path. While the disk takes none, sequences lie far above all others,
   * by the time; a run that follows a crash goes on below these, and does not give them out again.
   *
   * @return the sequence, or 0 if the lease is used up because the disk did not answer
   */
  long nextSequence();

  /**
   * Lets numbering go on at a sequence, or behind what was given out here before: whoever calls has
   * given out those below by other means. Until a lease for it is forced, there is none.
   *
   * @param sequence the lowest that may be given out from now on
   */
  void skipTo(long sequence);

  /**
   * Puts a message into the stage, to be written and forced as its durability says. With {@code
   * memory} nothing is written and the callback is told {@link Stored#MEMORY_ONLY} at once.
   *
   * @return false if the stage is full, or its buffer is not made: nothing was kept, see {@link
   *     #awaitRoom}
   */
  boolean offer(StoredMessage message, StoredCallback callback);

  /**
   * Makes the staging buffer if it is wanted, or makes it larger; then waits until there is room
   * and there are sequences to be given out: one round of the journal thread, or the time given.
   * Not called with a lock held.
   *
   * @return whether there is room
   */
  boolean awaitRoom(Duration maxWait) throws InterruptedException;

  /**
   * Records under which packet id a message is sent. If the message is staged and not written, then
   * with QoS 0 or 1 the id is only kept to be written with it and the callback is told at once;
   * with QoS 2 the message is written now, before this record, unless the staging buffer has both.
   * A message without a record needs none.
   *
   * @param epoch the session, more than 0
   * @param packetId 1 to 65,535
   */
  void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback);

  /** Records that the PUBREL of a message may be sent. */
  void released(long sequence, Level level, WrittenCallback callback);

  /**
   * Records that a sent message has to be sent as new: its session is lost. One that is abandoned
   * or quarantined stays that and loses its packet id only.
   */
  void unsent(long sequence);

  /**
   * Asks that a staged message be written and forced now, as if its durability were {@code sync}.
   * Its own callback is told. Nothing happens if it is written already or has no record to come.
   */
  void hurry(long sequence);

  /**
   * Tells as soon as all that was put in before this call is forced, without causing a force of its
   * own; at once if there is nothing of that kind. Told false when the journal cannot tell any
   * more, because it is closed.
   */
  void afterForce(WrittenCallback callback);

  /**
   * Records that a message has its outcome while its packet id is still in use in its session: it
   * is never sent again, and found as {@link RecoveredMessage.Stage#ABANDONED} until {@link
   * #settled} is called for it. Told when that was appended. A message without a record needs none.
   * If the message is staged and not written, it is written with this stage.
   */
  void abandoned(long sequence, WrittenCallback callback);

  /**
   * Records that a message was put aside: it has its outcome, its payload is kept until {@link
   * #settled}, and it is found as {@link RecoveredMessage.Stage#QUARANTINED} with the session and
   * packet id it was sent with. A message that is staged is written now.
   */
  void quarantined(long sequence, WrittenCallback callback);

  /**
   * Records that a message has its outcome; told when that was appended. If the message is staged
   * and not written, it never will be: its own callback is told {@link Stored#SETTLED_FIRST} within
   * this call, then this one.
   */
  void settled(long sequence, WrittenCallback callback);

  /**
   * Reads messages that are on disk and not settled, as they were offered. Reading goes on between
   * rounds of writing, and does not wait for them. What the disk cannot read is given up after 30
   * seconds in which it was asked for again (not counted while nothing can be written either); what
   * is quarantined is tried each time it is asked for.
   *
   * @param sequences which, ascending, at least one; not copied, not to be changed
   * @param maxBytes of topics and payloads, beyond which no further message is read; the first is
   *     in any case
   * @param callback told once: what was read may be less than asked for
   */
  void read(long[] sequences, int maxBytes, ReadCallback callback);

  /** Records that a QoS 2 message was received and handled; its PUBREC may go when told. */
  void received(int packetId, WrittenCallback callback);

  /**
   * Records that the exchange of a received QoS 2 message is complete; its PUBCOMP may go when
   * told.
   */
  void completed(int packetId, WrittenCallback callback);

  /**
   * Records that no exchange of received QoS 2 messages is open any more: their session is lost.
   */
  void forgetReceived();

  /**
   * Records a small value under a key; the newest counts. An empty value removes the key.
   *
   * @param key 1 to 255 bytes of UTF-8
   * @param value at most 1 MB; not copied, must not be changed
   */
  void put(String key, byte[] value, Level level, WrittenCallback callback);

  /**
   * Goes on with another delay and another bound of free space, without an interruption. What is
   * staged is written soon, and forced within the delay that it came with.
   *
   * @param storeDelay see {@link JournalSettings}
   * @param minFree see {@link JournalSettings}
   */
  void retune(Duration storeDelay, long minFree);

  /**
   * Writes and forces what is staged, waits for it at most five seconds, and gives the lock back.
   * May be called more than once.
   */
  @Override
  void close();
}
