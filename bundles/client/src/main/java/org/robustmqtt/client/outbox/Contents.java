package org.robustmqtt.client.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.client.policy.Limits;

/**
 * What an outbox holds, with its numbers. Every method is called under the lock of the outbox, and
 * none of them calls anybody: what is decided here is told by the outbox afterwards.
 */
final class Contents {
  /** A message that has left, and how; still to be told. */
  record Decided(Entry entry, Outcome outcome) {}

  final Tally tally = new Tally();

  private final Map<Long, Entry> pending = new LinkedHashMap<>();
  private final Waiting waiting = new Waiting();
  private long bytes;
  private int out;

  /** Whether the loop found nothing when it looked last, so that it has to be told. */
  private boolean asleep = true;

  /** Whether it had looked for acknowledged messages, too. */
  private boolean lookedForAcknowledged = true;

  boolean isEmpty() {
    return pending.isEmpty();
  }

  boolean haveRoom(Limits limits, int more) {
    return limits.haveRoom(pending.size(), bytes, more);
  }

  String describeFull(Limits limits, int more) {
    return limits.describeFull(pending.size(), bytes, more);
  }

  void recover(Entry entry) {
    tally.recovered++;
    add(entry);
  }

  /** Returns whether the loop has to be woken. */
  boolean accept(Entry entry) {
    tally.accepted++;
    add(entry);
    boolean earliest = waiting.earliestDeadline().filter(first -> first == entry).isPresent();
    return wakesLoop() || earliest;
  }

  private void add(Entry entry) {
    pending.put(entry.sequence(), entry);
    bytes += entry.size;
    if (entry.state == Entry.State.OUT) {
      out++;
    }
    waiting.add(entry);
  }

  /** Takes the message whose turn it is; those that are found to be due on the way are decided. */
  Optional<Entry> take(boolean acknowledged, long now, List<Decided> expired) {
    Optional<Entry> turn = waiting.first(acknowledged);
    while (turn.isPresent() && turn.get().isDue(now)) {
      expired.add(decide(turn.get(), DropReason.EXPIRED));
      turn = waiting.first(acknowledged);
    }
    if (turn.isPresent()) {
      waiting.take(turn.get());
      out++;
    }
    asleep = turn.isEmpty();
    lookedForAcknowledged = acknowledged;
    return turn;
  }

  /** Returns whether the loop has to be woken. */
  boolean putBack(long sequence) {
    Entry entry = pending.get(sequence);
    if (entry == null || entry.state != Entry.State.OUT) {
      return false;
    }
    out--;
    entry.sentBefore = true;
    waiting.putBack(entry);
    return wakesLoop();
  }

  /** Decides what is due, up to a number; returns the next deadline that is not. */
  Optional<Entry> expire(long now, int most, List<Decided> expired) {
    Optional<Entry> first = waiting.earliestDeadline();
    while (first.isPresent() && first.get().isDue(now) && expired.size() < most) {
      expired.add(decide(first.get(), DropReason.EXPIRED));
      first = waiting.earliestDeadline();
    }
    return first;
  }

  Optional<Entry> find(long sequence) {
    return Optional.ofNullable(pending.get(sequence));
  }

  /** Decides everything that is meant, in order. */
  List<Decided> dropAll(Predicate<Entry> which, DropReason reason) {
    List<Decided> decided = new ArrayList<>();
    for (Entry entry : pending.values().stream().filter(which).toList()) {
      decided.add(decide(entry, reason));
    }
    return decided;
  }

  Decided decide(Entry entry, DropReason reason) {
    boolean mayHaveArrived = entry.sentBefore || entry.state == Entry.State.OUT;
    return decide(entry, new Outcome.Dropped(reason, 0, mayHaveArrived));
  }

  /** The one place where a message leaves: counted, and its limits free. */
  Decided decide(Entry entry, Outcome outcome) {
    if (entry.state == Entry.State.OUT) {
      out--;
    }
    pending.remove(entry.sequence());
    bytes -= entry.size;
    waiting.remove(entry);
    tally.count(outcome);
    return new Decided(entry, outcome);
  }

  /** Returns whether a sleeping loop has to look again, and takes it for awake then. */
  boolean wakesLoop() {
    if (asleep && waiting.first(lookedForAcknowledged).isPresent()) {
      asleep = false;
      return true;
    }
    return false;
  }

  List<PendingMessage> browse(int limit) {
    return pending.values().stream()
        .limit(limit)
        .map(
            entry ->
                new PendingMessage(
                    entry.sequence(),
                    entry.message(),
                    Instant.ofEpochMilli(entry.acceptedAt()),
                    entry.state == Entry.State.OUT,
                    entry.onDisk()))
        .toList();
  }

  Outbox.Totals totals(Limits limits) {
    Optional<Instant> oldest =
        pending.isEmpty()
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(pending.values().iterator().next().acceptedAt()));
    return new Outbox.Totals(
        new QueueStatus(
            pending.size(), bytes, out, limits.maxMessages(), limits.maxBytes(), oldest),
        tally.door(),
        tally.ended());
  }
}
