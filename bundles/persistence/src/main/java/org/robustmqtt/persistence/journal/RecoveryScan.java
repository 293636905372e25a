package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;

/**
 * Reads a journal's folder: cuts the torn tail, sets damage aside as {@code .damaged}, deletes dead
 * segments unread, and keeps all that can be read. What it keeps is forced when it returns.
 */
final class RecoveryScan {
  /**
   * How far numbering jumps if something was damaged: the newest lease may have been in it. With 64
   * bits there is room for two billion such events.
   */
  private static final long JUMP = 1L << 32;

  private static final int CONTENTS = 4 << 20;
  private static final int PIECE = 256 << 10;
  private static final int MOST = Integer.MAX_VALUE - 8;
  private static final byte[] NOTHING = {};

  private final Disk disk;
  private final Path folder;
  private final SortedMap<Integer, byte[]> beginnings = new TreeMap<>();
  private final SortedMap<Integer, SegmentHeader> headers = new TreeMap<>();
  private final List<Segment> segments = new ArrayList<>();
  private final List<String> damagedFiles = new ArrayList<>();
  private final Replay replay = new Replay();
  private final Harvest.Window window;

  /** Contents of files that were read, as long as they are few bytes: they may be read twice. */
  private final Map<Integer, byte[]> contents = new HashMap<>();

  private int contentBytes;

  /** What is read now; used again for the next. */
  private byte[] buffer = NOTHING;

  private long cutBytes;
  private long damagedBytes;

  private RecoveryScan(Disk disk, Path folder, Harvest.Window window) {
    this.disk = disk;
    this.folder = folder;
    this.window = window;
  }

  /**
   * Reads the folder, which is locked.
   *
   * @param window how much of what just waits is taken into memory
   * @throws JournalException if a segment has a newer format; nothing was changed
   * @throws IOException if the disk fails; never because of what the files hold
   */
  static Recovered run(Disk disk, Path folder, Harvest.Window window)
      throws IOException, JournalException {
    return new RecoveryScan(disk, folder, window).run();
  }

  /** Reads the headers only, and throws as {@link #run} if one is newer. */
  static void requireReadable(Disk disk, Path folder) throws IOException, JournalException {
    new RecoveryScan(disk, folder, Harvest.Window.ALL).readHeaders();
  }

  private Recovered run() throws IOException, JournalException {
    readHeaders();
    int lowest = headers.values().stream().mapToInt(SegmentHeader::lowestLive).max().orElse(0);
    for (int number : beginnings.keySet()) {
      if (number >= lowest) {
        readSegment(number);
      }
    }
    lowest = Math.max(lowest, replay.watermark());
    deleteDead(lowest);
    long next = replay.next(headers.values());
    if (!damagedFiles.isEmpty()) {
      next += JUMP;
    }
    long generation =
        headers.values().stream().mapToLong(SegmentHeader::generation).max().orElse(0);
    int last = beginnings.isEmpty() ? 0 : beginnings.lastKey();
    Harvest harvest = harvest();
    return new Recovered(
        segments,
        harvest.messages(),
        harvest.waiting(),
        replay.live(),
        replay.small(),
        next,
        generation,
        last,
        lowest,
        replay.wall(),
        harvest.merged(),
        new Recovered.Report(cutBytes, damagedBytes, damagedFiles));
  }

  /** Reads what is needed once more, now that it is known what of it is alive. */
  private Harvest harvest() throws IOException {
    Harvest harvest = new Harvest(replay.live(), replay.small(), window);
    Map<Integer, Digest> digests = replay.digests();
    for (Segment segment : segments) {
      if (harvest.takes(segment, digests.get(segment.number))) {
        continue;
      }
      byte[] bytes = contents.get(segment.number);
      if (bytes == null) {
        read(segment.number);
        bytes = buffer;
      }
      harvest.begin(segment);
      SegmentScan.scan(
          bytes,
          (int) segment.size,
          headers.get(segment.number),
          segment.forcedEnd,
          harvest::record);
    }
    return harvest;
  }

  private void readHeaders() throws IOException, JournalException {
    for (String name : disk.list(folder)) {
      int number = Format.segmentOf(name);
      if (number > 0) {
        // one byte more, to know whether there is more
        byte[] beginning = beginning(number);
        if (SegmentHeader.isNewer(beginning, beginning.length)) {
          throw new JournalException(
              ProblemKind.STORE_UNREADABLE,
              folder.resolve(name)
                  + ": written by a newer version; this one reads format "
                  + Format.VERSION
                  + ". Nothing was changed",
              null);
        }
        beginnings.put(number, beginning);
        SegmentHeader.decode(beginning, beginning.length, number)
            .ifPresent(header -> headers.put(number, header));
      }
    }
  }

  private void readSegment(int number) throws IOException {
    SegmentHeader header = headers.get(number);
    boolean last = isLast(number);
    if (header == null) {
      unreadable(number, last);
      return;
    }
    int length = read(number);
    byte[] bytes = buffer;
    contentBytes = Math.min(contentBytes + length, CONTENTS + 1);
    if (contentBytes <= CONTENTS) {
      contents.put(number, Arrays.copyOf(bytes, length));
    } else {
      contents.clear();
    }
    long namedEnd = namedEnd(headers, number, last, written(bytes, length));
    Segment segment = new Segment(number);
    segments.add(segment);
    replay.begin(segment, header);
    SegmentScan.Result result = SegmentScan.scan(bytes, length, header, namedEnd, replay::record);
    for (SegmentScan.Damage damage : result.damage()) {
      setAside(number, bytes, length, damage);
    }
    segment.size = result.end();
    segment.forcedEnd = result.end();
    long surelyForced = Math.max(result.forced(), namedEnd(headers, number));
    finish(number, bytes, length, (int) result.end(), (int) Math.min(surelyForced, result.end()));
  }

  /** Returns whether no later segment says where this one ended, or has lost its header. */
  private boolean isLast(int number) {
    return beginnings.tailMap(number + 1).keySet().stream().allMatch(this::onlyBegun);
  }

  /** Returns whether a file is without a header because the machine stopped before it had one. */
  private boolean onlyBegun(int number) {
    return !headers.containsKey(number) && beginnings.get(number).length <= Format.DATA;
  }

  /**
   * Cuts the tail, and forces what may only have been appended. That is written once more before:
   * if its force had failed, the system holds it as written although it is not, and would say of a
   * second force that it succeeded.
   */
  private void finish(int number, byte[] bytes, int length, int end, int forced)
      throws IOException {
    if (end == length && forced == end) {
      return;
    }
    try (DiskFile file = disk.open(folder.resolve(Format.fileName(number)))) {
      if (end < length) {
        int written = written(bytes, length);
        cutBytes += written - Math.min(end, written);
        file.truncate(end);
      }
      if (forced < end) {
        file.write(ByteBuffer.wrap(bytes, forced, end - forced), forced);
      }
      file.force();
    }
  }

  /** Returns up to where something was written: a segment that was the reserve ends with zeros. */
  static int written(byte[] bytes, int length) {
    int end = length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  /** Returns up to where a segment was forced, as far as another one says it. */
  static long namedEnd(
      SortedMap<Integer, SegmentHeader> headers, int number, boolean last, long length) {
    long named = namedEnd(headers, number);
    // Whoever named its end is lost, so an end cannot be told from damage: call it damage.
    return named >= 0 ? named : last ? 0 : length;
  }

  /** Returns up to where a segment was forced by the header of the next; -1 if none says it. */
  private static long namedEnd(SortedMap<Integer, SegmentHeader> headers, int number) {
    long end = -1;
    for (SegmentHeader header : headers.tailMap(number + 1).values()) {
      if (header.previous() == number) {
        end = Math.max(end, header.previousEnd());
      }
    }
    return end;
  }

  /** A file without a good header: one that was only begun is deleted, else it is set aside. */
  private void unreadable(int number, boolean last) throws IOException {
    String name = Format.fileName(number);
    long size;
    try (DiskFile file = disk.open(folder.resolve(name))) {
      size = file.size();
    }
    if (size <= Format.DATA && (last || namedEnd(headers, number) < 0)) {
      cutBytes += size;
      disk.delete(folder.resolve(name));
    } else {
      String aside = name + ".damaged";
      disk.rename(folder.resolve(name), folder.resolve(aside));
      damagedBytes += size;
      damagedFiles.add(aside);
    }
    disk.forceDirectory(folder);
  }

  /** Copies damaged bytes to a file of their own, once. */
  private void setAside(int number, byte[] bytes, int length, SegmentScan.Damage damage)
      throws IOException {
    String aside =
        String.format(Locale.ROOT, "%s.%08d.damaged", Format.fileName(number), damage.from());
    if (disk.list(folder).contains(aside)) {
      return;
    }
    int to = (int) Math.min(length, damage.to());
    int from = (int) Math.min(to, damage.from());
    try (DiskFile file = disk.open(folder.resolve(aside))) {
      file.write(ByteBuffer.wrap(bytes, from, to - from), 0);
      file.force();
    }
    disk.forceDirectory(folder);
    damagedBytes += damage.to() - damage.from();
    damagedFiles.add(aside);
  }

  private void deleteDead(int lowest) throws IOException {
    boolean deleted = false;
    for (int number : beginnings.keySet()) {
      if (number < lowest) {
        disk.delete(folder.resolve(Format.fileName(number)));
        deleted = true;
      }
    }
    segments.removeIf(segment -> segment.number < lowest);
    replay.dropBelow(lowest);
    if (deleted) {
      disk.forceDirectory(folder);
    }
  }

  private byte[] beginning(int number) throws IOException {
    try (DiskFile file = disk.open(folder.resolve(Format.fileName(number)))) {
      return readFully(file, (int) Math.min(Format.DATA + 1, file.size()));
    }
  }

  /** Reads a file into the buffer, and returns how long it is. */
  private int read(int number) throws IOException {
    try (DiskFile file = disk.open(folder.resolve(Format.fileName(number)))) {
      int length = (int) Math.min(MOST, file.size());
      if (length > buffer.length) {
        // the one before goes first: both together may be too much for a small heap
        buffer = NOTHING;
        buffer = new byte[(int) Math.min(MOST, length * 17L / 16)];
      }
      return fill(file, buffer, length);
    }
  }

  /** Reads the beginning of a file, shorter if the file is. */
  static byte[] readFully(DiskFile file, int length) throws IOException {
    byte[] bytes = new byte[length];
    int read = fill(file, bytes, length);
    return read < length ? Arrays.copyOf(bytes, read) : bytes;
  }

  /** Reads the beginning of a file into an array, and returns how much that was. */
  private static int fill(DiskFile file, byte[] into, int length) throws IOException {
    int at = 0;
    while (at < length) {
      // in pieces: the system keeps a copy of the largest one for each thread
      ByteBuffer piece = ByteBuffer.wrap(into, at, Math.min(PIECE, length - at));
      int read = file.read(piece, at);
      if (read <= 0) {
        break;
      }
      at += read;
    }
    return at;
  }
}
