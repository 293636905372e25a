package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.robustmqtt.persistence.door.Rounds;

/** One round for all open journals: those where somebody waits for a force come first. */
public final class JournalWorker implements Rounds.Work {
  private final List<DiskJournal> open = new CopyOnWriteArrayList<>();

  /** Makes a journal part of the rounds. */
  void add(DiskJournal journal) {
    open.add(journal);
  }

  @Override
  public long round() {
    List<DiskJournal> order = new ArrayList<>(open);
    order.sort(Comparator.comparing(journal -> !journal.forceWanted()));
    long wait = NOTHING;
    for (DiskJournal journal : order) {
      long due = journal.round();
      if (due == FINISHED) {
        open.remove(journal);
      } else {
        wait = Math.min(wait, due);
      }
    }
    return open.isEmpty() ? FINISHED : wait;
  }
}
