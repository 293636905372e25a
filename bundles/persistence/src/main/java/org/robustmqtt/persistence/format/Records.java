package org.robustmqtt.persistence.format;

import java.util.Optional;

/** What the bytes at some place must be like to be a record. */
final class Records {
  private static final int CRC = 4;

  /** The bytes of a varint of 64 bits. */
  private static final int VARINT = 10;

  /** Beyond a lease that is known, as far as numbering may have gone on since. */
  private static final long AHEAD = 1L << 33;

  private Records() {}

  /** Returns where the CRC of the record at a place is; 0 if its length is none. */
  static int crcAt(byte[] array, int at) {
    for (int i = at; i < Math.min(array.length, at + 5); i++) {
      if (array[i] >= 0) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Returns where a record ends if one begins here; 0 if its length cannot be one. */
  static long end(byte[] array, int at, int length) {
    int crcAt = crcAt(array, at);
    if (crcAt == 0 || crcAt + CRC >= length) {
      return 0;
    }
    long body = 0;
    for (int i = crcAt - 1; i >= at; i--) {
      body = body << 7 | array[i] & 0x7f;
    }
    long end = crcAt + CRC + body;
    return body >= 1 && end <= length ? end : 0;
  }

  /**
   * As {@link #end}, and 0 if type, length and sequence do not agree; the CRC is not looked at. Few
   * places that are no record pass.
   *
   * @param lease of the segment; 0: not known
   */
  static int plausibleEnd(byte[] array, int at, int length, long lease) {
    long end = end(array, at, length);
    if (end == 0) {
      return 0;
    }
    int typeAt = crcAt(array, at) + CRC;
    Optional<RecordType> type = RecordType.of(array[typeAt] & 0xff);
    if (type.isEmpty()) {
      return 0;
    }
    int body = (int) (end - typeAt - 1);
    boolean fits =
        switch (type.get()) {
          case BATCH -> body == Format.BATCH_LENGTH - 1;
          case MESSAGE -> body >= 12 && sequence(array, typeAt + 1, (int) end, lease);
          case SENT ->
              body >= 4 && body <= 2 * VARINT + 2 && sequence(array, typeAt + 1, (int) end, lease);
          case RELEASED, UNSENT, SETTLED, ABANDONED, QUARANTINED ->
              body >= 1 && body <= VARINT && sequence(array, typeAt + 1, (int) end, lease);
          case RECEIVED, COMPLETED -> body == 2;
          case FORGET_RECEIVED -> body == 0;
          case LEASE -> body >= 1 && body <= VARINT + Format.HEADER;
          case VALUE -> body >= 2;
          case WATERMARK, CLEAN -> body >= 1 && body <= VARINT;
        };
    return fits ? (int) end : 0;
  }

  private static boolean sequence(byte[] array, int from, int end, long lease) {
    long sequence = 0;
    for (int i = from, shift = 0; i < end && shift < 70; i++, shift += 7) {
      sequence |= (long) (array[i] & 0x7f) << shift;
      if (array[i] >= 0) {
        return sequence > 0
            && (lease <= 0 || lease > Long.MAX_VALUE - AHEAD || sequence < lease + AHEAD);
      }
    }
    return false;
  }

  /** Returns whether the CRC of a record is right that is at its place in the file. */
  static boolean isGood(byte[] array, int at, int end, SegmentHeader header) {
    return isGood(array, at, end, header, at);
  }

  /** Returns whether the CRC of a record is right whose place in the file is given. */
  static boolean isGood(byte[] array, int at, int end, SegmentHeader header, long offset) {
    int crcAt = crcAt(array, at);
    return (int) Format.get(array, crcAt, 4) == Format.crc(header, offset, array, at, crcAt, end);
  }
}
