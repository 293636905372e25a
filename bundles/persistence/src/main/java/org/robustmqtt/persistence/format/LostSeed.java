package org.robustmqtt.persistence.format;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out with what the CRCs of a segment were begun when every copy of its header is lost.
 *
 * <p>The file name says the number. Of the generation a CRC sees 32 bits only: its remainder. A CRC
 * can be run backwards, so every record says what remainder makes it good. What is no record says
 * something at random; two records that follow each other say the same. The remainder takes the
 * place of the generation: it makes every record of the file good, and no other.
 */
final class LostSeed {
  /** Longer records are not asked: there are shorter ones beside them, and most are none. */
  private static final int LONGEST = 2_048;

  private static final int[] FORWARD = new int[256];
  private static final int[] BACKWARD = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ 0x82f63b78;
      }
      FORWARD[i] = value;
      BACKWARD[value >>> 24] = i;
    }
  }

  private final byte[] array;
  private final int length;
  private final int segment;
  private final SegmentHeader zero;

  private LostSeed(byte[] array, int length, int segment) {
    this.array = array;
    this.length = length;
    this.segment = segment;
    this.zero = header(0);
  }

  /** Returns a header with which the records of a file are good; empty if there are none. */
  static Optional<SegmentHeader> find(byte[] array, int length, int segment) {
    return new LostSeed(array, length, segment).find();
  }

  private SegmentHeader header(long generation) {
    return new SegmentHeader(segment, 0, generation, 0, 0, 0, 0, false);
  }

  /** The seed that most bytes speak for; a payload may hold the records of another journal. */
  private Optional<SegmentHeader> find() {
    Map<Long, Integer> bytes = new HashMap<>();
    int at = Format.DATA;
    while (at < length) {
      int end = end(at);
      long seed = end > 0 && end - at <= LONGEST ? seed(at, end) : 0;
      int chain = seed == 0 ? at : chain(at, end, header(seed));
      if (chain > at) {
        bytes.merge(seed, chain - at, Integer::sum);
        at = chain;
      } else {
        at++;
      }
    }
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> header(most.getKey()));
  }

  private int end(int at) {
    return Records.plausibleEnd(array, at, length, Long.MAX_VALUE);
  }

  /** Returns where the records end that follow one another; the first alone does not count. */
  private int chain(int at, int firstEnd, SegmentHeader header) {
    int end = firstEnd;
    while (end < length) {
      int next = end(end);
      if (next == 0 || !Records.isGood(array, end, next, header)) {
        break;
      }
      end = next;
    }
    return end == firstEnd ? at : end;
  }

  /** Returns the remainder that makes a record good. */
  private long seed(int at, int end) {
    int crcAt = Records.crcAt(array, at);
    int difference =
        (int) Format.get(array, crcAt, 4) ^ Format.crc(zero, at, array, at, crcAt, end);
    // the low half of the generation, the offset, and the record without its CRC
    for (int left = 4 + 4 + end - at - 4; left > 0; left--) {
      int index = BACKWARD[difference >>> 24];
      difference = (difference ^ FORWARD[index]) << 8 | index;
    }
    return Integer.reverseBytes(difference) & 0xffffffffL;
  }
}
