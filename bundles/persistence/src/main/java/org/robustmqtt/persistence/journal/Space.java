package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Disk;

/**
 * Keeps some of the disk free: below that, messages are not written; all other records are, since
 * they are small and make room. Belongs to the journal thread.
 */
final class Space {
  private static final long CHECK = TimeUnit.SECONDS.toNanos(5);

  private final Disk disk;
  private final Path folder;
  private volatile long minFree;
  private Optional<String> low = Optional.empty();
  private long checkAt = Long.MAX_VALUE;

  Space(Disk disk, Path folder, long minFree) {
    this.disk = disk;
    this.folder = folder;
    this.minFree = minFree;
  }

  /** Keeps so much free from now on. Any thread. */
  void minFree(long bytes) {
    minFree = bytes;
  }

  /** Returns why messages are not written, empty while they are. */
  Optional<String> low() {
    return low;
  }

  /** Returns when it wants to look again. */
  long checkAt() {
    return checkAt;
  }

  /** Returns what of a batch may be written; the owners of the rest are told. */
  List<Entry> admit(List<Entry> batch, LiveMessages live, long now) {
    long wanted = batch.stream().filter(Entry::isMessage).mapToLong(entry -> entry.bound).sum();
    if (wanted == 0 && now < checkAt) {
      return batch;
    }
    look(wanted, now);
    if (low.isEmpty()) {
      return batch;
    }
    List<Entry> kept = new ArrayList<>(batch.size());
    for (Entry entry : batch) {
      if (entry.isMessage()) {
        live.remove(entry.sequence);
        entry.tellFailed();
      } else {
        kept.add(entry);
      }
    }
    return kept;
  }

  private void look(long wanted, long now) {
    long free;
    try {
      free = disk.free(folder);
    } catch (IOException e) {
      // Unknown is not low: a disk that is really full says so when it is written.
      free = Long.MAX_VALUE;
    }
    boolean enough = free == Long.MAX_VALUE || free - wanted >= minFree;
    low =
        enough
            ? Optional.empty()
            : Optional.of("only " + free + " bytes are free, storeMinFree is " + minFree);
    checkAt = enough ? Long.MAX_VALUE : now + CHECK;
  }
}
