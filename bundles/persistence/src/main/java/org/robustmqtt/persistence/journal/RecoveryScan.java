package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a journal's folder: cuts the torn tail, sets damage aside as {@code .damaged}, deletes dead
 * segments unread, and keeps all that can be read. What it keeps is forced when it returns.
 */
final class RecoveryScan {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryScan.class);

  /**
   * How far numbering jumps if something was damaged: the newest lease may have been in it. With 64
   * bits there is room for two billion such events.
   */
  private static final long JUMP = 1L << 32;

  private static final int CONTENTS = 4 << 20;

  private final Disk disk;
  private final Path folder;
  private final Harvest.Window window;
  private final Chain chain;
  private final DamagedParts damaged;
  private final SegmentBytes bytes;
  private final List<Segment> segments = new ArrayList<>();
  private final PolicyNames policies;
  private final Replay replay;

  /** Segments with bad records, and no other one says up to where they were forced. */
  private final List<Segment> unnamed = new ArrayList<>();

  /** Contents of files that were read, as long as they are few bytes: they may be read twice. */
  private final Map<Integer, byte[]> contents = new HashMap<>();

  private int contentBytes;
  private long cutBytes;

  private final Buffered buffer;

  /** Gives the records of the staging buffer, now that it is known which opening it was. */
  @FunctionalInterface
  interface Buffered {
    /** Of a journal that has no staging buffer. */
    Buffered NONE = (known, clean, hidden) -> List.of();

    /** See {@link StagingBuffer#recover}. */
    List<Entry> recover(Optional<Opening> known, boolean clean, boolean hidden);
  }

  private RecoveryScan(
      Disk disk, Path folder, Harvest.Window window, PolicyNames policies, Buffered buffer)
      throws IOException {
    this.policies = policies;
    this.replay = new Replay(policies);
    this.buffer = buffer;
    this.disk = disk;
    this.folder = folder;
    this.window = window;
    this.chain = Chain.read(disk, folder);
    this.damaged = new DamagedParts(disk, folder);
    this.bytes = new SegmentBytes(disk);
  }

  /**
   * Reads the folder, which is locked.
   *
   * @param window how much of what just waits is taken into memory
   * @param policies which policy the rest of it has
   * @param buffer the staging buffer of the journal
   * @throws JournalException if a segment has a newer format; nothing was changed
   * @throws IOException if the disk fails; never because of what the files hold
   */
  static Recovered run(
      Disk disk, Path folder, Harvest.Window window, PolicyNames policies, Buffered buffer)
      throws IOException, JournalException {
    return new RecoveryScan(disk, folder, window, policies, buffer).run();
  }

  /** As above, of a journal whose staging buffer does not matter. */
  static Recovered run(Disk disk, Path folder, Harvest.Window window)
      throws IOException, JournalException {
    return run(disk, folder, window, PolicyNames.NONE, Buffered.NONE);
  }

  /** Reads the headers only, and throws as {@link #run} if one is newer. */
  static void requireReadable(Disk disk, Path folder) throws IOException, JournalException {
    requireReadable(Chain.read(disk, folder), folder);
  }

  /** See {@link DiskJournal#unreadable}. */
  static Optional<String> unreadable(Disk disk, Path folder) throws IOException {
    SegmentBytes bytes = new SegmentBytes(disk);
    for (String name : disk.list(folder)) {
      if (Format.segmentOf(name) > 0) {
        bytes.read(folder.resolve(name));
        if (bytes.unreadable().isPresent()) {
          return bytes.unreadable().map(why -> folder.resolve(name) + " (" + why + ")");
        }
      }
    }
    return Optional.empty();
  }

  private static void requireReadable(Chain chain, Path folder) throws JournalException {
    for (int number : chain.newer()) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE,
          folder.resolve(Format.fileName(number))
              + ": written by a newer version; this one reads format "
              + Format.VERSION
              + ". Nothing was changed",
          null);
    }
  }

  private Recovered run() throws IOException, JournalException {
    requireReadable(chain, folder);
    int lowest = chain.lowest();
    for (int number : chain.numbers()) {
      if (number >= lowest) {
        readSegment(number);
      }
    }
    lowest = Math.max(chain.lowest(), replay.watermark());
    for (Segment segment : unnamed) {
      if (segment.number >= lowest) {
        readUnnamed(segment);
      }
    }
    Holdover holdover = replay.small().holdover;
    if (segments.stream().allMatch(segment -> segment.unreadable.isEmpty())) {
      // else what cannot be read may say that they were deleted
      for (int number : chain.missing(lowest)) {
        if (!holdover.isDeleted(number)) {
          damaged.addMissing(number, chain.namedEnd(number) - Format.DATA);
        }
      }
    }
    deleteDead(lowest, holdover);
    boolean hidden = segments.stream().anyMatch(segment -> segment.hidden);
    if (hidden) {
      holdover.keepTo(chain.last());
      replay.hides();
    }
    buffer.recover(replay.small().opening, replay.isClean(), hidden).forEach(replay::staged);
    long next = replay.next(chain.headers());
    if (!damaged.added().isEmpty()) {
      next += JUMP;
    }
    report();
    long generation = chain.headers().stream().mapToLong(SegmentHeader::generation).max().orElse(0);
    Harvest harvest = harvest();
    return new Recovered(
        segments,
        harvest.messages(),
        harvest.waiting(),
        replay.live(),
        replay.small(),
        next,
        generation,
        chain.last(),
        lowest,
        replay.wall(),
        replay.staged(),
        harvest.merged(),
        new Recovered.Report(cutBytes, damaged.unseenBytes(), damaged.unseen()));
  }

  private void report() throws IOException {
    if (!damaged.added().isEmpty()) {
      LOG.error(
          "{}: DAMAGE, {} bytes in all could not be read; what was in them is lost, the rest is"
              + " kept. Look at it with mqtt:store verify, say that you have seen it with"
              + " mqtt:store acknowledge. New: {}",
          folder,
          damaged.unseenBytes(),
          String.join(", ", damaged.added()));
    } else if (!damaged.unseen().isEmpty()) {
      LOG.warn(
          "{}: {} damaged parts were found at earlier starts and not acknowledged, see mqtt:store"
              + " verify",
          folder,
          damaged.unseen().size());
    }
    for (Segment segment : segments) {
      segment.unreadable.ifPresent(
          why ->
              LOG.error(
                  "{}: {} cannot be read in full: {}. What can be read is used; the file is kept,"
                      + " and tried again at the next start",
                  folder,
                  Format.fileName(segment.number),
                  why));
    }
  }

  /** Reads what is needed once more, now that it is known what of it is alive. */
  private Harvest harvest() throws IOException {
    Harvest harvest = new Harvest(replay.live(), replay.small(), window, policies);
    Map<Integer, Digest> digests = replay.digests();
    for (Segment segment : segments) {
      if (segment.header.isEmpty() || harvest.takes(segment, digests.get(segment.number))) {
        continue;
      }
      byte[] content = contents.get(segment.number);
      if (content == null) {
        bytes.read(path(segment.number));
        content = bytes.array();
      }
      harvest.begin(segment);
      SegmentScan.scan(
          content, (int) segment.size, segment.header.get(), segment.forcedEnd, harvest::record);
    }
    replay.staged().messages().values().forEach(harvest::staged);
    return harvest;
  }

  private void readSegment(int number) throws IOException {
    if (chain.isDraft(number)) {
      bytes.read(path(number));
      cutBytes += bytes.length();
      disk.delete(path(number));
      disk.forceDirectory(folder);
      return;
    }
    bytes.read(path(number));
    Optional<SegmentHeader> header = chain.rescue(number, bytes.array(), bytes.length());
    Segment segment = new Segment(number);
    segment.size = bytes.length();
    segment.forcedEnd = bytes.length();
    segment.unreadable = bytes.unreadable();
    segment.hidden = bytes.unreadable().isPresent();
    segment.header = header;
    if (header.isPresent()) {
      segments.add(segment);
      readRecords(segment, header.get());
    } else if (segment.unreadable.isPresent()) {
      segment.uncutFrom = Math.max(0, chain.namedEnd(number));
      segments.add(segment);
    } else {
      damaged.addFile(number, Math.max(bytes.length(), chain.namedEnd(number)));
    }
  }

  private void readRecords(Segment segment, SegmentHeader header) throws IOException {
    int length = bytes.length();
    keep(segment.number);
    replay.begin(segment, header);
    SegmentScan.Result result =
        SegmentScan.scan(
            bytes.array(),
            length,
            header,
            chain.namedEnd(segment.number, bytes.array(), length),
            replay::record);
    long surelyForced = Math.max(result.forced(), chain.namedEnd(segment.number));
    boolean unsure = !result.damage().isEmpty() && chain.isEndUnnamed(segment.number);
    if (segment.unreadable.isPresent() || unsure) {
      // what the disk may read another time is neither damaged nor torn
      segment.uncutFrom = surelyForced;
      segment.hidden = segment.unreadable.isPresent() || chain.isEndHidden(segment.number);
      if (unsure && !segment.hidden) {
        unnamed.add(segment);
      }
      return;
    }
    damaged.add(segment.number, bytes.array(), length, result.damage());
    segment.size = result.end();
    segment.forcedEnd = result.end();
    finish(segment.number, (int) result.end(), (int) Math.min(surelyForced, result.end()));
  }

  /**
   * Looks what of a segment is damaged when all is read. If the one that named its end was deleted
   * as dead, what is behind the last batch is a torn tail; if it was lost, it is taken for damage.
   */
  private void readUnnamed(Segment segment) throws IOException {
    bytes.read(path(segment.number));
    int next = chain.next(segment.number);
    boolean torn = replay.small().holdover.isDeletedBetween(segment.number, next);
    SegmentScan.Result result =
        SegmentScan.scan(
            bytes.array(),
            bytes.length(),
            segment.header.orElseThrow(),
            torn ? 0 : Chain.written(bytes.array(), bytes.length()),
            (type, offset, size, array, start, end) -> true);
    damaged.add(segment.number, bytes.array(), bytes.length(), result.damage());
  }

  private void keep(int number) {
    contentBytes = Math.min(contentBytes + bytes.length(), CONTENTS + 1);
    if (contentBytes <= CONTENTS) {
      contents.put(number, Arrays.copyOf(bytes.array(), bytes.length()));
    } else {
      contents.clear();
    }
  }

  /**
   * Cuts the tail, and forces what may only have been appended. That is written once more before:
   * if its force had failed, the system holds it as written although it is not, and would say of a
   * second force that it succeeded.
   */
  private void finish(int number, int end, int forced) throws IOException {
    int length = bytes.length();
    if (end == length && forced == end) {
      return;
    }
    try (DiskFile file = disk.open(path(number))) {
      if (end < length) {
        int written = Chain.written(bytes.array(), length);
        cutBytes += written - Math.min(end, written);
        file.truncate(end);
      }
      if (forced < end) {
        file.write(ByteBuffer.wrap(bytes.array(), forced, end - forced), forced);
      }
      file.force();
    }
  }

  private void deleteDead(int lowest, Holdover holdover) throws IOException {
    boolean deleted = false;
    for (int number : chain.numbers()) {
      if (number < lowest || holdover.isDeleted(number)) {
        disk.delete(path(number));
        deleted = true;
      }
    }
    segments.removeIf(segment -> segment.number < lowest || holdover.isDeleted(segment.number));
    replay.dropDead(lowest);
    if (deleted) {
      disk.forceDirectory(folder);
    }
  }

  private Path path(int number) {
    return folder.resolve(Format.fileName(number));
  }
}
