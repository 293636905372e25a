package org.robustmqtt.client.outbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Problem;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Finds the message that makes the broker drop us, puts it aside, and sends it again by hand
 * (delivery-rules 5). What is put aside has its outcome, and is kept until it is sent again or
 * thrown away. What was counted is of this run: it is not kept over a restart.
 */
final class Quarantine {
  private static final Log LOG = Log.of(Outbox.class);
  private static final int READ_SECONDS = 5;

  /** More are not kept; each costs a dozen losses of the link, so that it takes long to be here. */
  private static final int MOST = 1_000;

  private final Queue queue;
  private final Journal journal;
  private final EntryMaker maker;

  // guarded by the lock of the queue
  private final Map<Long, Entry> entries = new LinkedHashMap<>();

  /** Those that the disk could not read: there may be very many. */
  private final SequenceSet unreadable = new SequenceSet();

  Quarantine(Queue queue, Journal journal, EntryMaker maker) {
    this.queue = queue;
    this.journal = journal;
    this.maker = maker;
  }

  /** A message was found that an earlier run has put aside; under the lock. */
  void recover(Entry entry) {
    entry.state = Entry.State.SETTLED;
    add(entry);
  }

  /** Adds a message; returns the oldest, which is given up, if there are too many. */
  private Optional<Entry> add(Entry entry) {
    entries.put(entry.sequence(), entry);
    if (entries.size() <= MOST) {
      return Optional.empty();
    }
    return Optional.of(entries.remove(entries.keySet().iterator().next()));
  }

  /** Adds a message of which only the number is known; under the lock. */
  void addUnreadable(Entry entry) {
    unreadable.add(entry.sequence(), 0, entry.acceptedAt());
  }

  /** Returns whether a message is put aside; under the lock. */
  boolean contains(long sequence) {
    return entries.containsKey(sequence) || unreadable.contains(sequence);
  }

  /** Returns a message that is put aside and can be read; under the lock. */
  Optional<Entry> find(long sequence) {
    return Optional.ofNullable(entries.get(sequence));
  }

  /** Returns how many are put aside; under the lock. */
  int size() {
    return entries.size() + unreadable.count();
  }

  /** See {@link Outbox#charge}. */
  void charge(long sequence, Problem problem, boolean alone) {
    List<Entry> givenUp = new ArrayList<>(0);
    Optional<Entry> aside =
        queue.ask(
            () -> {
              Optional<Entry> found = queue.find(sequence).filter(e -> counts(e, problem, alone));
              found.ifPresent(
                  entry -> {
                    queue.drop(entry, DropReason.QUARANTINED);
                    add(entry).ifPresent(givenUp::add);
                  });
              return found;
            });
    aside.ifPresent(entry -> log(entry, problem));
    givenUp.forEach(this::forget);
  }

  /** Counts a loss; returns whether there were too many. */
  private boolean counts(Entry entry, Problem problem, boolean alone) {
    entry.attempts++;
    entry.attemptsAlone += alone ? 1 : 0;
    entry.lastProblem = problem;
    int most = entry.lane.policy.maxAttempts().orElse(queue.space.limits().maxAttempts());
    return alone && entry.attemptsAlone >= most;
  }

  private void log(Entry entry, Problem problem) {
    LOG.warn(
        "{}: message {} on {} is put aside, the broker dropped us for it {} times: {}; see"
            + " mqtt:browse --quarantined and mqtt:retry",
        queue.connection,
        entry.sequence(),
        entry.message().topic(),
        entry.attemptsAlone,
        problem.text());
  }

  /** Returns them as others see them, oldest first; what cannot be read comes last. */
  List<PendingMessage> browse(int limit) {
    return queue.ask(
        () -> {
          Stream<PendingMessage> unknown =
              LongStream.of(unreadable.lowest(Math.max(0, limit - entries.size())))
                  .mapToObj(Quarantine::unknown);
          return Stream.concat(entries.values().stream().map(Queue::shown), unknown)
              .limit(limit)
              .toList();
        });
  }

  private static PendingMessage unknown(long sequence) {
    return new PendingMessage(
        sequence,
        Message.of(EntryMaker.UNREADABLE, new byte[0]),
        Instant.EPOCH,
        false,
        true,
        0,
        Optional.empty());
  }

  /**
   * The message goes as a new one; its record goes when the new one needs it no more.
   *
   * @param entrance where it goes in
   */
  Optional<Ticket> retry(long id, Entrance entrance) {
    if (queue.ask(() -> unreadable.contains(id))) {
      readAgain(id);
    }
    Optional<Entry> taken = queue.ask(() -> Optional.ofNullable(entries.remove(id)));
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    Entry entry = taken.get();
    Promise ticket;
    try {
      ticket = entrance.accept(entry.message());
    } catch (RuntimeException e) {
      queue.change(() -> add(entry));
      throw e;
    }
    ticket
        .stored()
        .thenAccept(
            how -> {
              if (how == Stored.ON_DISK || how == Stored.SETTLED_FIRST) {
                forget(entry);
              } else {
                ticket.outcome().thenAccept(outcome -> forget(entry));
              }
            });
    return Optional.of(ticket);
  }

  /** Throws one message away; returns whether it was there. */
  boolean purge(long id) {
    boolean there = queue.ask(() -> remove(id));
    if (there) {
      forget(id);
    }
    return there;
  }

  /** Throws all of them away; returns how many. */
  int purge() {
    List<Long> all =
        queue.ask(
            () -> {
              List<Long> taken =
                  LongStream.concat(
                          entries.keySet().stream().mapToLong(Long::longValue),
                          LongStream.of(unreadable.lowest(unreadable.count())))
                      .boxed()
                      .toList();
              taken.forEach(this::remove);
              return taken;
            });
    all.forEach(this::forget);
    return all.size();
  }

  private boolean remove(long sequence) {
    boolean known = entries.remove(sequence) != null;
    boolean unknown = unreadable.contains(sequence);
    if (unknown) {
      unreadable.remove(sequence, 0);
    }
    return known || unknown;
  }

  /**
   * Reads a message that the disk could not read before, and waits for it.
   *
   * @throws NotAcceptedException if it still cannot be read
   */
  private void readAgain(long id) {
    CompletableFuture<String> done = new CompletableFuture<>();
    journal.read(
        new long[] {id},
        1,
        (found, answered, why) -> {
          if (answered > 0 && why.isEmpty()) {
            queue.change(() -> found(id, found));
          }
          done.complete(why.orElse(answered > 0 ? "" : "the store cannot read it now"));
        });
    String why;
    try {
      why = done.get(READ_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      why = "interrupted";
    } catch (ExecutionException | TimeoutException e) {
      why = "the disk has not answered for " + READ_SECONDS + " s";
    }
    if (!why.isEmpty()) {
      throw queue.refused(
          NotAcceptedException.Reason.STORE_UNAVAILABLE,
          "message " + id + " still cannot be read: " + why);
    }
  }

  /** It can be read, or it turned out that there is nothing of it any more. */
  private void found(long id, List<StoredMessage> found) {
    if (remove(id) && !found.isEmpty()) {
      Lane lane = queue.scheduler.laneOf(found.get(0).message());
      Entry entry = maker.pagedIn(found.get(0), Optional.empty(), true, lane);
      entry.state = Entry.State.SETTLED;
      entries.put(id, entry);
    }
  }

  private void forget(Entry entry) {
    forget(entry.sequence());
  }

  private void forget(long sequence) {
    journal.settled(sequence, WrittenCallback.NONE);
  }
}
