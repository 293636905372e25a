package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentScan;

/**
 * What of a journal could not be read. Each part has a file {@code *.damaged} of its own, with the
 * bytes as far as there are any; it is the memory of the damage until a person has seen it, and is
 * called {@code *.damaged.seen} from then on.
 */
public final class DamagedParts {
  private static final String NEW = ".damaged";
  private static final String SEEN = ".damaged.seen";

  /** Of more bytes only the place is kept. */
  private static final long MOST_BYTES = 64L << 20;

  /** Further ones in a segment are one part, with what is good between them. */
  private static final int MOST_IN_SEGMENT = 16;

  private final Disk disk;
  private final Path folder;
  private final TreeSet<String> names = new TreeSet<>();
  private final List<String> added = new ArrayList<>();
  private long addedBytes;
  private long kept;

  DamagedParts(Disk disk, Path folder) throws IOException {
    this.disk = disk;
    this.folder = folder;
    for (String name : disk.list(folder)) {
      if (isOne(name)) {
        names.add(name);
        kept += size(disk, folder, name);
      }
    }
  }

  /** Returns whether a file is one of these, seen or not. */
  public static boolean isOne(String name) {
    return name.endsWith(NEW) || name.endsWith(SEEN);
  }

  /** Returns whether a file is one of these that nobody has seen. */
  static boolean isUnseen(String name) {
    return name.endsWith(NEW);
  }

  /** Returns the name that the bytes of a damaged part were set aside under at first. */
  static String original(String name) {
    return name.endsWith(SEEN) ? name.substring(0, name.length() - SEEN.length()) + NEW : name;
  }

  /** Returns where a whole file is set aside. */
  static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + NEW);
  }

  /** Says of every part that a person has seen it; returns how many these are. */
  static int acknowledge(Disk disk, Path folder) throws IOException {
    int count = 0;
    for (String name : disk.list(folder)) {
      if (isUnseen(name)) {
        Path seen = folder.resolve(name.substring(0, name.length() - NEW.length()) + SEEN);
        disk.rename(folder.resolve(name), seen);
        count++;
      }
    }
    if (count > 0) {
      disk.forceDirectory(folder);
    }
    return count;
  }

  private static String name(int number, SegmentScan.Damage part) {
    return String.format(Locale.ROOT, "%s.%08d", Format.fileName(number), part.from());
  }

  /** Returns those of the damaged parts of a segment that nobody has acknowledged. */
  static List<SegmentScan.Damage> unseen(
      int number, List<SegmentScan.Damage> parts, Collection<String> files) {
    return joined(parts).stream()
        .filter(part -> !files.contains(name(number, part) + SEEN))
        .toList();
  }

  /** Sets parts of a segment aside, except those that were before. */
  void add(int number, byte[] bytes, int length, List<SegmentScan.Damage> parts)
      throws IOException {
    for (SegmentScan.Damage part : joined(parts)) {
      String name = name(number, part) + NEW;
      if (isNew(name)) {
        int to = (int) Math.min(length, part.to());
        int from = (int) Math.min(to, part.from());
        try (DiskFile file = disk.open(folder.resolve(name))) {
          int some = hasRoom(to - from) ? to - from : 0;
          file.write(ByteBuffer.wrap(bytes, from, some), 0);
          file.force();
        }
        added(name, part.to() - part.from());
      }
    }
  }

  /** Sets a file aside in which nothing can be read. */
  void addFile(int number, long size) throws IOException {
    String name = Format.fileName(number);
    disk.rename(folder.resolve(name), aside(folder.resolve(name)));
    added(name + NEW, size);
  }

  /** Remembers that a segment is not there. */
  void addMissing(int number, long size) throws IOException {
    String name = Format.fileName(number) + NEW;
    if (isNew(name)) {
      disk.open(folder.resolve(name)).close();
      added(name, size);
    }
  }

  private static List<SegmentScan.Damage> joined(List<SegmentScan.Damage> parts) {
    if (parts.size() <= MOST_IN_SEGMENT) {
      return parts;
    }
    List<SegmentScan.Damage> joined = new ArrayList<>(parts.subList(0, MOST_IN_SEGMENT - 1));
    joined.add(
        new SegmentScan.Damage(
            parts.get(MOST_IN_SEGMENT - 1).from(), parts.get(parts.size() - 1).to()));
    return joined;
  }

  private boolean isNew(String name) {
    return !names.contains(name)
        && !names.contains(name.substring(0, name.length() - NEW.length()) + SEEN);
  }

  private void added(String name, long bytes) throws IOException {
    disk.forceDirectory(folder);
    names.add(name);
    added.add(name);
    addedBytes += bytes;
  }

  /** Makes room for so many bytes; what was seen goes first. */
  private boolean hasRoom(long bytes) throws IOException {
    for (String name : new ArrayList<>(names)) {
      if (kept + bytes > MOST_BYTES && !isUnseen(name)) {
        kept -= size(disk, folder, name);
        disk.delete(folder.resolve(name));
        names.remove(name);
      }
    }
    if (kept + bytes > MOST_BYTES) {
      return false;
    }
    kept += bytes;
    return true;
  }

  /** Returns the files of what is new since this was made. */
  List<String> added() {
    return added;
  }

  /** Returns the files of all that nobody has seen. */
  List<String> unseen() {
    return names.stream().filter(DamagedParts::isUnseen).toList();
  }

  /** Returns the bytes of all that nobody has seen: those that were lost, or else are kept. */
  long unseenBytes() throws IOException {
    long bytes = addedBytes;
    for (String name : unseen()) {
      bytes += added.contains(name) ? 0 : size(disk, folder, name);
    }
    return bytes;
  }

  private static long size(Disk disk, Path folder, String name) throws IOException {
    try (DiskFile file = disk.openToRead(folder.resolve(name))) {
      return file.size();
    }
  }
}
