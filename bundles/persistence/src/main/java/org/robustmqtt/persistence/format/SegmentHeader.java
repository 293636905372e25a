package org.robustmqtt.persistence.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private static final int COPY_BOUND = 11 + Format.HEADER;

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
   * Reads a header from whichever copy is good; empty if none is, or if it is another segment's.
   */
  public static Optional<SegmentHeader> decode(byte[] bytes, int length, int segment) {
    for (int at = 0; at <= Format.HEADER; at += Format.HEADER) {
      Optional<SegmentHeader> header = decodeAt(bytes, at, length, segment);
      if (header.isPresent()) {
        return header;
      }
    }
    return Optional.empty();
  }

  private static Optional<SegmentHeader> decodeAt(byte[] bytes, int at, int length, int segment) {
    boolean good =
        length >= at + Format.HEADER
            && Format.get(bytes, at, 8) == Format.MAGIC
            && Format.get(bytes, at + 8, 2) == Format.VERSION
            && Format.get(bytes, at + 16, 4) == segment
            && (int) Format.get(bytes, at + 60, 4) == Format.crc(bytes, at, at + 60);
    return good
        ? Optional.of(
            new SegmentHeader(
                segment,
                (int) Format.get(bytes, at + 20, 4),
                Format.get(bytes, at + 24, 8),
                (int) Format.get(bytes, at + 32, 4),
                Format.get(bytes, at + 36, 4),
                Format.get(bytes, at + 40, 8),
                Format.get(bytes, at + 48, 8),
                (Format.get(bytes, at + 56, 4) & 1) != 0))
        : Optional.empty();
  }

  /** Writes the record with the third copy, except its seal. */
  public void encodeCopy(Output out) {
    out.begin(RecordType.LEASE, COPY_BOUND).varint(lease).raw(encode(), 0, Format.HEADER);
  }

  /**
   * Reads a header from whichever copy is good, also from the one among the records. Without any,
   * it is made from what the records tell: number and generation, which their CRCs need, and
   * nothing else.
   *
   * @param bytes the whole file
   * @return empty if there is no copy and no record
   */
  public static Optional<SegmentHeader> rescue(byte[] bytes, int length, int segment) {
    return decode(bytes, length, segment)
        .or(() -> copy(bytes, length, segment))
        .or(() -> LostSeed.find(bytes, length, segment));
  }

  /** Looks for the third copy; only one that is in its own record, at its own place, counts. */
  private static Optional<SegmentHeader> copy(byte[] bytes, int length, int segment) {
    for (int at = Format.COPY; at <= length - Format.HEADER; at++) {
      if (bytes[at] == (byte) (Format.MAGIC >>> 56)) {
        Optional<SegmentHeader> header = decodeAt(bytes, at, length, segment);
        if (header.isPresent() && header.get().isSealed(bytes, at)) {
          return header;
        }
      }
    }
    return Optional.empty();
  }

  /** Returns whether the bytes before a copy are those of the record that it is written in. */
  private boolean isSealed(byte[] bytes, int at) {
    Output out = new Output();
    encodeCopy(out);
    int size = out.size();
    int start = at + Format.HEADER - size;
    return (int) Format.get(bytes, start + 1, 4)
        == Format.crc(this, start, bytes, start, start + 1, at + Format.HEADER);
  }

  /** Returns which of the two copies before the records are not as they were written. */
  List<SegmentScan.Damage> badCopies(byte[] bytes, int length) {
    byte[] good = encode();
    List<SegmentScan.Damage> bad = new ArrayList<>();
    for (int at = 0; at < Format.DATA; at += Format.HEADER) {
      int end = at + Format.HEADER;
      if (length < end || !Arrays.equals(good, at, end, bytes, at, end)) {
        bad.add(new SegmentScan.Damage(at, end));
      }
    }
    return bad.size() < 2 ? bad : List.of(new SegmentScan.Damage(0, Format.DATA));
  }
}
