package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.robustmqtt.Durability;
import org.robustmqtt.QoS;
import org.robustmqtt.Stored;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.outbox.Known;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * The journal of a connection, whose service goes and comes: the bundle that writes it is updated
 * while the connection lives, or its folder is not there yet. While there is none it is degraded as
 * {@link Journal} says: new messages are in memory only, and what must have a record waits.
 *
 * <p>On return the connection is asked which messages it has, and the journal that comes gets what
 * it lacks, then what it {@linkplain Missed missed}; what it has and the connection has ended is
 * settled. Then it is in, whatever its disk does.
 *
 * <p>A call that meets the very moment of a change may reach the journal that is being closed. So
 * each call looks afterwards whether that is still the one, and otherwise says it again: every
 * record may be said twice. A number comes from the journal that is closed or from nobody else, and
 * without a journal from far above all others.
 */
final class SwitchableJournal implements Journal {
  /** Nobody counts so far, and twice nearly never begins at the same place behind it: in bits. */
  private static final int FAR = 46;

  private final Entropy entropy;

  /** Whether a journal was there already, so that what the next one holds of us is ours. */
  private volatile boolean hadOne;

  /** What earlier runs had left. */
  private final Missed.Inherited inherited;

  /** The first number that was given out here. */
  private volatile long firstGiven = Long.MAX_VALUE;

  private final AtomicReference<Recovery> recovery = new AtomicReference<>(Recovery.NOTHING);
  private final Missed.Small small = new Missed.Small();

  /** The highest number that a journal gave out, or that was found. */
  private final AtomicLong given = new AtomicLong();

  /** Guards what is missed and the change itself; held for calls that only put into memory. */
  private final Object guard = new Object();

  private volatile Optional<Journal> current;
  private Missed missed = new Missed();

  /** Whether a journal is being put in, that may have messages which end meanwhile. */
  private boolean attaching;

  private JournalStatus lastStatus;

  /** The numbers given out while there is no journal. */
  private long firstNumber;

  private long nextNumber;
  private volatile Known known = Known.NOTHING;
  private volatile Runnable changed = () -> {};

  /**
   * Begins with an open journal.
   *
   * @param entropy says where numbers begin while there is no journal
   */
  SwitchableJournal(Journal first, Entropy entropy) {
    this.entropy = entropy;
    hadOne = true;
    current = Optional.of(first);
    Recovery found = first.recovery();
    recovery.set(found);
    small.values.putAll(found.values());
    small.received.addAll(found.received());
    Missed.each(found, sequence -> given.accumulateAndGet(sequence, Math::max));
    lastStatus = first.status();
    inherited =
        lastStatus.unreadable().isPresent()
            ? Missed.Inherited.only(found)
            : Missed.Inherited.whole();
  }

  /**
   * Begins without a journal. With the first that comes, unless it is empty, the connection is to
   * begin anew: its session and its identifier are in there.
   *
   * @param why what to show, one line
   */
  SwitchableJournal(String why, Entropy entropy) {
    this.entropy = entropy;
    hadOne = false;
    current = Optional.empty();
    lastStatus = JournalStatus.builder("-").degraded(Optional.of(why)).build();
    inherited = Missed.Inherited.whole();
    numberFarAbove();
  }

  /**
   * Says who knows the messages, and who is told that the status may have changed; the latter must
   * not block.
   */
  void bind(Known messages, Runnable told) {
    known = messages;
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
      if (old.isPresent()) {
        given.accumulateAndGet(old.get().nextSequence(), Math::max);
        lastStatus = old.get().status();
        numberFarAbove();
        current = Optional.empty();
      }
      lastStatus = lastStatus.but().degraded(Optional.of(reason)).inMemory(0, 0).build();
    }
    changed.run();
    return old;
  }

  /**
   * Far above every number that a journal gives out by a lease, in this run or after it. Not by the
   * time: many a hub boots in the past, twice in the same.
   */
  private void numberFarAbove() {
    long far = (1L << FAR) + (entropy.nextLong() >>> Long.SIZE - FAR);
    firstNumber = given.get() + far;
    nextNumber = firstNumber;
  }

  /** Returns how many things are kept of what was said while there is no journal. */
  int kept() {
    synchronized (guard) {
      return missed.size();
    }
  }

  /** Returns whether the real journal is there. */
  boolean attached() {
    return current.isPresent();
  }

  /**
   * Returns whether a journal holds what is not the connection's, or not under the numbers that it
   * knows: another process or an earlier run left it, or it is in another place. Then the
   * connection is to begin anew with it.
   *
   * @param found what was found when it was opened
   */
  boolean isOfOthers(Journal next, Recovery found) {
    boolean empty = found.messages().isEmpty() && found.waiting().isEmpty();
    if (!hadOne) {
      return !empty || !found.values().isEmpty();
    }
    boolean[] others = {isElsewhere(next) && !empty};
    Missed.each(found, sequence -> others[0] |= !isOurs(sequence) && !known.holds(sequence));
    return others[0];
  }

  private boolean isElsewhere(Journal next) {
    return !next.status().path().equals(status().path());
  }

  private boolean isOurs(long sequence) {
    synchronized (guard) {
      boolean known = sequence >= firstGiven || inherited.holds(sequence);
      return known && sequence <= given.get() || sequence >= firstNumber && sequence < nextNumber;
    }
  }

  /** Returns the messages of ours that were found and are at their end. */
  private List<Long> over(Recovery found) {
    List<Long> all = Missed.undecided(found);
    all.removeIf(sequence -> !isOurs(sequence) || known.holds(sequence));
    return all;
  }

  /**
   * Puts a real journal in, which gets what it lacks: messages in the order of their sequences,
   * then the rest. Numbering goes on above what was given out. May wait for room in its stage: on
   * the component lane.
   *
   * @param next an open journal; not one for which {@link #isOfOthers} is true
   * @param found what was found when it was opened
   * @return whether it is in now; if not, it has no room and is to be closed: nothing is lost
   */
  boolean attach(Journal next, Recovery found) throws InterruptedException {
    synchronized (guard) {
      attaching = true;
    }
    List<Long> over = over(found);
    skip(next);
    Missed.Offering offering = new Missed.Offering(next, found);
    boolean room = offering.all(known.recorded());
    CompletableFuture<Void> released = new CompletableFuture<>();
    while (room && !putIn(next, found, over, offering, released)) {
      room = offering.awaitRoom();
    }
    synchronized (guard) {
      attaching = false;
    }
    released.complete(null);
    changed.run();
    return room;
  }

  /** Says the rest, and lets the journal be the one, in one step; false if there is no room. */
  private boolean putIn(
      Journal next,
      Recovery found,
      List<Long> over,
      Missed.Offering offering,
      CompletionStage<Void> released) {
    synchronized (guard) {
      if (!offering.rest(missed)) {
        return false;
      }
      over.forEach(sequence -> missed.settled(sequence, true));
      missed.sayTo(
          next,
          found,
          small,
          // what is told within a call under the guard is told after it
          callback -> written -> released.thenRun(() -> callback.done(written)));
      goOnNumbering(next);
      missed = new Missed();
      hadOne = true;
      current = Optional.of(next);
      return true;
    }
  }

  /** Says which numbers were given out, before anything is said of the messages that have them. */
  private void skip(Journal next) {
    synchronized (guard) {
      next.skipTo(number());
    }
  }

  private long number() {
    return nextNumber > firstNumber ? nextNumber : given.get() + 1;
  }

  /** Also in another place: a number stands for one message, as long as we live. */
  private void goOnNumbering(Journal next) {
    long from = number();
    next.skipTo(from);
    given.set(from - 1);
  }

  /**
   * Leaves to a journal what it needs so that the connection can begin anew with it, which has
   * ended and accepts nothing any more: the messages that it lacks, and the ends of those that it
   * has. If we had one before, also the session and the other small things of now, so that what
   * others have left is to be sent as new; else it keeps its own. On the component lane; the
   * journal is to be closed then.
   *
   * @return whether it took all
   */
  boolean leaveTo(Journal next, Recovery found) throws InterruptedException {
    boolean same = hadOne && !isElsewhere(next);
    List<Long> over = same ? over(found) : List.of();
    skip(next);
    Missed.Offering offering = new Missed.Offering(next, found);
    if (!offering.all(known.recorded())) {
      return false;
    }
    synchronized (guard) {
      if (!offering.rest(missed)) {
        return false;
      }
      if (hadOne) {
        missed.sayTo(next, found, small, callback -> WrittenCallback.NONE);
        found.messages().stream()
            .map(message -> message.stored().sequence())
            .filter(sequence -> !same || !known.holds(sequence))
            .forEach(next::unsent);
      }
      over.forEach(sequence -> next.settled(sequence, WrittenCallback.NONE));
      goOnNumbering(next);
    }
    found.aliases().entrySet().stream()
        .filter(alias -> isOurs(alias.getValue()) && !known.holds(alias.getValue()))
        .forEach(alias -> next.settled(alias.getKey(), WrittenCallback.NONE));
    return true;
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
      return lastStatus
          .but()
          .inMemory(missed.messages(), missed.bytes())
          .possibleDuplicates(lastStatus.possibleDuplicates() + missed.ended())
          .unstaged(Optional.of("the store's bundle is not there"))
          .build();
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
    if (journal.isEmpty()) {
      synchronized (guard) {
        journal = current;
        if (journal.isEmpty()) {
          return nextNumber++;
        }
      }
    }
    long sequence = journal.get().nextSequence();
    if (sequence > given.get()) {
      // publishers come one at a time
      given.lazySet(sequence);
      if (firstGiven == Long.MAX_VALUE) {
        firstGiven = sequence;
      }
    }
    return sequence;
  }

  @Override
  public void skipTo(long sequence) {
    synchronized (guard) {
      current.ifPresent(journal -> journal.skipTo(sequence));
      given.accumulateAndGet(sequence - 1, Math::max);
    }
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    Optional<Journal> journal = current;
    if (journal.isEmpty()) {
      synchronized (guard) {
        journal = current;
        if (journal.isEmpty() && message.durability() == Durability.GROUP) {
          missed.offered(message);
        }
      }
    }
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

  // What is said for each message looks for the real journal first, so that it allocates nothing.

  @Override
  public void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback) {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      journal.get().sent(sequence, epoch, packetId, level, callback);
      if (current == journal) {
        return;
      }
    }
    ofMessage(
        Missed.Kind.SENT,
        sequence,
        journal.isPresent() ? WrittenCallback.NONE : callback,
        (to, told) -> to.sent(sequence, epoch, packetId, level, told));
  }

  @Override
  public void settled(long sequence, WrittenCallback callback) {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      journal.get().settled(sequence, callback);
      if (current == journal) {
        return;
      }
    }
    orMissed(
        journal.isPresent() ? WrittenCallback.NONE : callback,
        (to, told) -> to.settled(sequence, told),
        (all, told) -> {
          all.settled(sequence, sequence <= given.get() || attaching);
          return told;
        });
  }

  @Override
  public void released(long sequence, Level level, WrittenCallback callback) {
    ofMessage(
        Missed.Kind.RELEASED, sequence, callback, (to, told) -> to.released(sequence, level, told));
  }

  @Override
  public void abandoned(long sequence, WrittenCallback callback) {
    ofMessage(
        Missed.Kind.ABANDONED, sequence, callback, (to, told) -> to.abandoned(sequence, told));
  }

  @Override
  public void quarantined(long sequence, WrittenCallback callback) {
    ofMessage(
        Missed.Kind.QUARANTINED, sequence, callback, (to, told) -> to.quarantined(sequence, told));
  }

  @Override
  public void unsent(long sequence) {
    boolean counts = current.isPresent() || recordedQos(sequence).isPresent();
    say(
        WrittenCallback.NONE,
        (to, told) -> to.unsent(sequence),
        (all, told) -> {
          if (counts) {
            all.unsent(sequence);
          }
          return told;
        });
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
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    current.ifPresentOrElse(
        journal -> journal.read(sequences, maxBytes, callback),
        () -> callback.read(List.of(), 0, Optional.empty()));
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    small.received.add(packetId);
    sayOf(Missed.Kind.ID, packetId, callback, (to, told) -> to.received(packetId, told));
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    small.received.remove(packetId);
    sayOf(Missed.Kind.ID, packetId, callback, (to, told) -> to.completed(packetId, told));
  }

  @Override
  public void forgetReceived() {
    small.received.clear();
    say(
        WrittenCallback.NONE,
        (to, told) -> to.forgetReceived(),
        (all, told) -> {
          all.forgetReceived();
          return told;
        });
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    if (value.length == 0) {
      small.values.remove(key);
    } else {
      small.values.put(key, value);
    }
    sayOf(Missed.Kind.VALUE, key, callback, (to, told) -> to.put(key, value, level, told));
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
    List<WrittenCallback> waiting;
    synchronized (guard) {
      waiting = missed.waiting();
      missed = new Missed();
    }
    waiting.forEach(callback -> callback.done(false));
  }

  /** Takes the lock of the outbox: not to be called in the guard. */
  private Optional<QoS> recordedQos(long sequence) {
    return known.recordedQos(sequence);
  }

  /**
   * Says something of a message; if there is no journal, it waits for one only if it is a step of
   * QoS 2. A message without a record needs none.
   */
  private void ofMessage(
      Missed.Kind kind,
      long sequence,
      WrittenCallback callback,
      BiConsumer<Journal, WrittenCallback> record) {
    Optional<QoS> qos = current.isPresent() ? Optional.empty() : recordedQos(sequence);
    if (qos.isEmpty() && current.isEmpty()) {
      callback.done(true);
      return;
    }
    boolean step = kind == Missed.Kind.SENT || kind == Missed.Kind.RELEASED;
    boolean waits = step && qos.equals(Optional.of(QoS.EXACTLY_ONCE));
    say(
        callback,
        record,
        (all, told) -> {
          if (waits) {
            return all.say(kind, sequence, record, told);
          }
          all.say(kind, sequence, record, WrittenCallback.NONE);
          return told;
        });
  }

  /** Says something of a key or a packet id, which waits for a journal if there is none. */
  private void sayOf(
      Missed.Kind kind,
      Object thing,
      WrittenCallback callback,
      BiConsumer<Journal, WrittenCallback> record) {
    say(callback, record, (all, told) -> all.say(kind, thing, record, told));
  }

  /**
   * Says something to the real journal.
   *
   * @param miss if there is none; returns who is told now that it is not written
   */
  private void say(
      WrittenCallback callback,
      BiConsumer<Journal, WrittenCallback> record,
      BiFunction<Missed, WrittenCallback, WrittenCallback> miss) {
    Optional<Journal> journal = current;
    if (journal.isPresent()) {
      record.accept(journal.get(), callback);
      if (current == journal) {
        return;
      }
    }
    orMissed(journal.isPresent() ? WrittenCallback.NONE : callback, record, miss);
  }

  /** There was no journal, or it was taken away meanwhile. */
  private void orMissed(
      WrittenCallback callback,
      BiConsumer<Journal, WrittenCallback> record,
      BiFunction<Missed, WrittenCallback, WrittenCallback> miss) {
    Optional<Journal> now;
    WrittenCallback untold = WrittenCallback.NONE;
    synchronized (guard) {
      now = current;
      if (now.isEmpty()) {
        untold = miss.apply(missed, callback);
      }
    }
    if (now.isPresent()) {
      record.accept(now.get(), callback);
    } else {
      untold.done(false);
    }
  }
}
