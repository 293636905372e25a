package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.Journal;

/**
 * The one lock, what it guards, and the way out of it: whoever changes the contents takes the
 * {@link News} out under the lock, and has them told after it.
 */
final class Core {
  final ReentrantLock lock = new ReentrantLock();
  final Condition room = lock.newCondition();

  // guarded by the lock
  final Contents contents;
  Limits limits;
  int waiters;

  /** Written under the lock. */
  volatile boolean closed;

  volatile Runnable work = () -> {};

  final String connection;
  private final Journal journal;
  private final Outbox.Settlements settlements;

  /** Ends of retained messages of which the journal could not say whether they are forced. */
  private List<Entry> unanswered = List.of();

  Core(
      String connection,
      Journal journal,
      Limits limits,
      Outbox.Window window,
      Tickets tickets,
      Outbox.Settlements settlements) {
    contents = new Contents(window, tickets);
    this.connection = connection;
    this.journal = journal;
    this.limits = limits;
    this.settlements = settlements;
  }

  /** Takes out what came of a change, and lets those in who wait for room. Holds the lock. */
  News news() {
    if (waiters > 0 && contents.decided()) {
      room.signalAll();
    }
    return contents.news();
  }

  /** Tells what came of a change; not under the lock. */
  void tell(News news) {
    assert !lock.isHeldByCurrentThread() : "nobody is told under the lock";
    if (news == News.NONE) {
      return;
    }
    for (long sequence : news.hurry()) {
      journal.hurry(sequence);
    }
    for (News each = news; each != null; each = each.next()) {
      if (each.decided()) {
        if (each.entry().isAbandoned()) {
          each.entry().onAnnounced(this::announced);
        }
        settlements.settled(each.entry(), each.outcome());
        awaitForce(each.entry());
      }
    }
    if (news.wake()) {
      work.run();
    }
  }

  /**
   * A retained message has its outcome, which the journal knows: until that is forced, it can come
   * back (delivery-rules 4 a).
   */
  private void awaitForce(Entry entry) {
    if (!entry.message().retain() || !RetainedRule.leavesRecord(entry)) {
      return;
    }
    if (neverWritten(entry)) {
      forced(entry);
      return;
    }
    askForce(entry);
    News news;
    lock.lock();
    try {
      if (!entry.endForced) {
        contents.lasts(entry);
      }
      news = news();
    } finally {
      lock.unlock();
    }
    tell(news);
  }

  /** What is in memory only because nothing can be written, was not written. */
  private boolean neverWritten(Entry entry) {
    return entry.neverWritten || entry.inMemoryOnly() && journal.status().degraded().isPresent();
  }

  private void askForce(Entry entry) {
    journal.afterForce(
        ok -> {
          if (ok) {
            forced(entry);
          } else {
            unanswered(entry);
          }
        });
  }

  private void announced(Entry entry) {
    News news;
    lock.lock();
    try {
      contents.announced(entry);
      news = news();
    } finally {
      lock.unlock();
    }
    tell(news);
  }

  private void forced(Entry entry) {
    News news;
    lock.lock();
    try {
      contents.forced(entry);
      news = news();
    } finally {
      lock.unlock();
    }
    tell(news);
  }

  private void unanswered(Entry entry) {
    lock.lock();
    try {
      unanswered = new ArrayList<>(unanswered);
      unanswered.add(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Asks the journal again what it could not say before. */
  void askAgain() {
    List<Entry> again;
    lock.lock();
    try {
      again = unanswered;
      unanswered = List.of();
    } finally {
      lock.unlock();
    }
    again.forEach(this::askForce);
  }

  /** Counts a message that is not accepted, and returns what to throw. */
  NotAcceptedException refused(NotAcceptedException.Cause cause, String why) {
    lock.lock();
    try {
      contents.tally.refused++;
    } finally {
      lock.unlock();
    }
    return new NotAcceptedException(cause, "connection " + connection + ": " + why);
  }
}
