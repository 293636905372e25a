package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Optional;
import org.robustmqtt.DropReason;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Problem;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Finds the message that makes the broker drop us, puts it aside, and sends it again by hand
 * (delivery-rules 5). What was counted is of this run: it is not kept over a restart.
 */
final class Quarantine {
  private final Core core;
  private final Journal journal;
  private final Entrance entrance;

  Quarantine(Core core, Journal journal, Entrance entrance) {
    this.core = core;
    this.journal = journal;
    this.entrance = entrance;
  }

  /** A message was found that an earlier run has put aside; holds the lock. */
  void recover(Entry entry) {
    entry.state = Entry.State.SETTLED;
    core.contents.putAside.add(entry);
  }

  /** See {@link Outbox#charge}. */
  void charge(long sequence, Problem problem, boolean alone) {
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
          givenUp = core.contents.putAside.add(entry);
        }
      }
      news = core.news();
    } finally {
      core.lock.unlock();
    }
    core.tell(news);
    givenUp.ifPresent(this::forget);
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
    Optional<Entry> taken = take(id);
    taken.ifPresent(this::forget);
    return taken.isPresent();
  }

  /** Throws all of them away; returns how many. */
  int purge() {
    List<Entry> all;
    core.lock.lock();
    try {
      all = core.contents.putAside.takeAll();
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

  private void forget(Entry entry) {
    journal.settled(entry.sequence(), WrittenCallback.NONE);
  }
}
