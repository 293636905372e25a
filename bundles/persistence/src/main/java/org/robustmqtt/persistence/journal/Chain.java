package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;

/**
 * The segment files of a folder, and what their headers say of each other: which one is dead, up to
 * where each was forced, and which one is missing.
 */
final class Chain {
  /** The bytes of each file, as far as it is known that there are so many. */
  private final SortedMap<Integer, Integer> sizes = new TreeMap<>();

  private final SortedMap<Integer, SegmentHeader> headers = new TreeMap<>();
  private final Set<Integer> newer = new TreeSet<>();
  private final Set<Integer> unreadable = new TreeSet<>();

  /** Reads the headers of a folder; nothing is changed. */
  static Chain read(Disk disk, Path folder) throws IOException {
    Chain chain = new Chain();
    SegmentBytes bytes = new SegmentBytes(disk);
    for (String name : disk.list(folder)) {
      int number = Format.segmentOf(name);
      if (number > 0) {
        // one byte more, to know whether there is more
        bytes.read(folder.resolve(name), Format.DATA + 1);
        chain.add(number, bytes);
      }
    }
    return chain;
  }

  private void add(int number, SegmentBytes beginning) {
    sizes.put(number, beginning.length());
    if (beginning.unreadable().isPresent()) {
      unreadable.add(number);
    }
    if (SegmentHeader.isNewer(beginning.array(), beginning.length())) {
      newer.add(number);
    } else {
      SegmentHeader.decode(beginning.array(), beginning.length(), number)
          .ifPresent(header -> headers.put(number, header));
    }
  }

  /** Returns the numbers of the files, ascending. */
  Collection<Integer> numbers() {
    return sizes.keySet();
  }

  /** Returns the highest number, 0 if there is none. */
  int last() {
    return sizes.isEmpty() ? 0 : sizes.lastKey();
  }

  /** Returns the number of the file that follows one that is not the last. */
  int next(int number) {
    return sizes.tailMap(number + 1).firstKey();
  }

  /** Returns the numbers of those that are of a newer version. */
  Set<Integer> newer() {
    return newer;
  }

  Optional<SegmentHeader> header(int number) {
    return Optional.ofNullable(headers.get(number));
  }

  Collection<SegmentHeader> headers() {
    return headers.values();
  }

  /**
   * Returns the header of a file whose bytes are here, from its beginning or from elsewhere in it;
   * empty if there is none and no record either.
   */
  Optional<SegmentHeader> rescue(int number, byte[] bytes, int length) {
    if (!headers.containsKey(number) && !newer.contains(number)) {
      SegmentHeader.rescue(bytes, length, number).ifPresent(header -> headers.put(number, header));
    }
    return header(number);
  }

  /** Returns the highest of what the headers say is the lowest live segment. */
  int lowest() {
    return headers.values().stream().mapToInt(SegmentHeader::lowestLive).max().orElse(0);
  }

  /** Returns whether a file has no header because the machine stopped before it had one. */
  boolean isOnlyBegun(int number) {
    return !headers.containsKey(number)
        && !unreadable.contains(number)
        && sizes.get(number) <= Format.DATA;
  }

  /** Returns whether a file with no header was there before it was used. */
  boolean isDraft(int number) {
    return isOnlyBegun(number) && (isLast(number) || namedEnd(number) < Format.DATA);
  }

  /** Returns whether no later segment says where this one ended, or has lost its header. */
  private boolean isLast(int number) {
    return sizes.tailMap(number + 1).keySet().stream().allMatch(this::isOnlyBegun);
  }

  /**
   * Returns up to where a segment was forced, as far as another one says it; 0 if it is the last.
   *
   * @param bytes its content
   */
  long namedEnd(int number, byte[] bytes, int length) {
    long named = namedEnd(number);
    // Whoever named its end is lost, so an end cannot be told from damage: call it damage.
    return named >= 0 ? named : isLast(number) ? 0 : written(bytes, length);
  }

  /** Returns up to where a segment was forced by the header of the next; -1 if none says it. */
  long namedEnd(int number) {
    long end = -1;
    for (SegmentHeader header : headers.tailMap(number + 1).values()) {
      if (header.previous() == number) {
        end = Math.max(end, header.previousEnd());
      }
    }
    return end;
  }

  /** Returns whether a later segment should say where this one ended, and none does. */
  boolean isEndUnnamed(int number) {
    return namedEnd(number) < 0 && !isLast(number);
  }

  /** Returns whether the segment that may say where this one ended cannot be read. */
  boolean isEndHidden(int number) {
    return namedEnd(number) < 0
        && sizes.tailMap(number + 1).keySet().stream()
            .anyMatch(later -> unreadable.contains(later) && !headers.containsKey(later));
  }

  /** Returns up to where something was written: a segment that was the reserve ends with zeros. */
  static int written(byte[] bytes, int length) {
    int end = length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  /**
   * Returns the segments that are not there although a later one follows them and they held
   * records.
   *
   * @param lowest those below are dead, and were deleted
   */
  List<Integer> missing(int lowest) {
    List<Integer> missing = new ArrayList<>();
    for (SegmentHeader header : headers.tailMap(lowest).values()) {
      int previous = header.previous();
      if (previous >= Math.max(1, lowest)
          && header.previousEnd() > Format.DATA
          && !sizes.containsKey(previous)
          && !missing.contains(previous)) {
        missing.add(previous);
      }
    }
    return missing;
  }
}
