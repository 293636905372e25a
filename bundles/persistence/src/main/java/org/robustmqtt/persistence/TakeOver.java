package org.robustmqtt.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.journal.DamagedParts;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.journal.Merge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a journal into another folder, and deletes journals; both can be broken off at every step
 * and are completed the next time.
 *
 * <pre>
 * target/incoming/*          copies, or segments that follow those of the target; forced
 * target/incoming/complete   forced: holds the path of the source; from here on there is no way back
 * target/*                   renamed one by one
 * source/gone                forced: no journal any more
 * source/*                   deleted
 * target/incoming            deleted
 * </pre>
 */
final class TakeOver {
  static final String LOCK = "lock";
  private static final String GONE = "gone";
  private static final String INCOMING = "incoming";
  private static final String COMPLETE = "complete";
  private static final String DRAFT = "complete.draft";
  private static final int CHUNK = 256 * 1024;
  private static final Set<String> OURS =
      Set.of(LOCK, GONE, COMPLETE, DRAFT, "reserve", "reserve.draft");
  private static final Pattern PARTS =
      Pattern.compile("\\d{8,}\\.seg|(taken-)*\\d{8,}\\.seg(\\.[0-9a-z]+)*\\.damaged(\\.seen)?");
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

  private final Disk disk;

  private final Clock clock;
  private final long segmentSize;

  TakeOver(Disk disk, Clock clock, long segmentSize) {
    this.disk = disk;
    this.clock = clock;
    this.segmentSize = segmentSize;
  }

  /** Returns whether a folder holds a journal. */
  boolean isJournal(Path folder) throws IOException {
    List<String> names = disk.list(folder);
    return !names.contains(GONE) && names.stream().anyMatch(TakeOver::isSegment);
  }

  /**
   * Completes what was broken off, and takes over every source that is a journal: as it is if the
   * folder is empty, else message by message, see {@link Merge}. A source that the disk cannot read
   * in full stays where it is until a later start can: what is taken over is deleted there.
   *
   * @param target a folder that is locked by the caller
   * @throws JournalException if a source is locked or of a newer format; nothing was changed
   */
  void run(Path target, List<Path> sources) throws IOException, JournalException {
    if (disk.list(target).contains(GONE)) {
      deleteFiles(target);
    }
    Path incoming = target.resolve(INCOMING);
    if (disk.list(incoming).contains(COMPLETE)) {
      complete(target, incoming);
    } else if (disk.list(target).contains(INCOMING)) {
      deleteFolder(incoming);
    }
    for (Path source : sources) {
      if (isJournal(source)) {
        DiskJournal.requireReadable(disk, source);
        DiskLock held = lock(source);
        try {
          Optional<String> unreadable = unreadable(target, source);
          if (unreadable.isPresent()) {
            LOG.error(
                "{}: the journal in {} is not taken over: the disk cannot read {}. It is kept, and"
                    + " tried again at the next start",
                target,
                source,
                unreadable.get());
            continue;
          }
          if (isJournal(target)) {
            merge(target, source, incoming);
          } else {
            copy(source, incoming);
            LOG.info("{}: the journal in {} is taken over", target, source);
          }
          decide(source, incoming);
        } finally {
          held.close();
        }
        complete(target, incoming);
      }
    }
  }

  private Optional<String> unreadable(Path target, Path source) throws IOException {
    Optional<String> unreadable = DiskJournal.unreadable(disk, source);
    return unreadable.isPresent() ? unreadable : DiskJournal.unreadable(disk, target);
  }

  /**
   * Deletes a journal and its folder.
   *
   * @throws JournalException if it is locked
   */
  void deleteLocked(Path folder) throws IOException, JournalException {
    DiskLock held = lock(folder);
    try {
      mark(folder);
      deleteFiles(folder);
    } finally {
      held.close();
    }
    // The lock file can only go when it is not held; what else is in the folder is not ours.
    disk.delete(folder.resolve(LOCK));
    deleteIfEmpty(folder);
  }

  private void deleteIfEmpty(Path folder) throws IOException {
    if (disk.list(folder).isEmpty()) {
      disk.delete(folder);
    } else {
      LOG.info("{}: not deleted, it holds files that are not of a journal", folder);
    }
  }

  /** Lets nobody but the owner read what is in a folder of ours; others' files stay as they are. */
  void protect(Path folder) {
    try {
      disk.protect(folder);
      for (String name : disk.list(folder)) {
        if (isOurs(name)) {
          disk.protect(folder.resolve(name));
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: other users of this machine may be able to read it: {}", folder, e.toString());
    }
  }

  /**
   * Locks a folder.
   *
   * @throws JournalException if it is locked already
   */
  DiskLock lock(Path folder) throws IOException, JournalException {
    Optional<DiskLock> lock = disk.lock(folder.resolve(LOCK));
    return lock.orElseThrow(
        () ->
            new JournalException(
                ProblemKind.STORE_LOCKED,
                folder + ": the journal is in use, by this or another process",
                null));
  }

  private void copy(Path source, Path incoming) throws IOException {
    disk.createFolders(incoming);
    for (String name : disk.list(source)) {
      if (isSegment(name) || DamagedParts.isOne(name)) {
        copyFile(source.resolve(name), incoming.resolve(name));
      }
    }
  }

  /** Brings the messages of a source behind those of a target. */
  private void merge(Path target, Path source, Path incoming) throws IOException, JournalException {
    disk.createFolders(incoming);
    int count = Merge.write(disk, clock, target, source, incoming, segmentSize);
    for (String name : disk.list(source)) {
      if (DamagedParts.isOne(name)) {
        copyFile(source.resolve(name), incoming.resolve("taken-" + name));
      }
    }
    LOG.info("{}: {} messages of the journal in {} are taken over", target, count, source);
  }

  /** From here on there is no way back. */
  private void decide(Path source, Path incoming) throws IOException {
    disk.forceDirectory(incoming);
    // Whole or not at all: half a path would name another folder.
    write(incoming.resolve(DRAFT), source.toString().getBytes(StandardCharsets.UTF_8));
    disk.rename(incoming.resolve(DRAFT), incoming.resolve(COMPLETE));
    disk.forceDirectory(incoming);
  }

  private void copyFile(Path from, Path to) throws IOException {
    try (DiskFile in = disk.openToRead(from);
        DiskFile out = disk.open(to)) {
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      long at = 0;
      int read;
      while ((read = in.read(buffer, at)) > 0) {
        buffer.flip();
        out.write(buffer, at);
        buffer.clear();
        at += read;
      }
      out.force();
    }
  }

  private void complete(Path target, Path incoming) throws IOException, JournalException {
    for (String name : disk.list(incoming)) {
      if (!name.equals(COMPLETE) && !name.equals(DRAFT)) {
        disk.rename(incoming.resolve(name), target.resolve(name));
      }
    }
    disk.forceDirectory(target);
    disk.forceDirectory(incoming);
    Path source = Path.of(new String(read(incoming.resolve(COMPLETE)), StandardCharsets.UTF_8));
    if (source.endsWith(target.getFileName()) && !disk.list(source).isEmpty()) {
      deleteLocked(source);
    }
    deleteFolder(incoming);
    disk.forceDirectory(target);
  }

  private void mark(Path folder) throws IOException {
    write(folder.resolve(GONE), new byte[0]);
    disk.forceDirectory(folder);
  }

  /** Deletes everything of ours but the lock file; the mark last. */
  private void deleteFiles(Path folder) throws IOException {
    deleteFolder(folder.resolve(INCOMING));
    for (String name : disk.list(folder)) {
      if (isOurs(name) && !name.equals(LOCK) && !name.equals(GONE)) {
        disk.delete(folder.resolve(name));
      }
    }
    disk.forceDirectory(folder);
    disk.delete(folder.resolve(GONE));
    disk.forceDirectory(folder);
  }

  private void deleteFolder(Path folder) throws IOException {
    if (disk.isLink(folder)) {
      return;
    }
    for (String name : disk.list(folder)) {
      if (isOurs(name)) {
        disk.delete(folder.resolve(name));
      }
    }
    deleteIfEmpty(folder);
  }

  private void write(Path file, byte[] bytes) throws IOException {
    try (DiskFile out = disk.open(file)) {
      out.write(ByteBuffer.wrap(bytes), 0);
      out.force();
    }
  }

  private byte[] read(Path file) throws IOException {
    try (DiskFile in = disk.openToRead(file)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) in.size());
      while (buffer.hasRemaining() && in.read(buffer, buffer.position()) > 0) {
        // each turn reads what the file system gives
      }
      return buffer.array();
    }
  }

  /**
   * Returns whether a file of that name is part of a journal; all others belong to somebody else.
   */
  private static boolean isOurs(String name) {
    return OURS.contains(name) || PARTS.matcher(name).matches();
  }

  private static boolean isSegment(String name) {
    return Format.segmentOf(name) > 0;
  }
}
