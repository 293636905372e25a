package org.robustmqtt.persistence;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.JournalThread;
import org.robustmqtt.persistence.runtime.MappedMemory;
import org.robustmqtt.persistence.runtime.SystemClock;

/** The way of the soak to the journals, which are not public. */
public final class SoakStore {
  /** Small ones, so that there are many. */
  private static final long SEGMENT = 256 << 10;

  private SoakStore() {}

  /** Returns the provider of journals as the bundle makes it, over another disk. */
  public static JournalProvider open(Disk disk, Path base) {
    return new Journals(
        disk,
        MappedMemory.of(Optional.empty()),
        new SystemClock(),
        JournalThread::new,
        StorePath.of(Map.of(StorePath.KEY, base.toString()), Optional.empty()),
        new DiskJournal.Shape(SEGMENT, 100, 1 << 16));
  }
}
