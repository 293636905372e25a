package org.robustmqtt.persistence.format;

import java.util.Optional;

/**
 * The header of a segment; drawn in {@link Format}.
 *
 * @param segment its number, 1 and more
 * @param lowestLive segments with a lower number are dead
 * @param generation never the same for two files
 * @param previous the number of the segment before, 0 if there is none
 * @param previousEnd up to where that one was forced
 * @param lease no sequence at or above was given out when it was begun
 * @param wallMillis when it was begun
 * @param carried whether it holds carried records
 */
public record SegmentHeader(
    int segment,
    int lowestLive,
    long generation,
    int previous,
    long previousEnd,
    long lease,
    long wallMillis,
    boolean carried) {

  /** Returns the bytes of both copies. */
  public byte[] encode() {
    byte[] bytes = new byte[Format.DATA];
    Format.put(bytes, 0, Format.MAGIC, 8);
    Format.put(bytes, 8, Format.VERSION, 2);
    Format.put(bytes, 10, Format.HEADER, 2);
    Format.put(bytes, 12, Format.crc(bytes, 0, 12), 4);
    Format.put(bytes, 16, segment, 4);
    Format.put(bytes, 20, lowestLive, 4);
    Format.put(bytes, 24, generation, 8);
    Format.put(bytes, 32, previous, 4);
    Format.put(bytes, 36, previousEnd, 4);
    Format.put(bytes, 40, lease, 8);
    Format.put(bytes, 48, wallMillis, 8);
    Format.put(bytes, 56, carried ? 1 : 0, 4);
    Format.put(bytes, 60, Format.crc(bytes, 0, 60), 4);
    System.arraycopy(bytes, 0, bytes, Format.HEADER, Format.HEADER);
    return bytes;
  }

  /** Returns whether a file is certainly of a newer version than {@link Format#VERSION}. */
  public static boolean isNewer(byte[] bytes, int length) {
    for (int at = 0; at <= Format.HEADER; at += Format.HEADER) {
      if (length >= at + 16
          && Format.get(bytes, at, 8) == Format.MAGIC
          && (int) Format.get(bytes, at + 12, 4) == Format.crc(bytes, at, at + 12)
          && Format.get(bytes, at + 8, 2) > Format.VERSION) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads what a header says although both copies are bad: what may be wrong is only used to look
   * whether any record fits it.
   */
  public static Optional<SegmentHeader> guess(byte[] bytes, int copy, int segment) {
    int at = copy * Format.HEADER;
    return bytes.length < at + Format.HEADER
        ? Optional.empty()
        : Optional.of(
            new SegmentHeader(segment, 0, Format.get(bytes, at + 24, 8), 0, 0, 0, 0, false));
  }

  /**
   * Reads a header from whichever copy is good; empty if none is, or if it is another segment's.
   */
  public static Optional<SegmentHeader> decode(byte[] bytes, int length, int segment) {
    for (int at = 0; at <= Format.HEADER; at += Format.HEADER) {
      if (length >= at + Format.HEADER
          && Format.get(bytes, at, 8) == Format.MAGIC
          && Format.get(bytes, at + 8, 2) == Format.VERSION
          && Format.get(bytes, at + 16, 4) == segment
          && (int) Format.get(bytes, at + 60, 4) == Format.crc(bytes, at, at + 60)) {
        return Optional.of(
            new SegmentHeader(
                segment,
                (int) Format.get(bytes, at + 20, 4),
                Format.get(bytes, at + 24, 8),
                (int) Format.get(bytes, at + 32, 4),
                Format.get(bytes, at + 36, 4),
                Format.get(bytes, at + 40, 8),
                Format.get(bytes, at + 48, 8),
                (Format.get(bytes, at + 56, 4) & 1) != 0));
      }
    }
    return Optional.empty();
  }
}
