package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.robustmqtt.persistence.door.Rounds;

/**
 * One round for all open journals: those where somebody waits for a force come first.
 *
 * <p>A journal whose disk does not answer is left to the thread that waits for it. The thread that
 * runs the rounds from then on only tells those who wait for that journal, until it is given back.
 *
 * <p>What a journal throws stays with it: it is asked again after a second, the others go on.
 */
public final class JournalWorker implements Rounds.Work {
  /** After a round that a defect broke off. */
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  // All guarded by the monitor, which is never held while a journal does something.
  private final List<DiskJournal> open = new ArrayList<>();
  private final List<DiskJournal> stranded = new ArrayList<>();
  private Optional<DiskJournal> current = Optional.empty();

  /** Makes a journal part of the rounds. */
  synchronized void add(DiskJournal journal) {
    open.add(journal);
  }

  /** A journal that was added cannot be run. */
  synchronized void remove(DiskJournal journal) {
    open.remove(journal);
  }

  @Override
  public long round() {
    long wait = NOTHING;
    for (DiskJournal journal : stranded()) {
      wait = Math.min(wait, strand(journal));
    }
    for (DiskJournal journal : order()) {
      begin(journal);
      long due = round(journal);
      if (!end(journal, due == FINISHED)) {
        // Others wait for a round that this one did not get to.
        return 0;
      }
      wait = due == FINISHED ? wait : Math.min(wait, due);
    }
    return isEmpty() ? FINISHED : wait;
  }

  private static long round(DiskJournal journal) {
    try {
      return journal.round();
    } catch (RuntimeException | Error e) {
      return brokenOff(journal, e);
    }
  }

  private static long strand(DiskJournal journal) {
    try {
      journal.strand();
      return NOTHING;
    } catch (RuntimeException | Error e) {
      return brokenOff(journal, e);
    }
  }

  private static long brokenOff(DiskJournal journal, Throwable cause) {
    journal.report(cause);
    return PAUSE;
  }

  private synchronized List<DiskJournal> stranded() {
    return new ArrayList<>(stranded);
  }

  private synchronized List<DiskJournal> order() {
    return inOrder(open, DiskJournal::forceWanted);
  }

  /**
   * Returns all, those first of which something is true; both in their order. Each is asked once:
   * callers change the answer at any time, and a sort must not see that.
   */
  static <T> List<T> inOrder(List<T> all, Predicate<T> first) {
    List<T> order = new ArrayList<>(all.size());
    List<T> rest = new ArrayList<>(all.size());
    for (T one : all) {
      (first.test(one) ? order : rest).add(one);
    }
    order.addAll(rest);
    return order;
  }

  private synchronized void begin(DiskJournal journal) {
    current = Optional.of(journal);
  }

  /** Returns whether the rounds are still ours: a journal that was stuck is given back. */
  private synchronized boolean end(DiskJournal journal, boolean finished) {
    if (stranded.remove(journal)) {
      if (!finished) {
        open.add(journal);
      }
      return false;
    }
    current = Optional.empty();
    if (finished) {
      open.remove(journal);
    }
    return true;
  }

  private synchronized boolean isEmpty() {
    return open.isEmpty() && stranded.isEmpty();
  }

  @Override
  public synchronized void stuck() {
    current.ifPresent(open::remove);
    current.ifPresent(stranded::add);
    current = Optional.empty();
  }
}
