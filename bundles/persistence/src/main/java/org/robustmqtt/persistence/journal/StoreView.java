package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;

/**
 * What a journal's folder holds, read without changing or locking it; a journal that is open may
 * change it meanwhile.
 *
 * @param segments the segment files, oldest first, dead ones too
 * @param messages what a recovery would find
 * @param values the bytes of each value, by key
 * @param received the packet ids of open exchanges of received messages
 * @param lastWallMillis the last wall time that was written
 * @param missing the numbers of segments that are not there although they were not dead
 * @param damagedFiles bytes that were set aside before
 * @param rescued good messages in the files that were set aside; whether they have an outcome is
 *     not known
 */
public record StoreView(
    List<SegmentView> segments,
    List<RecoveredMessage> messages,
    Map<String, Integer> values,
    List<Integer> received,
    long lastWallMillis,
    List<Integer> missing,
    List<DamagedFile> damagedFiles,
    List<Rescued> rescued) {

  /** What is wrong with a segment as a whole. */
  public enum Fault {
    /** Nothing. */
    NONE,
    /** It has no good header, and no record. */
    NO_HEADER,
    /** It was only begun: the process ended before it had a header. */
    ONLY_BEGUN,
    /** The disk cannot read some of it. */
    UNREADABLE,
    /** It is of a newer format. */
    NEWER
  }

  /**
   * A segment file.
   *
   * @param size the bytes of the file
   * @param header its header, empty if it is not good
   * @param dead whether a newer segment says that it is dead
   * @param records how many records there are of each type
   * @param damage ranges that cannot be read although they were forced, and that nobody has
   *     acknowledged
   * @param end where the good or damaged part ends; what follows was never forced
   */
  public record SegmentView(
      String name,
      long size,
      Optional<SegmentHeader> header,
      Fault fault,
      boolean dead,
      Map<RecordType, Integer> records,
      List<SegmentScan.Damage> damage,
      long end) {}

  /** A file with bytes that were set aside; {@code seen} if a person has acknowledged it. */
  public record DamagedFile(String name, long size, boolean seen) {}

  /** A message in such a file. */
  public record Rescued(String file, RecoveredMessage message) {}

  /** Reads a folder. */
  public static StoreView read(Disk disk, Path folder) throws IOException {
    return new Reader(disk, folder).run();
  }

  /** Returns the names and sizes of the files; equal if nothing was changed between. */
  public static Map<String, Long> sizes(Disk disk, Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (String name : disk.list(folder)) {
      if (Format.segmentOf(name) > 0 || DamagedParts.isOne(name)) {
        try (DiskFile file = disk.openToRead(folder.resolve(name))) {
          sizes.put(name, file.size());
        }
      }
    }
    return sizes;
  }

  /** Reads one folder. */
  private static final class Reader {
    private final Disk disk;
    private final Path folder;
    private final List<String> names;
    private final Chain chain;
    private final SegmentBytes bytes;
    private final Map<Integer, Long> forced = new TreeMap<>();
    private final Replay replay = new Replay(PolicyNames.NONE);
    private final List<DamagedFile> damagedFiles = new ArrayList<>();
    private final List<Rescued> rescued = new ArrayList<>();

    Reader(Disk disk, Path folder) throws IOException {
      this.disk = disk;
      this.folder = folder;
      this.names = disk.list(folder);
      this.chain = Chain.read(disk, folder);
      this.bytes = new SegmentBytes(disk);
    }

    StoreView run() throws IOException {
      int lowest = chain.lowest();
      List<SegmentView> views = new ArrayList<>();
      for (int number : chain.numbers()) {
        views.add(segment(number, number < lowest));
      }
      lowest = Math.max(chain.lowest(), replay.watermark());
      replay.dropDead(lowest);
      List<Integer> missing = new ArrayList<>();
      for (int number : chain.missing(lowest)) {
        String aside = Format.fileName(number) + ".damaged";
        if (!replay.small().holdover.isDeleted(number)
            && names.stream().map(DamagedParts::original).noneMatch(aside::equals)) {
          missing.add(number);
        }
      }
      for (String name : names) {
        if (DamagedParts.isOne(name)) {
          damaged(name);
        }
      }
      Map<String, Integer> values = new TreeMap<>();
      replay.small().values.forEach((key, value) -> values.put(key, value.length));
      return new StoreView(
          List.copyOf(views),
          harvest().messages(),
          values,
          List.copyOf(replay.small().received),
          replay.wall(),
          List.copyOf(missing),
          List.copyOf(damagedFiles),
          List.copyOf(rescued));
    }

    private Harvest harvest() throws IOException {
      Harvest harvest =
          new Harvest(replay.live(), replay.small(), Harvest.Window.ALL, PolicyNames.NONE);
      for (Map.Entry<Integer, Long> segment : forced.entrySet()) {
        int number = segment.getKey();
        bytes.read(folder.resolve(Format.fileName(number)));
        harvest.begin(new Segment(number));
        SegmentScan.scan(
            bytes.array(),
            bytes.length(),
            chain.header(number).orElseThrow(),
            segment.getValue(),
            harvest::record);
      }
      return harvest;
    }

    private SegmentView segment(int number, boolean dead) throws IOException {
      String name = Format.fileName(number);
      bytes.read(folder.resolve(name));
      int length = bytes.length();
      final boolean draft = chain.isDraft(number);
      Optional<SegmentHeader> header = chain.rescue(number, bytes.array(), length);
      Map<RecordType, Integer> records = new EnumMap<>(RecordType.class);
      if (header.isEmpty()) {
        Fault fault =
            chain.newer().contains(number)
                ? Fault.NEWER
                : bytes.unreadable().isPresent()
                    ? Fault.UNREADABLE
                    : draft ? Fault.ONLY_BEGUN : Fault.NO_HEADER;
        return new SegmentView(name, length, header, fault, dead, records, List.of(), 0);
      }
      if (!dead) {
        replay.begin(new Segment(number), header.get());
      }
      SegmentScan.Result result =
          SegmentScan.scan(
              bytes.array(),
              length,
              header.get(),
              chain.namedEnd(number, bytes.array(), length),
              (type, offset, size, array, start, end) -> {
                records.merge(type, 1, Integer::sum);
                return dead || replay.record(type, offset, size, array, start, end);
              });
      forced.put(number, result.end());
      Fault fault = bytes.unreadable().isPresent() ? Fault.UNREADABLE : Fault.NONE;
      return new SegmentView(
          name,
          length,
          header,
          fault,
          dead,
          records,
          DamagedParts.unseen(number, result.damage(), names),
          result.end());
    }

    /** Looks for messages in bytes that were set aside, if it is known how they were sealed. */
    private void damaged(String name) throws IOException {
      bytes.read(folder.resolve(name));
      byte[] content = Arrays.copyOf(bytes.array(), bytes.length());
      damagedFiles.add(new DamagedFile(name, content.length, !DamagedParts.isUnseen(name)));
      int number = Format.segmentOf(name.substring(0, Math.min(12, name.length())));
      String offset =
          DamagedParts.original(name).replaceFirst("^[0-9]{8}\\.seg\\.([0-9]{8})\\.damaged$", "$1");
      if (number == 0) {
        return;
      }
      boolean part = offset.matches("[0-9]{8}");
      Optional<SegmentHeader> header =
          part ? chain.header(number) : SegmentHeader.rescue(content, content.length, number);
      header.ifPresent(there -> search(name, content, part ? Long.parseLong(offset) : 0, there));
    }

    private void search(String name, byte[] bytes, long from, SegmentHeader header) {
      SegmentScan.search(
          bytes,
          from,
          header,
          (type, offset, size, array, start, end) -> {
            if (type == RecordType.MESSAGE) {
              try {
                MessageBody.Head head = MessageBody.head(new Input(array, start, end));
                rescued.add(
                    new Rescued(
                        name,
                        Harvest.recovered(
                            MessageBody.decode(new Input(array, start, end)), head.stage())));
              } catch (IllegalArgumentException | Input.BadRecord e) {
                return false;
              }
            }
            return true;
          });
    }
  }
}
