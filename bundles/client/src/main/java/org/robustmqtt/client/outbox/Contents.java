package org.robustmqtt.client.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;

/**
 * What an outbox holds, with its numbers. Every method is called under the lock of the outbox, and
 * none of them calls anybody: what is decided here is told by the outbox afterwards, see {@link
 * #news()}.
 */
final class Contents {
  private static final int MOST = Integer.MAX_VALUE;

  final Tally tally = new Tally();
  final PutAside putAside = new PutAside();
  final Paging paging;

  private final PendingEntries pending = new PendingEntries();

  /** Has its outcome, and the session has not come to its end with it; at most the window. */
  private final Map<Long, Entry> abandoned = new LinkedHashMap<>();

  private final Waiting waiting = new Waiting();
  private long bytes;
  private int out;

  /** Whether another outbox decides what is in here. */
  boolean handedOver;

  /** Sequences that the session has to give up; not told to it yet. */
  private List<Long> givenUp = List.of();

  private News first = News.NONE;
  private News last = News.NONE;
  private boolean wake;

  /** Whether the loop found nothing when it looked last, so that it has to be told. */
  private boolean asleep = true;

  /** Whether it had looked for acknowledged messages, too. */
  private boolean lookedForAcknowledged = true;

  /** Whether messages of QoS 2 whose steps have to be recorded can go. */
  private boolean recordedToo = true;

  Contents(Outbox.Window window, Tickets tickets) {
    paging = new Paging(window, tickets);
  }

  /** Leaves everything to another outbox; nothing of it is decided here any more. */
  Handover handOver() {
    handedOver = true;
    List<Entry> inMemory = pending.list(entry -> !RetainedRule.leavesRecord(entry), MOST);
    pending.list(RetainedRule::leavesRecord, MOST).forEach(e -> paging.tickets.keep(e.promise()));
    Set<Long> sent = new HashSet<>();
    pending
        .list(entry -> entry.state == Entry.State.OUT || entry.sentBefore, MOST)
        .forEach(entry -> sent.add(entry.sequence()));
    return new Handover(inMemory, paging.tickets, sent);
  }

  /** See {@link Known#holds}. */
  boolean holds(long sequence) {
    return inMemory(sequence).isPresent()
        || paging.out.contains(sequence)
        || putAside.contains(sequence);
  }

  /** Returns a message that is pending, or needs its record although it has its outcome. */
  Optional<Entry> inMemory(long sequence) {
    return find(sequence)
        .or(() -> Optional.ofNullable(abandoned.get(sequence)))
        .or(() -> putAside.find(sequence));
  }

  /** Returns what has no outcome and is to have a record; from now on it may get one. */
  List<Entry> recorded() {
    List<Entry> all = pending.list(RetainedRule::leavesRecord, MOST);
    all.forEach(entry -> entry.neverWritten = false);
    return all;
  }

  boolean haveRoom(Limits limits, int more) {
    return limits.haveRoom(count(), bytes(), more);
  }

  String describeFull(Limits limits, int more) {
    return limits.describeFull(count(), bytes(), more);
  }

  private int count() {
    return pending.size() + paging.out.count();
  }

  private long bytes() {
    return bytes + paging.out.bytes();
  }

  /** Takes over what was found and stays on disk. */
  void found(List<StoredBlock> waiting) {
    paging.found(waiting);
    tally.recovered += paging.out.count();
  }

  void recover(Entry entry) {
    tally.recovered++;
    add(entry);
  }

  void accept(Entry entry) {
    tally.accepted++;
    paging.accept(entry.sequence(), pending.size() - out);
    add(entry);
    wake |= waiting.earliestDeadline().filter(earliest -> earliest == entry).isPresent();
  }

  /** Returns whether a retained message of this topic that comes now needs a record. */
  boolean needsRecord(String topic) {
    return waiting.needsRecord(topic);
  }

  private void add(Entry entry) {
    pending.add(entry);
    join(entry);
  }

  private void join(Entry entry) {
    bytes += entry.size;
    if (entry.state == Entry.State.OUT) {
      out++;
    } else {
      paging.in(entry);
    }
    waiting.add(entry);
  }

  /** A message is on disk: it stays there alone if it is far behind. */
  void onDisk(Entry entry) {
    if (paging.canGo(entry, pending.size(), bytes)) {
      pending.remove(entry);
      bytes -= entry.size;
      waiting.pageOut(entry);
      paging.pageOut(entry);
    }
  }

  /** Returns what to read back now, ascending; nothing if nothing is needed. */
  long[] pageWanted() {
    return paging.wanted(asleep && first(lookedForAcknowledged).isEmpty());
  }

  /** Returns whether {@link #pageWanted} has to be asked. */
  boolean mayWantPage() {
    return paging.mayWant();
  }

  /**
   * Takes in what was read back.
   *
   * @param answered how many of those asked for this is the answer to
   * @param kept whether those that are not found may be read another time: they are put aside
   */
  void page(long[] asked, List<StoredMessage> found, int answered, boolean kept, EntryMaker maker) {
    paging.read(kept || answered == 0);
    int at = 0;
    for (int i = 0; i < answered; i++) {
      long sequence = asked[i];
      boolean there = at < found.size() && found.get(at).sequence() == sequence;
      StoredMessage message = there ? found.get(at++) : maker.unreadable(sequence);
      boolean old = paging.wasFound(sequence);
      Entry entry = maker.pagedIn(message, paging.tickets.take(sequence), old);
      boolean unwanted = paging.isUnwanted(sequence);
      paging.pagedIn(sequence, entry.size);
      pending.insert(entry);
      join(entry);
      if (!there && !kept) {
        drop(entry, DropReason.STORE_FAILED);
      } else if (unwanted) {
        drop(entry, DropReason.CANCELLED);
      } else if (!there) {
        drop(entry, DropReason.QUARANTINED);
        putAside.addUnreadable(entry);
      }
    }
  }

  /** A message that is on disk only is not wanted any more; false if it is none. */
  boolean cancelPaged(long sequence) {
    return paging.cancel(sequence);
  }

  /**
   * Returns the message whose turn it is; none is sent before an older one that is on disk only.
   */
  private Optional<Entry> first(boolean acknowledged) {
    Optional<Entry> turn = waiting.first(acknowledged, recordedToo);
    return turn.isPresent() && turn.get().sequence() > paging.out.lowest()
        ? Optional.empty()
        : turn;
  }

  /** Says whether messages of QoS 2 whose steps have to be recorded can go. */
  void recordedToo(boolean can) {
    recordedToo = can;
  }

  /** Takes the message whose turn it is; those that are found to be due on the way are decided. */
  Optional<Entry> take(boolean acknowledged, long now) {
    Optional<Entry> turn = first(acknowledged);
    while (turn.isPresent() && turn.get().isDue(now)) {
      drop(turn.get(), DropReason.EXPIRED);
      turn = first(acknowledged);
    }
    if (turn.isPresent()) {
      paging.gone(turn.get());
      waiting.take(turn.get());
      out++;
    }
    asleep = turn.isEmpty();
    lookedForAcknowledged = acknowledged;
    return turn;
  }

  /** A message that was out goes back to its place. */
  void putBack(Entry entry) {
    out--;
    entry.sentBefore = true;
    waiting.putBack(entry);
  }

  /** Decides what is due, up to a number; returns whether there may be more. */
  boolean expire(long now, int most) {
    for (int count = 0; count < most; count++) {
      Optional<Entry> earliest = waiting.earliestDeadline();
      if (earliest.isEmpty() || !earliest.get().isDue(now)) {
        return false;
      }
      drop(earliest.get(), DropReason.EXPIRED);
    }
    return true;
  }

  /** Returns the message with the earliest deadline. */
  Optional<Entry> earliestDeadline() {
    return waiting.earliestDeadline();
  }

  /** Looks at the clock, as long as that is not believed. */
  void look(ClockDoubt doubt) {
    if (doubt.holds()) {
      List<Entry> expired = new ArrayList<>(0);
      doubt.look(waiting, expired);
      expired.forEach(entry -> drop(entry, DropReason.EXPIRED));
    }
  }

  Optional<Entry> find(long sequence) {
    return Optional.ofNullable(pending.get(sequence));
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
    List<Entry> meant = pending.list(which, Integer.MAX_VALUE);
    for (Entry entry : meant) {
      if (entry.state != Entry.State.SETTLED && entry.state != Entry.State.ABANDONED) {
        decide(entry, dropped(entry, reason), forGood);
      }
    }
    return meant.size();
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
    if (handedOver) {
      return;
    }
    if (entry.message().retain() && mayHaveArrived(outcome)) {
      for (Entry older : entry.queue.olderRetained(entry)) {
        leave(older, dropped(older, DropReason.REPLACED), false);
      }
    }
    leave(entry, outcome, ended);
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
    pending.remove(entry);
    paging.gone(entry);
    bytes -= entry.size;
    tally.count(outcome);
    boolean wasOut = entry.state == Entry.State.OUT;
    out -= wasOut ? 1 : 0;
    if (wasOut && !ended) {
      abandon(entry);
    } else {
      waiting.remove(entry);
    }
    wake |= count() == 0;
    tell(News.of(entry, outcome));
  }

  private void abandon(Entry entry) {
    entry.abandoned = true;
    abandoned.put(entry.sequence(), entry);
    waiting.abandon(entry);
  }

  /**
   * The outcome of an abandoned message is announced, so that its record says it. Only now it is to
   * be given up: if it were before, and the process ended, it would come back behind a newer one.
   */
  void announced(Entry entry) {
    if (abandoned.containsKey(entry.sequence())) {
      if (givenUp.isEmpty()) {
        givenUp = new ArrayList<>(1);
      }
      givenUp.add(entry.sequence());
      wake = true;
    }
  }

  private void tell(News news) {
    if (first == News.NONE) {
      first = news;
    } else {
      last.link(news);
    }
    last = news;
  }

  /** Takes out the sequences that the session has to give up. */
  List<Long> takeGivenUp() {
    List<Long> taken = givenUp;
    givenUp = List.of();
    return taken;
  }

  /** An abandoned message is at its end in the session; nothing happens if it is none. */
  void free(long sequence) {
    Entry entry = abandoned.remove(sequence);
    if (entry != null) {
      waiting.free(entry);
    }
  }

  /** A retained message with an outcome has a record that says otherwise. */
  void lasts(Entry entry) {
    waiting.lasts(entry);
  }

  /** That a retained message has its outcome is forced. */
  void forced(Entry entry) {
    entry.endForced = true;
    waiting.forced(entry);
  }

  /** A retained message is on disk. */
  void stored(Entry entry) {
    if (entry.queue != null) {
      waiting.look(entry);
    }
  }

  /** Returns whether something was decided that is not taken out yet. */
  boolean decided() {
    return first != News.NONE;
  }

  /** Takes out what came of the change: to be told outside the lock. */
  News news() {
    News news = first.with(waiting.takeHurries(), wakesLoop() || wake);
    first = News.NONE;
    last = News.NONE;
    wake = false;
    return news;
  }

  /** Returns whether a sleeping loop has to look again, and takes it for awake then. */
  private boolean wakesLoop() {
    if (asleep && first(lookedForAcknowledged).isPresent()) {
      asleep = false;
      return true;
    }
    return false;
  }

  List<PendingMessage> browse(int limit) {
    return pending.list(any -> true, limit).stream().map(Contents::shown).toList();
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

  Outbox.Totals totals(Limits limits) {
    LongStream inMemory =
        pending.isEmpty() ? LongStream.empty() : LongStream.of(pending.oldest().acceptedAt());
    OptionalLong oldest = LongStream.concat(inMemory, paging.out.oldest().stream()).min();
    return new Outbox.Totals(
        new QueueStatus(
            count(),
            bytes(),
            out,
            limits.maxMessages(),
            limits.maxBytes(),
            oldest.isEmpty()
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(oldest.getAsLong())),
            putAside.size()),
        tally.door(),
        tally.ended());
  }
}
