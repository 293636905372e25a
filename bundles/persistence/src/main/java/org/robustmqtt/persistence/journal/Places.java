package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the segments are where their names say: somebody may delete them, rename their folder, or
 * mount another disk over it, and all writes and forces succeed as before. Belongs to the journal
 * thread.
 *
 * <p>Each segment is kept open to be read, so that what is alive in one that was taken away can be
 * written anew, as long as the disk that it is on can be read.
 */
final class Places {
  private static final Logger LOG = LoggerFactory.getLogger(Places.class);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  /** More files than the segments of a full queue of the default size; further ones are not. */
  private static final int MOST_OPEN = 64;

  private final Disk disk;
  private final Path folder;
  private final DiskLock lock;
  private int open;
  private boolean looked;
  private long lookAt;

  Places(Disk disk, Path folder, DiskLock lock) {
    this.disk = disk;
    this.folder = folder;
    this.lock = lock;
  }

  /** Remembers which file a segment is, and keeps it open. */
  void watch(Segment segment) throws IOException {
    forget(segment);
    Path path = path(segment);
    segment.key = disk.key(path);
    if (open < MOST_OPEN) {
      segment.held = Optional.of(disk.openToRead(path));
      open++;
    }
  }

  /** Watches what a recovery has found. One that cannot be opened now is not watched. */
  void watch(Collection<Segment> found) {
    for (Segment segment : found) {
      try {
        watch(segment);
      } catch (IOException e) {
        LOG.debug("{} is not watched: {}", path(segment), e.toString());
      }
    }
  }

  /** Closes what is kept open of a segment. */
  void forget(Segment segment) {
    Optional<DiskFile> held = segment.held;
    segment.held = Optional.empty();
    if (held.isPresent()) {
      open--;
      try {
        held.get().close();
      } catch (IOException e) {
        LOG.debug("{} could not be closed: {}", path(segment), e.toString());
      }
    }
  }

  /** Opens a segment to be read: the file that was written, whatever is at its path now. */
  DiskFile open(Segment segment) throws IOException {
    if (isInPlace(segment)) {
      return disk.openToRead(path(segment));
    }
    return new Borrowed(
        segment.held.orElseThrow(() -> new NoSuchFileException(path(segment).toString())));
  }

  /** Returns whether the file at the path of a segment is the one that was written. */
  boolean isInPlace(Segment segment) throws IOException {
    return segment.key.isEmpty() || disk.key(path(segment)).equals(segment.key);
  }

  /** Lets the next question be answered by looking. */
  void lookAgain() {
    looked = false;
  }

  /**
   * Looks, once a second at the most.
   *
   * @throws IOException if a segment is not in its place that was when this was asked before
   */
  void require(Collection<Segment> all, long now) throws IOException {
    if (looked && now < lookAt) {
      return;
    }
    looked = true;
    lookAt = now + PAUSE;
    for (Segment segment : all) {
      if (!segment.lost && !isInPlace(segment)) {
        throw new IOException(name(segment) + " was deleted, moved or replaced");
      }
    }
  }

  /**
   * Looks which segments are lost, and makes the folder fit to be written again, with its lock.
   *
   * @return whether some are lost, and what is alive in them has to be written anew
   * @throws IOException if it cannot be written for now: another journal is there, or its disk is
   *     gone
   */
  boolean settle(Collection<Segment> all) throws IOException {
    boolean lost = false;
    for (Segment segment : all) {
      look(segment);
      lost |= segment.lost;
    }
    if (!lost) {
      return false;
    }
    if (disk.key(folder).isEmpty()) {
      // A disk that was taken out is waited for; on one that is there it is made anew.
      for (Segment segment : all) {
        if (segment.lost && segment.live > 0 && segment.unreadable.isEmpty()) {
          requireReadable(segment);
        }
      }
      disk.createFolders(folder);
    }
    lock.renew();
    requireNoOther(all);
    return true;
  }

  private void look(Segment segment) throws IOException {
    if (isInPlace(segment)) {
      found(segment);
    } else if (copied(segment) >= segment.forcedEnd) {
      watch(segment);
      found(segment);
    } else {
      segment.lost = true;
    }
  }

  private static void found(Segment segment) {
    if (segment.lost) {
      segment.lost = false;
      segment.unreadable = Optional.empty();
    }
  }

  /**
   * Returns the size of the file at the path of a segment if it is another file, as after a mount,
   * and says that it is this segment; else 0.
   */
  private long copied(Segment segment) throws IOException {
    if (disk.key(path(segment)).isEmpty()) {
      return 0;
    }
    try (DiskFile file = disk.openToRead(path(segment))) {
      byte[] bytes = SegmentBytes.readFully(file, Format.DATA);
      Optional<Long> generation =
          SegmentHeader.decode(bytes, bytes.length, segment.number).map(SegmentHeader::generation);
      boolean same =
          generation.isPresent()
              && generation.equals(segment.header.map(SegmentHeader::generation));
      return same ? file.size() : 0;
    }
  }

  /** Returns whether what is at the path of a segment is this segment, or an older copy of it. */
  boolean isOurs(Segment segment) throws IOException {
    return isInPlace(segment) || copied(segment) > 0;
  }

  private void requireReadable(Segment segment) throws IOException {
    try (DiskFile file = open(segment)) {
      file.read(ByteBuffer.allocate(1), 0);
    } catch (IOException e) {
      LOG.debug("{} cannot be read any more", path(segment), e);
      throw new IOException("the folder is not there any more");
    }
  }

  /** What others have written is neither overwritten nor deleted. */
  private void requireNoOther(Collection<Segment> all) throws IOException {
    for (String name : disk.list(folder)) {
      int number = Format.segmentOf(name);
      boolean ours = number == 0;
      for (Segment segment : all) {
        ours |= segment.number == number && isOurs(segment);
      }
      if (!ours) {
        throw new IOException(
            "another journal is there ("
                + name
                + "): move it away, or restart the connection to go on with it");
      }
    }
  }

  private static String name(Segment segment) {
    return Format.fileName(segment.number);
  }

  private Path path(Segment segment) {
    return folder.resolve(name(segment));
  }

  /** A file that stays open when its reader closes it. */
  private record Borrowed(DiskFile file) implements DiskFile {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      throw new IOException("open to be read only");
    }

    @Override
    public void force() throws IOException {
      throw new IOException("open to be read only");
    }

    @Override
    public void truncate(long size) throws IOException {
      throw new IOException("open to be read only");
    }

    @Override
    public void close() {
      // its segment keeps it
    }
  }
}
