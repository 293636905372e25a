package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
    List<DamagedFile> damagedFiles,
    List<Rescued> rescued) {

  /** What is wrong with a segment as a whole. */
  public enum Fault {
    /** Nothing. */
    NONE,
    /** It has no good header. */
    NO_HEADER,
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
   * @param damage ranges that cannot be read although they were forced
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

  /** A file with bytes that were set aside. */
  public record DamagedFile(String name, long size) {}

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
      if (Format.segmentOf(name) > 0 || name.endsWith(".damaged")) {
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
    private final SortedMap<Integer, byte[]> files = new TreeMap<>();
    private final SortedMap<Integer, SegmentHeader> headers = new TreeMap<>();
    private final Replay replay = new Replay();
    private final List<DamagedFile> damagedFiles = new ArrayList<>();
    private final List<Rescued> rescued = new ArrayList<>();

    Reader(Disk disk, Path folder) {
      this.disk = disk;
      this.folder = folder;
    }

    StoreView run() throws IOException {
      List<String> names = disk.list(folder);
      for (String name : names) {
        int number = Format.segmentOf(name);
        if (number > 0) {
          byte[] bytes = read(name);
          files.put(number, bytes);
          if (!SegmentHeader.isNewer(bytes, bytes.length)) {
            SegmentHeader.decode(bytes, bytes.length, number)
                .ifPresent(header -> headers.put(number, header));
          }
        }
      }
      int lowest = headers.values().stream().mapToInt(SegmentHeader::lowestLive).max().orElse(0);
      List<SegmentView> views = new ArrayList<>();
      for (int number : files.keySet()) {
        views.add(segment(number, number < lowest));
      }
      replay.dropBelow(Math.max(lowest, replay.watermark()));
      for (String name : names) {
        if (name.endsWith(".damaged")) {
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
          List.copyOf(damagedFiles),
          List.copyOf(rescued));
    }

    private Harvest harvest() {
      Harvest harvest = new Harvest(replay.live(), replay.small(), Harvest.Window.ALL);
      headers.forEach(
          (number, header) -> {
            byte[] bytes = files.get(number);
            harvest.begin(new Segment(number));
            SegmentScan.scan(bytes, bytes.length, header, 0, harvest::record);
          });
      return harvest;
    }

    private SegmentView segment(int number, boolean dead) {
      byte[] bytes = files.get(number);
      String name = Format.fileName(number);
      SegmentHeader header = headers.get(number);
      Map<RecordType, Integer> records = new EnumMap<>(RecordType.class);
      if (header == null) {
        Fault fault = SegmentHeader.isNewer(bytes, bytes.length) ? Fault.NEWER : Fault.NO_HEADER;
        return new SegmentView(
            name, bytes.length, Optional.empty(), fault, dead, records, List.of(), 0);
      }
      if (!dead) {
        replay.begin(new Segment(number), header);
      }
      boolean last = number == files.lastKey();
      SegmentScan.Result result =
          SegmentScan.scan(
              bytes,
              bytes.length,
              header,
              RecoveryScan.namedEnd(
                  headers, number, last, RecoveryScan.written(bytes, bytes.length)),
              (type, offset, size, array, start, end) -> {
                records.merge(type, 1, Integer::sum);
                return dead || replay.record(type, offset, size, array, start, end);
              });
      return new SegmentView(
          name,
          bytes.length,
          Optional.of(header),
          Fault.NONE,
          dead,
          records,
          result.damage(),
          result.end());
    }

    /** Looks for messages in bytes that were set aside, if it is known how they were sealed. */
    private void damaged(String name) throws IOException {
      byte[] bytes = read(name);
      damagedFiles.add(new DamagedFile(name, bytes.length));
      int number = Format.segmentOf(name.substring(0, Math.min(12, name.length())));
      String offset = name.replaceFirst("^[0-9]{8}\\.seg\\.([0-9]{8})\\.damaged$", "$1");
      if (number == 0) {
        return;
      }
      if (offset.matches("[0-9]{8}")) {
        if (headers.containsKey(number)) {
          search(name, bytes, Long.parseLong(offset), headers.get(number));
        }
      } else {
        for (int copy = 0; copy < 2; copy++) {
          int before = rescued.size();
          Optional<SegmentHeader> header = SegmentHeader.guess(bytes, copy, number);
          if (header.isPresent()) {
            search(name, bytes, 0, header.get());
          }
          if (rescued.size() > before) {
            return;
          }
        }
      }
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

    private byte[] read(String name) throws IOException {
      try (DiskFile file = disk.openToRead(folder.resolve(name))) {
        return RecoveryScan.readFully(file, (int) Math.min(Integer.MAX_VALUE - 8, file.size()));
      }
    }
  }
}
