package org.robustmqtt.persistence;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.Rounds;
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.journal.DiskJournal;

/** The way of the simulator to the journals, which are not public. */
public final class SimulatedStore {
  private SimulatedStore() {}

  /** Returns the provider of journals as the bundle makes it, over other doors. */
  public static JournalProvider open(
      Disk disk,
      SharedMemory memory,
      Clock clock,
      Function<Rounds.Work, Rounds> rounds,
      Path base,
      DiskJournal.Shape shape) {
    StorePath path = StorePath.of(Map.of(StorePath.KEY, base.toString()), Optional.empty());
    return new Journals(disk, memory, clock, rounds, path, shape);
  }
}
