package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.persistence.door.Rounds;

/**
 * One round for all open journals: those where somebody waits for a force come first.
 *
 * <p>A journal whose disk does not answer is left to the thread that waits for it. The thread that
 * runs the rounds from then on only tells those who wait for that journal, until it is given back.
 */
public final class JournalWorker implements Rounds.Work {
  // All guarded by the monitor, which is never held while a journal does something.
  private final List<DiskJournal> open = new ArrayList<>();
  private final List<DiskJournal> stranded = new ArrayList<>();
  private Optional<DiskJournal> current = Optional.empty();

  /** Makes a journal part of the rounds. */
  synchronized void add(DiskJournal journal) {
    open.add(journal);
  }

  @Override
  public long round() {
    long wait = NOTHING;
    for (DiskJournal journal : stranded()) {
      journal.strand();
    }
    for (DiskJournal journal : order()) {
      begin(journal);
      long due = journal.round();
      if (!end(journal, due == FINISHED)) {
        return NOTHING;
      }
      wait = due == FINISHED ? wait : Math.min(wait, due);
    }
    return isEmpty() ? FINISHED : wait;
  }

  private synchronized List<DiskJournal> stranded() {
    return new ArrayList<>(stranded);
  }

  private synchronized List<DiskJournal> order() {
    List<DiskJournal> order = new ArrayList<>(open);
    order.sort(Comparator.comparing(journal -> !journal.forceWanted()));
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
