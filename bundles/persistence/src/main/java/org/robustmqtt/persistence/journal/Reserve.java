package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of zeros whose bytes the file system has given out already. When the disk takes nothing
 * more, it becomes the next segment, so that settlements, stages and leases are written although
 * there is no space (delivery-rules 9). Belongs to the journal thread.
 *
 * <pre>
 * reserve.draft --zeros, force, rename--> reserve --header, force, rename--> NNNNNNNN.seg
 * </pre>
 *
 * <p>Behind its last record such a segment holds zeros: a torn tail, which a recovery cuts. A file
 * system that never writes in place (btrfs, ZFS, F2FS) may refuse all the same; then the journal is
 * degraded as without a reserve.
 */
final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final String NAME = "reserve";
  private static final String DRAFT = "reserve.draft";
  private static final int LEAST = 16 * 1024;
  private static final int CHUNK = 64 * 1024;
  private static final int BLOCK = 4 * 1024;

  private final Disk disk;
  private final Path folder;
  private final int wanted;
  private int size;
  private boolean there;

  /** Looks for the one that a journal before has left. */
  Reserve(Disk disk, Path folder, long segmentSize) throws IOException {
    this.disk = disk;
    this.folder = folder;
    wanted = (int) Math.max(LEAST, segmentSize / 16);
    look();
  }

  /** Looks whether it is there. */
  void look() throws IOException {
    size = disk.list(folder).contains(NAME) ? sizeThere() : 0;
    there = size >= LEAST;
  }

  private int sizeThere() {
    try (DiskFile file = disk.openToRead(folder.resolve(NAME))) {
      return (int) Math.min(wanted, file.size());
    } catch (IOException e) {
      LOG.debug("The reserve cannot be read: {}", e.toString());
      return 0;
    }
  }

  /** Returns the bytes of the one that is there, or was used last. */
  int size() {
    return size;
  }

  /** Returns the bytes of a whole one. */
  int wanted() {
    return wanted;
  }

  boolean isThere() {
    return there;
  }

  /** Returns whether it is there and as large as it is to be. */
  boolean isWhole() {
    return there && size == wanted;
  }

  /** Makes a whole one; if that fails there is none, or the one before. */
  void make() {
    make(wanted);
  }

  /** Makes one of half of what is free, so that a segment can be begun too; none of very little. */
  void makeOf(long free) {
    int part = (int) Math.min(wanted, free / 2 / BLOCK * BLOCK);
    if (part >= LEAST) {
      make(part);
    }
  }

  private void make(int bytes) {
    Path draft = folder.resolve(DRAFT);
    try {
      try (DiskFile file = disk.open(draft)) {
        byte[] zeros = new byte[Math.min(bytes, CHUNK)];
        for (int at = 0; at < bytes; at += zeros.length) {
          file.write(ByteBuffer.wrap(zeros, 0, Math.min(zeros.length, bytes - at)), at);
        }
        file.truncate(bytes);
        file.force();
      }
      disk.rename(draft, folder.resolve(NAME));
      disk.forceDirectory(folder);
      size = bytes;
      there = true;
    } catch (IOException e) {
      LOG.debug("No reserve could be made: {}", e.toString());
      delete(draft);
    }
  }

  private void delete(Path draft) {
    try {
      disk.delete(draft);
    } catch (IOException e) {
      LOG.debug("What was begun of a reserve could not be deleted: {}", e.toString());
    }
  }

  /**
   * Becomes a segment: the header is forced when the file has the name, which the caller forces.
   */
  void use(byte[] header, Path segment) throws IOException {
    there = false;
    Path reserve = folder.resolve(NAME);
    try (DiskFile file = disk.open(reserve)) {
      file.write(ByteBuffer.wrap(header), 0);
      file.force();
    }
    disk.rename(reserve, segment);
  }
}
