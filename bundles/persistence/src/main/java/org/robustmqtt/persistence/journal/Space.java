package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Disk;

/**
 * Keeps some of the disk free: below that, messages are not written; all other records are, since
 * they are small and make room. Says in words what is wrong with a disk. Belongs to the journal
 * thread.
 */
final class Space {
  private static final long CHECK = TimeUnit.SECONDS.toNanos(5);
  private static final long UNKNOWN = Long.MAX_VALUE;

  /** With less than this a disk that cannot be written is called full. */
  private static final long FULL = 1 << 20;

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

  /** Returns whether messages of so many bytes may be written now. */
  boolean allows(long wanted, long now) {
    if (wanted > 0 || now >= checkAt) {
      long free = free();
      boolean enough = free == UNKNOWN || free - wanted >= minFree;
      low =
          enough
              ? Optional.empty()
              : Optional.of(
                  "disk full: "
                      + size(free)
                      + " free"
                      + (minFree > 0 ? ", storeMinFree is " + size(minFree) : " in " + folder));
      checkAt = enough ? Long.MAX_VALUE : now + CHECK;
    }
    return low.isEmpty();
  }

  /** Returns whether there are so many bytes more than what is kept free. */
  boolean has(long bytes) {
    long free = free();
    return free == UNKNOWN || free - bytes >= minFree;
  }

  /** Returns whether a disk could not be written because there is no space left on it. */
  boolean isFull(IOException cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return free() < FULL || text.contains("no space") || text.contains("quota");
  }

  /** Returns in words why a disk could not be written, one line. */
  String reason(IOException cause) {
    long free = free();
    String text = String.valueOf(cause.getMessage());
    if (isFull(cause)) {
      return "disk full: " + size(free) + " free in " + folder + " (" + text + ")";
    }
    if (text.toLowerCase(Locale.ROOT).contains("read-only")) {
      return "the disk is read-only: " + folder;
    }
    return "cannot be written: " + folder + ": " + text;
  }

  /** Returns the bytes that are free, as many as there can be if nobody knows. */
  long free() {
    try {
      return disk.free(folder);
    } catch (IOException e) {
      // Unknown is not low: a disk that is really full says so when it is written.
      return UNKNOWN;
    }
  }

  private static String size(long bytes) {
    if (bytes >= 1 << 20) {
      return (bytes >> 20) + " MB";
    }
    return bytes >= 1 << 10 ? (bytes >> 10) + " kB" : bytes + " bytes";
  }
}
