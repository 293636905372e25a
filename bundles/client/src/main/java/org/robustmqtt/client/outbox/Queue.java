package org.robustmqtt.client.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.policy.Refusal;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.spi.WaitingMessages;

/**
 * The queue: what it holds, its numbers, and the one lock of the outbox. It is changed within
 * {@link #change} only, or what is like it: under the lock nobody is called, and what was decided
 * there is told as soon as the lock is free. Every method is called in there, unless it says
 * otherwise.
 *
 * <p>It is one class because everything in it changes together, in one step under the one lock.
 */
final class Queue {
  /**
   * What came of a change: the messages that have their outcome, oldest decision first, linked, or
   * null; what has to be on disk soon; whether the loop has something to do.
   */
  private static final class News {
    static final News NONE = new News(null, List.of(), false);
    static final News WAKE = new News(null, List.of(), true);

    final Entry decided;
    final List<Long> hurries;
    final boolean wake;

    News(Entry decided, List<Long> hurries, boolean wake) {
      this.decided = decided;
      this.hurries = hurries;
      this.wake = wake;
    }
  }

  final String connection;

  final Scheduler scheduler;

  final Room space;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private int waiters;

  private final Journal journal;
  private final Outbox.Settlements settlements;

  /** Written under the lock. */
  private volatile boolean closed;

  /** Whether another outbox decides what is in here. */
  private boolean handedOver;

  private volatile Runnable work = () -> {};

  private long accepted;
  private long recovered;
  private long refused;

  /** Acknowledgements of messages that had their outcome already. */
  private long late;

  private final long[] outcomes = new long[2 + DropReason.values().length];

  /**
   * On disk only, with an outcome that is not told: they have to be read for that. What is counted
   * as dropped counts them.
   */
  final Map<DropReason, SequenceSet> doomed = new EnumMap<>(DropReason.class);

  /** Whether a session can send; what is not kept offline depends on it. */
  private boolean online;

  /** Has its outcome, and the session has not come to its end with it; at most the window. */
  private final Map<Long, Entry> abandoned = new LinkedHashMap<>();

  /** Sequences that the session has to give up; not told to it yet. */
  private List<Long> givenUp = List.of();

  /** Ends of retained messages of which the journal could not say whether they are forced. */
  private List<Entry> unanswered = List.of();

  /** Those that have their outcome, which is not told yet, linked; null if there is none. */
  private Entry firstDecided;

  private Entry lastDecided;

  private boolean wake;

  /** Whether the loop found nothing when it looked last, so that it has to be told. */
  private boolean asleep = true;

  /** Whether it had looked for acknowledged messages, too. */
  private boolean lookedForAcknowledged = true;

  /** Whether the loop is told of each message that comes in. */
  private volatile boolean tellEach;

  /** Whether messages of QoS 2 whose steps have to be recorded can go. */
  private boolean recordedToo = true;

  Queue(
      String connection,
      Journal journal,
      Limits limits,
      Outbox.Window window,
      PolicyTable policies,
      Clock clock,
      Outbox.Settlements settlements) {
    this.connection = connection;
    this.journal = journal;
    this.settlements = settlements;
    scheduler = new Scheduler(policies, window, clock);
    space = new Room(scheduler, limits);
  }

  /** Changes something: locks, works, unlocks, tells. Any thread. */
  void change(Runnable what) {
    ask(
        () -> {
          what.run();
          return true;
        });
  }

  /** The same with an answer. Within a change it is a part of that one, which tells. */
  <T> T ask(Supplier<T> what) {
    begin();
    try {
      return what.get();
    } finally {
      end();
    }
  }

  /**
   * Begins a change; {@link #end} has to follow. For the three calls that every message makes: they
   * allocate nothing.
   */
  void begin() {
    lock.lock();
  }

  /** Ends a change, and tells what came of it. */
  void end() {
    News news;
    try {
      news = lock.getHoldCount() == 1 ? news() : News.NONE;
    } finally {
      lock.unlock();
    }
    if (news != News.NONE) {
      tell(news);
    }
  }

  /** Returns whether the current thread is within a change. */
  boolean isChanging() {
    return lock.isHeldByCurrentThread();
  }

  /** Takes out what came of the change, and lets those in who wait for room. */
  private News news() {
    boolean wakes = wakesLoop() || wake;
    wake = false;
    List<Long> hurries = scheduler.takeHurries();
    if (firstDecided == null && hurries.isEmpty()) {
      return wakes ? News.WAKE : News.NONE;
    }
    if (waiters > 0 && firstDecided != null) {
      room.signalAll();
    }
    News news = new News(firstDecided, hurries, wakes);
    firstDecided = null;
    lastDecided = null;
    return news;
  }

  private void tell(News news) {
    assert !lock.isHeldByCurrentThread() : "nobody is told under the lock";
    for (long sequence : news.hurries) {
      journal.hurry(sequence);
    }
    Entry each = news.decided;
    while (each != null) {
      Entry next = each.decidedNext;
      each.decidedNext = null;
      if (each.isAbandoned()) {
        each.onAnnounced(entry -> change(() -> announced(entry)));
      }
      settlements.settled(each, each.outcome);
      awaitForce(each);
      each = next;
    }
    if (news.wake) {
      work.run();
    }
  }

  /** Says who is told that there is something for the loop to do. Any thread. */
  void onWork(Runnable wakeLoop) {
    work = wakeLoop;
  }

  /** Says whether the loop is told of each message that comes in. Any thread. */
  void tellEach(boolean wanted) {
    tellEach = wanted;
  }

  /** Has the loop look. Any thread. */
  void wakeLoop() {
    work.run();
  }

  /**
   * A retained message has its outcome, which the journal knows: until that is forced, it can come
   * back (delivery-rules 4 a). Not under the lock.
   */
  private void awaitForce(Entry entry) {
    if (!entry.message().retain() || !RetainedRule.leavesRecord(entry)) {
      return;
    }
    if (neverWritten(entry)) {
      change(() -> forced(entry));
      return;
    }
    askForce(entry);
    change(
        () -> {
          if (!entry.endForced) {
            scheduler.lasts(entry);
          }
        });
  }

  /** What is in memory only because nothing can be written, was not written. */
  private boolean neverWritten(Entry entry) {
    return entry.neverWritten || entry.inMemoryOnly() && journal.status().degraded().isPresent();
  }

  private void askForce(Entry entry) {
    journal.afterForce(
        ok ->
            change(
                () -> {
                  if (ok) {
                    forced(entry);
                  } else {
                    unanswered = new ArrayList<>(unanswered);
                    unanswered.add(entry);
                  }
                }));
  }

  /** Asks the journal again what it could not say before. Any thread. */
  void askAgain() {
    List<Entry> again =
        ask(
            () -> {
              List<Entry> taken = unanswered;
              unanswered = List.of();
              return taken;
            });
    again.forEach(this::askForce);
  }

  /** Counts a message that is not accepted, and returns what to throw. Any thread. */
  NotAcceptedException refused(NotAcceptedException.Reason cause, String why) {
    change(() -> refused++);
    return new NotAcceptedException(cause, "connection " + connection + ": " + why);
  }

  /** Applies other limits; what is in stays in. */
  void limits(Limits other) {
    space.limits(other);
    room.signalAll();
  }

  /** Returns whether nothing is accepted any more. Any thread. */
  boolean isClosed() {
    return closed;
  }

  /** Accepts nothing any more; what is still here is decided here again. */
  void close() {
    closed = true;
    handedOver = false;
    doomed.forEach(
        (reason, sequences) -> {
          // what could not be told stays on disk, and has no outcome in this run
          outcomes[place(reason)] -= sequences.count();
          scheduler.lanes.get(0).disk.takeAll(sequences);
        });
    doomed.clear();
    room.signalAll();
  }

  /** Leaves everything to another outbox; nothing of it is decided here any more. */
  Handover handOver(Tickets tickets) {
    close();
    handedOver = true;
    all(any -> true).forEach(this::tellReplaced);
    List<Entry> inMemory = all(entry -> !RetainedRule.leavesRecord(entry));
    all(RetainedRule::leavesRecord).forEach(entry -> tickets.keep(entry.promise()));
    Set<Long> sent = new HashSet<>();
    all(entry -> entry.state == Entry.State.OUT || entry.sentBefore)
        .forEach(entry -> sent.add(entry.sequence()));
    return new Handover(inMemory, tickets, sent);
  }

  /** Returns whether another outbox decides what is in here. */
  boolean isHandedOver() {
    return handedOver;
  }

  /** Returns what has no outcome and is to have a record; from now on it may get one. */
  List<Entry> recorded() {
    List<Entry> all = all(RetainedRule::leavesRecord);
    all.forEach(entry -> entry.neverWritten = false);
    return all;
  }

  private List<Entry> all(Predicate<Entry> which) {
    return list(which, Integer.MAX_VALUE);
  }

  private List<Entry> list(Predicate<Entry> which, int most) {
    List<Entry> all = new ArrayList<>();
    for (Lane lane : scheduler.lanes) {
      all.addAll(lane.entries.list(which, most));
    }
    if (scheduler.lanes.size() > 1) {
      all.sort(Comparator.comparingLong(Entry::sequence));
    }
    return all.size() > most ? all.subList(0, most) : all;
  }

  /**
   * Waits until there may be room; the lock is free meanwhile. Returns what is left of the time.
   */
  long awaitRoom(long nanos) throws InterruptedException {
    waiters++;
    try {
      return room.awaitNanos(nanos);
    } finally {
      waiters--;
    }
  }

  /** Returns why one more message is not let in now; empty: it is, others may have to go. */
  Optional<Refusal> refusal(Lane lane, Message message, MessageSize more) {
    Entry replaced = replacedBy(lane, message);
    Optional<Refusal> refusal = space.refusal(lane, more, replaced);
    boolean evicts =
        refusal.isPresent()
            && refusal.get().mayFitLater()
            && !space.victims(lane, more, replaced).isEmpty();
    return evicts ? Optional.empty() : refusal;
  }

  /** Drops those that have to go for one more message that is let in. */
  void makeRoom(Lane lane, Message message, MessageSize more) {
    Entry replaced = replacedBy(lane, message);
    if (space.refusal(lane, more, replaced).isEmpty()) {
      return;
    }
    for (Room.Victim victim : space.victims(lane, more, replaced)) {
      Entry entry = victim.lane().entries.get(victim.sequence());
      if (entry == null) {
        doom(victim.lane(), victim.sequence(), DropReason.EVICTED);
      } else {
        drop(entry, DropReason.EVICTED);
      }
    }
    wake = true;
  }

  /** Returns the waiting message that a new one takes the place of, or null. */
  Entry replacedBy(Lane lane, Message message) {
    if (lane.policy.keep() != DeliveryPolicy.Keep.LATEST) {
      return null;
    }
    TopicQueue topic = scheduler.topic(message.topic());
    return topic == null ? null : topic.waitingBefore(lane, Long.MAX_VALUE);
  }

  /** Returns why a new message is dropped as soon as it is accepted; empty: it is not. */
  Optional<DropReason> unwanted(Lane lane, Message message, MessageSize size) {
    DeliveryPolicy policy = lane.policy;
    if (policy.dedupe() && isDuplicate(lane, message)) {
      return Optional.of(DropReason.DUPLICATE);
    }
    if (policy.keep() == DeliveryPolicy.Keep.NONE && !online) {
      return Optional.of(DropReason.OFFLINE);
    }
    boolean full =
        policy.whenFull() == DeliveryPolicy.WhenFull.DROP_NEWEST
            && refusal(lane, message, size).filter(Refusal::mayFitLater).isPresent();
    return full ? Optional.of(DropReason.EVICTED) : Optional.empty();
  }

  /**
   * Returns whether a message says the same as the newest that waits of its topic; what is on disk
   * only is not known.
   */
  private boolean isDuplicate(Lane lane, Message message) {
    TopicQueue topic = scheduler.topic(message.topic());
    Entry newest = topic == null ? null : topic.waitingBefore(lane, Long.MAX_VALUE);
    return newest != null
        && (lane.disk.isEmpty() || lane.disk.highest() < newest.sequence())
        && newest == topic.tail()
        && newest.message().qos() == message.qos()
        && newest.message().retain() == message.retain()
        && newest.message().properties().equals(message.properties())
        && Arrays.equals(newest.message().payload(), message.payload());
  }

  /** A message on disk only has its outcome; it is told as soon as the message is read. */
  void doom(Lane lane, long sequence, DropReason reason) {
    int size = lane.evict(sequence);
    doomed.computeIfAbsent(reason, none -> new SequenceSet()).add(sequence, size, 0);
    outcomes[place(reason)]++;
    wake |= scheduler.count() == 0;
  }

  /** All that is on disk only has its outcome; returns how many these are. */
  int doomAll(DropReason reason) {
    SequenceSet all = doomed.computeIfAbsent(reason, none -> new SequenceSet());
    int before = all.count();
    scheduler.lanesWithUnsorted().forEach(lane -> lane.evictAll(all));
    outcomes[place(reason)] += all.count() - before;
    wake |= scheduler.count() == 0;
    return all.count() - before;
  }

  /** Returns why a message on disk only has its outcome; empty: it has none. */
  Optional<DropReason> doomedBy(long sequence) {
    for (Map.Entry<DropReason, SequenceSet> each : doomed.entrySet()) {
      if (each.getValue().contains(sequence)) {
        return Optional.of(each.getKey());
      }
    }
    return Optional.empty();
  }

  /** A message on disk only that has its outcome was read, or there is nothing of it. */
  void tellDoomed(Entry entry, DropReason reason) {
    SequenceSet all = doomed.get(reason);
    all.remove(entry.sequence(), entry.size);
    if (all.isEmpty()) {
      doomed.remove(reason);
    }
    entry.state = Entry.State.SETTLED;
    entry.outcome = new Outcome.Dropped(reason, 0, entry.sentBefore);
    tellSoon(entry);
  }

  /** Takes over what was found and stays on disk. */
  void found(List<StoredBlock> waiting, BiFunction<StoredBlock, Lane, OptionalLong> due) {
    recovered += scheduler.found(waiting, due);
  }

  void recover(Entry entry) {
    recovered++;
    entry.lane.enter(entry);
    join(entry);
  }

  void accept(Entry entry) {
    accepted++;
    entry.lane.loaded.accept(entry.sequence());
    entry.lane.enter(entry);
    join(entry);
    wake |=
        tellEach || scheduler.earliestDeadline().filter(earliest -> earliest == entry).isPresent();
  }

  /** Returns whether a retained message of this topic that comes now needs a record. */
  boolean needsRecord(String topic) {
    return scheduler.needsRecord(topic);
  }

  /** A message is accepted, and has its outcome at once. */
  void acceptDropped(Entry entry, DropReason reason) {
    accepted++;
    outcomes[place(reason)]++;
    entry.state = Entry.State.SETTLED;
    entry.outcome = new Outcome.Dropped(reason, 0, false);
    tellSoon(entry);
  }

  private void join(Entry entry) {
    scheduler.add(entry);
    keep(entry);
  }

  /** Does what the policy of a message wants while it cannot be sent. */
  private void keep(Entry entry) {
    switch (entry.lane.policy.keep()) {
      case ALL -> {
        // in order
      }
      case LATEST -> keepLatest(entry);
      case NONE -> {
        if (!online) {
          drop(entry, DropReason.OFFLINE);
        }
      }
    }
  }

  /** The newest of a topic takes the place of the others that wait in its lane. */
  private void keepLatest(Entry entry) {
    if (entry.state == Entry.State.WAITING && entry.queue.hasNewer(entry)) {
      replace(entry, entry.queue.latest());
      return;
    }
    TopicQueue topic = entry.queue;
    Entry older = topic.waitingBefore(entry.lane, entry.sequence());
    while (older != null) {
      replace(older, entry);
      older = topic.waitingBefore(entry.lane, entry.sequence());
    }
  }

  /**
   * A message has its outcome because of another one. Where both have a record, it is told when
   * that of the other one is there: a power cut must not take both.
   */
  private void replace(Entry old, Entry by) {
    Outcome outcome = dropped(old, DropReason.REPLACED);
    boolean waits =
        RetainedRule.leavesRecord(old)
            && !old.neverWritten
            && RetainedRule.leavesRecord(by)
            && by.promise().storedNow().isEmpty();
    if (!waits) {
      decide(old, outcome, false);
    } else if (!handedOver) {
      leaveOlder(old, outcome);
      leave(old, outcome, false);
      hold(old, by);
      if (old.message().retain() && old.onDisk()) {
        scheduler.lasts(old);
      }
      if (by.promise().storedNow().isPresent()) {
        tellReplaced(by);
      }
    }
  }

  /** A message is told when another one is on disk; before it what it has replaced itself. */
  private static void hold(Entry old, Entry by) {
    old.decidedNext = by.replaced;
    Entry first = old;
    if (old.replaced != null) {
      first = old.replaced;
      Entry last = first;
      while (last.decidedNext != null) {
        last = last.decidedNext;
      }
      last.decidedNext = old;
      old.replaced = null;
    }
    by.replaced = first;
  }

  /** What became of the record of a message is known: those that it has replaced are told. */
  void tellReplaced(Entry entry) {
    while (entry.replaced != null) {
      Entry old = entry.replaced;
      entry.replaced = old.decidedNext;
      old.decidedNext = null;
      tellSoon(old);
    }
  }

  /** A session can send from now on, or cannot. */
  void online(boolean can) {
    online = can;
    if (!can) {
      for (Lane lane : scheduler.lanes) {
        if (lane.policy.keep() == DeliveryPolicy.Keep.NONE) {
          lane.entries.list(any -> true, Integer.MAX_VALUE).forEach(this::keepIfPending);
        }
      }
    }
  }

  /** Goes by other policies, also for what waits. */
  void policies(PolicyTable table, Consumer<Entry> deadline) {
    scheduler.policies(table);
    for (Entry entry : all(any -> true)) {
      if (entry.isPending()) {
        scheduler.redue(entry, () -> deadline.accept(entry));
        keep(entry);
      }
    }
    wake = true;
    room.signalAll();
  }

  private void keepIfPending(Entry entry) {
    if (entry.isPending()) {
      keep(entry);
    }
  }

  /** A waiting message is on disk only from now on. */
  void pageOut(Entry entry) {
    scheduler.pageOut(entry);
    entry.lane.pageOut(entry);
  }

  /** A message was read, or there is nothing of it. */
  void pageIn(Entry entry, Lane from) {
    from.pageIn(entry.sequence(), entry.size);
    entry.lane.insert(entry);
    join(entry);
  }

  /** Returns whether the loop found nothing that can go, and there still is nothing. */
  boolean isStuck() {
    return asleep && scheduler.first(lookedForAcknowledged, recordedToo).isEmpty();
  }

  /** Says whether messages of QoS 2 whose steps have to be recorded can go. */
  void recordedToo(boolean can) {
    recordedToo = can;
  }

  /** Takes the message whose turn it is; those that are found to be due on the way are decided. */
  Optional<Entry> take(boolean acknowledged, long now) {
    Optional<Entry> turn = scheduler.first(acknowledged, recordedToo);
    while (turn.isPresent() && turn.get().isDue(now)) {
      drop(turn.get(), DropReason.EXPIRED);
      turn = scheduler.first(acknowledged, recordedToo);
    }
    if (turn.isPresent()) {
      turn.get().lane.take(turn.get(), now);
      scheduler.take(turn.get());
    }
    asleep = turn.isEmpty();
    lookedForAcknowledged = acknowledged;
    return turn;
  }

  /** A message that was out goes back to its place. */
  void putBack(Entry entry) {
    entry.lane.putBack(entry);
    entry.sentBefore = true;
    scheduler.putBack(entry);
    keep(entry);
  }

  /** Decides what is due, up to a number; returns whether there may be more. */
  boolean expire(long now, int most) {
    for (int count = 0; count < most; count++) {
      Optional<Entry> earliest = scheduler.earliestDeadline();
      if (earliest.isEmpty() || !earliest.get().isDue(now)) {
        return false;
      }
      drop(earliest.get(), DropReason.EXPIRED);
    }
    return true;
  }

  /** Returns the message with the earliest deadline. */
  Optional<Entry> earliestDeadline() {
    return scheduler.earliestDeadline();
  }

  /** Looks at the clock, as long as that is not believed. */
  void look(ClockDoubt doubt) {
    if (doubt.holds()) {
      List<Entry> expired = new ArrayList<>(0);
      doubt.look(scheduler, expired);
      expired.forEach(entry -> drop(entry, DropReason.EXPIRED));
    }
  }

  Optional<Entry> find(long sequence) {
    return Optional.ofNullable(get(sequence));
  }

  private Entry get(long sequence) {
    for (Lane lane : scheduler.lanes) {
      Entry entry = lane.entries.get(sequence);
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  /** Returns a message that has no outcome, or not its end in the session. */
  Optional<Entry> findWithAbandoned(long sequence) {
    return find(sequence).or(() -> Optional.ofNullable(abandoned.get(sequence)));
  }

  /** Returns whether this message has its outcome, but not its end in the session. */
  boolean isAbandoned(long sequence) {
    return !abandoned.isEmpty() && abandoned.containsKey(sequence);
  }

  /** Returns the messages that have their outcome, but not their end in the session. */
  List<Long> abandoned() {
    return List.copyOf(abandoned.keySet());
  }

  /** Decides everything that is meant, in order; returns how many these were. */
  int dropAll(Predicate<Entry> which, DropReason reason, boolean forGood) {
    List<Entry> meant = all(which);
    for (Entry entry : meant) {
      if (entry.isPending()) {
        decide(entry, dropped(entry, reason), forGood);
      }
    }
    return meant.size();
  }

  /**
   * Ends a message, if it has no outcome; nothing of it is left in the session.
   *
   * @return whether it had an outcome already, and this is its end in the session
   */
  boolean settle(long sequence, Outcome outcome) {
    Entry entry = get(sequence);
    if (entry != null) {
      decide(entry, outcome, true);
    }
    return isAbandoned(sequence);
  }

  /** Drops a message; if it is with the session, that has to give it up. */
  void drop(Entry entry, DropReason reason) {
    decide(entry, dropped(entry, reason), false);
  }

  static Outcome dropped(Entry entry, DropReason reason) {
    boolean mayHaveArrived = entry.sentBefore || entry.state == Entry.State.OUT;
    return new Outcome.Dropped(reason, 0, mayHaveArrived);
  }

  /**
   * Decides the outcome of a message. If it is retained and may have arrived, older ones of its
   * topic are not wanted any more: sent again, they would take its place (delivery-rules 4). They
   * go first, so that no force lies between.
   *
   * @param ended whether nothing of it is left in the session
   */
  void decide(Entry entry, Outcome outcome, boolean ended) {
    if (!handedOver) {
      leaveOlder(entry, outcome);
      leave(entry, outcome, ended);
      tellReplaced(entry);
      tellSoon(entry);
    }
  }

  private void leaveOlder(Entry entry, Outcome outcome) {
    if (entry.message().retain() && mayHaveArrived(outcome)) {
      for (Entry older : entry.queue.olderRetained(entry)) {
        leave(older, dropped(older, DropReason.REPLACED), false);
        tellSoon(older);
      }
    }
  }

  private static boolean mayHaveArrived(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED -> !ReasonCode.failure(((Outcome.Acknowledged) outcome).reasonCode());
      case SENT -> true;
      case DROPPED -> ((Outcome.Dropped) outcome).mayHaveArrived();
    };
  }

  /** The one place where a message leaves: counted, and its limits free. */
  private void leave(Entry entry, Outcome outcome, boolean ended) {
    entry.lane.leave(entry);
    outcomes[place(outcome)]++;
    if (entry.state == Entry.State.OUT && !ended) {
      abandon(entry);
    } else {
      scheduler.remove(entry);
    }
    wake |= scheduler.count() == 0;
    entry.outcome = outcome;
  }

  /** The outcome of a message is told when the lock is free. */
  private void tellSoon(Entry entry) {
    if (firstDecided == null) {
      firstDecided = entry;
    } else {
      lastDecided.decidedNext = entry;
    }
    lastDecided = entry;
  }

  private static int place(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED -> 0;
      case SENT -> 1;
      case DROPPED -> place(((Outcome.Dropped) outcome).reason());
    };
  }

  private static int place(DropReason reason) {
    return 2 + reason.ordinal();
  }

  private void abandon(Entry entry) {
    entry.abandoned = true;
    abandoned.put(entry.sequence(), entry);
    scheduler.abandon(entry);
  }

  /**
   * The outcome of an abandoned message is announced, so that its record says it. Only now it is to
   * be given up: if it were before, and the process ended, it would come back behind a newer one.
   */
  private void announced(Entry entry) {
    if (abandoned.containsKey(entry.sequence())) {
      if (givenUp.isEmpty()) {
        givenUp = new ArrayList<>(1);
      }
      givenUp.add(entry.sequence());
      wake = true;
    }
  }

  /** Takes out the sequences that the session has to give up. */
  List<Long> takeGivenUp() {
    List<Long> taken = givenUp;
    givenUp = List.of();
    return taken;
  }

  /**
   * An abandoned message is at its end in the session; nothing happens if it is none.
   *
   * @param acknowledged whether the broker has acknowledged it, too late
   */
  void free(long sequence, boolean acknowledged) {
    late += acknowledged ? 1 : 0;
    Entry entry = abandoned.remove(sequence);
    if (entry != null) {
      scheduler.free(entry);
    }
  }

  /** That a retained message has its outcome is forced. */
  private void forced(Entry entry) {
    entry.endForced = true;
    scheduler.forced(entry);
  }

  /** A retained message is on disk. */
  void stored(Entry entry) {
    if (entry.queue != null) {
      scheduler.look(entry);
    }
  }

  /** Returns whether a sleeping loop has to look again, and takes it for awake then. */
  private boolean wakesLoop() {
    if (asleep && scheduler.first(lookedForAcknowledged, recordedToo).isPresent()) {
      asleep = false;
      return true;
    }
    return false;
  }

  List<WaitingMessages> waitingByPolicy() {
    Map<Lane, Long> oldest = new HashMap<>();
    for (Entry entry : all(any -> true)) {
      oldest.merge(entry.lane, entry.acceptedAt(), Math::min);
    }
    List<WaitingMessages> all = new ArrayList<>();
    for (Lane lane : scheduler.lanes) {
      lane.disk.oldest().ifPresent(time -> oldest.merge(lane, time, Math::min));
      Optional<Instant> since = Optional.ofNullable(oldest.get(lane)).map(Instant::ofEpochMilli);
      DeliveryPolicy policy = lane.policy;
      all.add(
          new WaitingMessages(policy.name(), policy.wake(), lane.messages(), lane.bytes(), since));
    }
    return all;
  }

  List<PendingMessage> browse(int limit) {
    return list(any -> true, limit).stream().map(Queue::shown).toList();
  }

  /** Returns a message as others see it. */
  static PendingMessage shown(Entry entry) {
    return new PendingMessage(
        entry.sequence(),
        entry.message(),
        Instant.ofEpochMilli(entry.acceptedAt()),
        entry.state == Entry.State.OUT,
        entry.onDisk(),
        entry.attempts,
        Optional.ofNullable(entry.lastProblem));
  }

  Outbox.Totals totals(int quarantined) {
    LongStream inMemory =
        scheduler.lanes.stream()
            .filter(lane -> !lane.entries.isEmpty())
            .mapToLong(lane -> lane.entries.oldest().acceptedAt());
    OptionalLong oldest = LongStream.concat(inMemory, scheduler.oldestOnDisk()).min();
    return new Outbox.Totals(
        new QueueStatus(
            scheduler.count(),
            scheduler.bytes(),
            scheduler.out(),
            space.limits().maxMessages(),
            space.limits().maxBytes(),
            oldest.isEmpty()
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(oldest.getAsLong())),
            quarantined),
        new Outbox.Accepted(accepted, recovered, refused),
        ended());
  }

  private Outbox.Ended ended() {
    Map<DropReason, Long> reasons = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      reasons.put(reason, outcomes[place(reason)]);
    }
    return new Outbox.Ended(outcomes[0], outcomes[1], Collections.unmodifiableMap(reasons), late);
  }
}
