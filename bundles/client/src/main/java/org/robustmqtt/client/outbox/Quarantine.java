package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.robustmqtt.DropReason;
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
 * (delivery-rules 5). What was counted is of this run: it is not kept over a restart.
 */
final class Quarantine {
  private static final Log LOG = Log.of(Outbox.class);
  private static final int READ_SECONDS = 5;

  private final Core core;
  private final Journal journal;
  private final Entrance entrance;
  private final EntryMaker maker;

  Quarantine(Core core, Journal journal, Entrance entrance, EntryMaker maker) {
    this.core = core;
    this.journal = journal;
    this.entrance = entrance;
    this.maker = maker;
  }

  /** A message was found that an earlier run has put aside; holds the lock. */
  void recover(Entry entry) {
    entry.state = Entry.State.SETTLED;
    core.contents.putAside.add(entry);
  }

  /** See {@link Outbox#charge}. */
  void charge(long sequence, Problem problem, boolean alone) {
    Optional<Entry> aside = Optional.empty();
    Optional<Entry> givenUp = Optional.empty();
    News news;
    core.lock.lock();
    try {
      Optional<Entry> found = core.contents.find(sequence);
      if (found.isPresent()) {
        Entry entry = found.get();
        entry.attempts++;
        entry.attemptsAlone += alone ? 1 : 0;
        entry.lastProblem = problem;
        if (alone && entry.attemptsAlone >= core.limits.maxAttempts()) {
          core.contents.drop(entry, DropReason.QUARANTINED);
          aside = found;
          givenUp = core.contents.putAside.add(entry);
        }
      }
      news = core.news();
    } finally {
      core.lock.unlock();
    }
    core.tell(news);
    aside.ifPresent(entry -> log(entry, problem));
    givenUp.ifPresent(this::forget);
  }

  private void log(Entry entry, Problem problem) {
    LOG.warn(
        "{}: message {} on {} is put aside, the broker dropped us for it {} times: {}; see"
            + " mqtt:browse --quarantined and mqtt:retry",
        core.connection,
        entry.sequence(),
        entry.message().topic(),
        entry.attemptsAlone,
        problem.text());
  }

  /** Returns how many are put aside. */
  int count() {
    core.lock.lock();
    try {
      return core.contents.putAside.size();
    } finally {
      core.lock.unlock();
    }
  }

  List<PendingMessage> browse(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit + ": must be more than 0");
    }
    core.lock.lock();
    try {
      return core.contents.putAside.browse(limit);
    } finally {
      core.lock.unlock();
    }
  }

  /** The message goes as a new one; its record goes when the new one needs it no more. */
  Optional<Ticket> retry(long id) {
    if (isUnreadable(id)) {
      readAgain(id);
    }
    Optional<Entry> taken = take(id);
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    Entry entry = taken.get();
    Promise ticket;
    try {
      ticket = entrance.accept(entry.message());
    } catch (RuntimeException e) {
      putBack(entry);
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
    boolean there;
    core.lock.lock();
    try {
      there = core.contents.putAside.remove(id);
    } finally {
      core.lock.unlock();
    }
    if (there) {
      forget(id);
    }
    return there;
  }

  /** Throws all of them away; returns how many. */
  int purge() {
    List<Long> all;
    core.lock.lock();
    try {
      all = core.contents.putAside.sequences();
      all.forEach(core.contents.putAside::remove);
    } finally {
      core.lock.unlock();
    }
    all.forEach(this::forget);
    return all.size();
  }

  private Optional<Entry> take(long id) {
    core.lock.lock();
    try {
      return core.contents.putAside.take(id);
    } finally {
      core.lock.unlock();
    }
  }

  private void putBack(Entry entry) {
    core.lock.lock();
    try {
      core.contents.putAside.add(entry);
    } finally {
      core.lock.unlock();
    }
  }

  private boolean isUnreadable(long id) {
    core.lock.lock();
    try {
      return core.contents.putAside.isUnreadable(id);
    } finally {
      core.lock.unlock();
    }
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
        (found, answered, unreadable) -> {
          if (answered > 0 && unreadable.isEmpty()) {
            found(id, found);
          }
          done.complete(unreadable.orElse(answered > 0 ? "" : "the store cannot read it now"));
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
      throw core.refused(
          NotAcceptedException.Cause.STORE_UNAVAILABLE,
          "message " + id + " still cannot be read: " + why);
    }
  }

  /** It can be read, or it turned out that there is nothing of it any more. */
  private void found(long id, List<StoredMessage> found) {
    core.lock.lock();
    try {
      if (found.isEmpty()) {
        core.contents.putAside.remove(id);
      } else {
        Entry entry = maker.pagedIn(found.get(0), Optional.empty(), true);
        entry.state = Entry.State.SETTLED;
        core.contents.putAside.readable(entry);
      }
    } finally {
      core.lock.unlock();
    }
  }

  private void forget(Entry entry) {
    forget(entry.sequence());
  }

  private void forget(long sequence) {
    journal.settled(sequence, WrittenCallback.NONE);
  }
}
