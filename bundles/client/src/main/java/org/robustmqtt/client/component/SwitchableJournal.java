package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * A journal under which the real one can be taken away and put back, because the bundle that writes
 * it may be updated while the connection lives. While there is none it is degraded: {@code group}
 * messages are kept in memory and recorded on return, {@code sync} ones are not stored, and as far
 * as it is known to be of an exchange of QoS 2 or a session, what waits for a record waits until
 * the journal is back; the rest is told that it was not written.
 *
 * <p>A call that meets the very moment of a change may still reach the journal that is being
 * closed, and is told so by it: such a message is not stored, such a record may be missing, and at
 * the next start its message is sent once more.
 */
final class SwitchableJournal implements Journal {
  /** Sequences of a lease that are surely left: it is renewed when half of 65,536 are used. */
  private static final int SPARE_SEQUENCES = 16_384;

  private final AtomicReference<Recovery> recovery = new AtomicReference<>(Recovery.NOTHING);

  /** The small things of a journal, so that they can move to another directory. */
  private final Map<String, byte[]> values = new ConcurrentHashMap<>();

  private final Set<Integer> received = ConcurrentHashMap.newKeySet();

  /** Guards what is missed and the change itself; held for calls that only put into memory. */
  private final Object guard = new Object();

  private volatile Optional<Journal> current;
  private MissedRecords missed = new MissedRecords();
  private JournalStatus lastStatus;
  private String why = "";
  private long nextSequence;
  private int spare;
  private volatile Runnable changed = () -> {};

  /** Begins with an open journal. */
  SwitchableJournal(Journal first) {
    current = Optional.of(first);
    Recovery found = first.recovery();
    recovery.set(found);
    values.putAll(found.values());
    received.addAll(found.received());
    lastStatus = first.status();
  }

  /** Says who is told that the status may have changed; must not block. */
  void onChange(Runnable told) {
    changed = told;
  }

  /** The journal below says that its status has changed. */
  void statusChanged() {
    changed.run();
  }

  /**
   * Takes the real journal away, if it is there, and does not close it. Any thread; does not wait.
   *
   * @param reason what to show, one line
   */
  Optional<Journal> detach(String reason) {
    Optional<Journal> old;
    synchronized (guard) {
      old = current;
      why = reason;
      if (old.isPresent()) {
        lastStatus = old.get().status();
        nextSequence = old.get().nextSequence();
        spare = nextSequence == 0 ? 0 : SPARE_SEQUENCES;
        current = Optional.empty();
      }
    }
    changed.run();
    return old;
  }

  /** Returns whether the real journal is there. */
  boolean attached() {
    return current.isPresent();
  }

  /**
   * Puts a real journal in, after recording what was missed. Numbering goes on above what was given
   * out. May wait for room in its stage: on the component lane.
   *
   * @param next an open journal; its recovery is not used, the connection knows more. Not one for
   *     which {@link #isOfOthers} is true
   * @param moved whether it is in another directory, so that the small things move there too
   * @return whether it is in now; if not, it could not write, and is to be closed
   */
  boolean attach(Journal next, boolean moved) throws InterruptedException {
    if (moved) {
      moveSmallThings(next);
    }
    while (!replayed(next)) {
      if (!next.awaitRoom(Duration.ofSeconds(1)) && next.status().degraded().isPresent()) {
        return false;
      }
    }
    changed.run();
    return true;
  }

  /**
   * Returns whether a journal is in another place than the one before, and holds messages: these
   * are not the connection's, or not under the numbers that it knows them by.
   *
   * @param found what was found when it was opened
   */
  boolean isOfOthers(Journal next, Recovery found) {
    boolean elsewhere = !next.status().path().equals(status().path());
    return elsewhere && !(found.messages().isEmpty() && found.waiting().isEmpty());
  }

  /**
   * Leaves to a journal what it needs so that a connection can begin anew with it: the session and
   * the other small things of now, and the ends of messages that it has taken over. What it held
   * before belongs to no session any more. On the component lane; the journal is to be closed then.
   */
  void leaveTo(Journal next, Recovery found) {
    moveSmallThings(next);
    found.messages().forEach(message -> next.unsent(message.stored().sequence()));
    synchronized (guard) {
      found
          .aliases()
          .forEach(
              (sequence, before) -> {
                if (missed.isSettled(before)) {
                  next.settled(sequence, WrittenCallback.NONE);
                }
              });
      if (nextSequence > 0) {
        next.skipTo(nextSequence);
      }
    }
  }

  private void moveSmallThings(Journal next) {
    next.forgetReceived();
    values.forEach((key, value) -> next.put(key, value, Level.FORCED, WrittenCallback.NONE));
    received.forEach(id -> next.received(id, WrittenCallback.NONE));
  }

  private boolean replayed(Journal next) {
    synchronized (guard) {
      if (!missed.replay(next)) {
        return false;
      }
      if (nextSequence > 0) {
        // also in another place: a number stands for one message, as long as we live
        next.skipTo(nextSequence);
      }
      missed = new MissedRecords();
      current = Optional.of(next);
      return true;
    }
  }

  @Override
  public Recovery recovery() {
    return recovery.getAndSet(Recovery.NOTHING);
  }

  @Override
  public JournalStatus status() {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      return journal.get().status();
    }
    synchronized (guard) {
      return new JournalStatus(
          lastStatus.path(),
          lastStatus.inDataArea(),
          Optional.of(why),
          lastStatus.segments(),
          lastStatus.bytes(),
          lastStatus.liveMessages(),
          lastStatus.bytesWritten(),
          lastStatus.forces(),
          lastStatus.recovered(),
          lastStatus.cutBytes(),
          lastStatus.damagedBytes(),
          lastStatus.damagedFiles(),
          lastStatus.memoryMessages() + missed.messages(),
          lastStatus.memoryBytes() + missed.bytes(),
          lastStatus.possibleDuplicates() + missed.settled(),
          lastStatus.unreadable(),
          Optional.of("the store's bundle is not there"));
    }
  }

  @Override
  public boolean takesRecords() {
    Optional<Journal> journal = current;
    return journal.isPresent() && journal.get().takesRecords();
  }

  @Override
  public long nextSequence() {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      return journal.get().nextSequence();
    }
    synchronized (guard) {
      if (current.isPresent()) {
        return current.get().nextSequence();
      }
      if (spare == 0) {
        return 0;
      }
      spare--;
      return nextSequence++;
    }
  }

  // What is done for each message looks for the real journal first, so that it allocates nothing.

  @Override
  public void skipTo(long sequence) {
    synchronized (guard) {
      current.ifPresentOrElse(
          journal -> journal.skipTo(sequence),
          () -> nextSequence = Math.max(nextSequence, sequence));
    }
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    Optional<Journal> attached = current;
    if (attached.isPresent()) {
      return attached.get().offer(message, callback);
    }
    Optional<Journal> journal = present(() -> missed.offered(message), message.durability());
    if (journal.isPresent()) {
      return journal.get().offer(message, callback);
    }
    boolean sync = message.durability() == Durability.SYNC;
    callback.stored(sync ? Stored.FAILED : Stored.MEMORY_ONLY);
    return true;
  }

  @Override
  public boolean awaitRoom(Duration maxWait) throws InterruptedException {
    Optional<Journal> journal = current;
    return journal.isEmpty() || journal.get().awaitRoom(maxWait);
  }

  @Override
  public void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback) {
    Optional<Journal> attached = current;
    if (attached.isPresent()) {
      attached.get().sent(sequence, epoch, packetId, level, callback);
      return;
    }
    boolean[] waits = {false};
    present(
            () -> {
              missed.sent(sequence, epoch, packetId);
              waits[0] = missed.isNewQos2(sequence);
              if (waits[0]) {
                missed.waits(callback);
              }
            })
        .ifPresentOrElse(
            journal -> journal.sent(sequence, epoch, packetId, level, callback),
            () -> {
              if (!waits[0]) {
                callback.done(false);
              }
            });
  }

  @Override
  public void released(long sequence, Level level, WrittenCallback callback) {
    orWait(() -> missed.released(sequence), callback)
        .ifPresent(journal -> journal.released(sequence, level, callback));
  }

  @Override
  public void unsent(long sequence) {
    present(() -> missed.unsent(sequence)).ifPresent(journal -> journal.unsent(sequence));
  }

  @Override
  public void hurry(long sequence) {
    // without a journal below, nothing is staged
    current.ifPresent(journal -> journal.hurry(sequence));
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    // while there is none, nobody can say what was forced
    current.ifPresentOrElse(journal -> journal.afterForce(callback), () -> callback.done(false));
  }

  @Override
  public void abandoned(long sequence, WrittenCallback callback) {
    present(() -> missed.abandoned(sequence))
        .ifPresentOrElse(
            journal -> journal.abandoned(sequence, callback), () -> callback.done(false));
  }

  @Override
  public void quarantined(long sequence, WrittenCallback callback) {
    present(() -> missed.quarantined(sequence))
        .ifPresentOrElse(
            journal -> journal.quarantined(sequence, callback), () -> callback.done(false));
  }

  @Override
  public void settled(long sequence, WrittenCallback callback) {
    Optional<Journal> attached = current;
    if (attached.isPresent()) {
      attached.get().settled(sequence, callback);
      return;
    }
    present(() -> missed.settled(sequence))
        .ifPresentOrElse(
            journal -> journal.settled(sequence, callback), () -> callback.done(false));
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    current.ifPresentOrElse(
        journal -> journal.read(sequences, maxBytes, callback),
        () -> callback.read(List.of(), 0, Optional.empty()));
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    received.add(packetId);
    orWait(() -> missed.received(packetId), callback)
        .ifPresent(journal -> journal.received(packetId, callback));
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    received.remove(packetId);
    orWait(() -> missed.completed(packetId), callback)
        .ifPresent(journal -> journal.completed(packetId, callback));
  }

  @Override
  public void forgetReceived() {
    received.clear();
    present(() -> missed.forgetReceived()).ifPresent(Journal::forgetReceived);
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    if (value.length == 0) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
    orWait(() -> missed.value(key, value), callback)
        .ifPresent(journal -> journal.put(key, value, level, callback));
  }

  /** Tells the real journal, if it is there; the next one is opened so. */
  @Override
  public void retune(Duration storeDelay, long minFree) {
    current.ifPresent(journal -> journal.retune(storeDelay, minFree));
  }

  /** Closes the real journal, if it is there; what was missed and never recorded is lost. */
  @Override
  public void close() {
    current.ifPresent(Journal::close);
    synchronized (guard) {
      missed.closed();
    }
  }

  /** As {@link #present}, and whoever is told is told when the journal is back. */
  private Optional<Journal> orWait(Runnable miss, WrittenCallback callback) {
    return present(
        () -> {
          miss.run();
          missed.waits(callback);
        });
  }

  private Optional<Journal> present(Runnable miss) {
    return present(miss, Durability.GROUP);
  }

  /** Returns the real journal; if there is none, remembers what it misses. */
  private Optional<Journal> present(Runnable miss, Durability durability) {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      return journal;
    }
    synchronized (guard) {
      if (current.isEmpty() && durability == Durability.GROUP) {
        miss.run();
      }
      return current;
    }
  }
}
