package org.robustmqtt.persistence.format;

import java.util.zip.CRC32C;

/**
 * The format of a segment, version 1. Big-endian; {@code varint} is LEB128, seven bits a byte, the
 * lowest first, and may be padded.
 *
 * <pre>
 * NNNNNNNN.seg
 * +--------+--------+---------------------------------------------------------------+
 * | header | header | records ...                                                   |
 * +--------+--------+---------------------------------------------------------------+
 * 0        64       128
 *
 * header (two equal copies, so that one bad one loses nothing)
 *  0  magic "RMQTTJRN"   8
 *  8  format version     2
 * 10  bytes of a header  2     64
 * 12  CRC-32C of 0..11   4     the first 16 bytes stay so in every version
 * 16  segment            4     its number, as in the file name
 * 20  lowest live        4     segments with a lower number are dead, and deleted unread
 * 24  generation         8     never the same for two files
 * 32  previous segment   4     0: none
 * 36  previous end       4     up to where the previous segment was forced
 * 40  lease              8     no sequence at or above was given out
 * 48  wall time          8     milliseconds, when it was begun
 * 56  flags              4     1: carried records
 * 60  CRC-32C of 0..59   4
 *
 * record
 * +---------------+---------+------+---------------------+
 * | length varint | CRC-32C | type | body                |
 * +---------------+---------+------+---------------------+
 *  length: bytes of type and body, 1 and more
 *  CRC-32C over: segment 4, generation 8, offset of the record 4, then length, type and body.
 *  So no record is valid in another file, or at another place.
 *
 * BATCH record, 16 bytes, the first after each force
 * +------+---------+------+----------------+--------------+
 * | 0x0B | CRC-32C | 0xB1 | previous end 4 | wall time 6  |
 * +------+---------+------+----------------+--------------+
 *  previous end: up to where this segment was forced: damage before it is damage
 * </pre>
 *
 * A record is bad if its length, CRC or type is. A bad record is <b>damage</b> if a later valid
 * BATCH, or the header of the next segment, names an end beyond it; reading goes on at the next
 * readable record. Otherwise it begins the <b>torn tail</b>, which was never forced.
 *
 * <p>The first record at or behind offset {@value #COPY} is a LEASE that ends with a third copy of
 * the header: the loss of the first block does not cost what is behind it. Readers of a LEASE have
 * always passed over what follows its number, so journals without the copy and programs that do not
 * know it are no other version.
 */
public final class Format {
  /** The version written, and the highest read. */
  public static final int VERSION = 1;

  /** The bytes of one copy of the header. */
  public static final int HEADER = 64;

  /** Where the records begin. */
  public static final int DATA = 2 * HEADER;

  /** The bytes of a batch record. */
  public static final int BATCH = 16;

  /** Where the third copy of the header is, or right behind: far from the block of the others. */
  public static final int COPY = 1 << 16;

  static final long MAGIC = 0x524d5154544a524eL;
  static final int BATCH_LENGTH = 11;

  private Format() {}

  /** Returns the file name of a segment. */
  public static String fileName(int segment) {
    return String.format(java.util.Locale.ROOT, "%08d.seg", segment);
  }

  /** Returns the number of a segment from its file name, 0 if it is not one. */
  public static int segmentOf(String fileName) {
    return fileName.matches("[0-9]{8}\\.seg") ? Integer.parseInt(fileName.substring(0, 8)) : 0;
  }

  /**
   * Computes the CRC of a record that begins at {@code start} and whose CRC is at {@code crcAt}.
   */
  static int crc(SegmentHeader header, long offset, byte[] array, int start, int crcAt, int end) {
    CRC32C crc = new CRC32C();
    byte[] seed = new byte[16];
    put(seed, 0, header.segment(), 4);
    put(seed, 4, header.generation(), 8);
    put(seed, 12, offset, 4);
    crc.update(seed, 0, seed.length);
    crc.update(array, start, crcAt - start);
    crc.update(array, crcAt + 4, end - crcAt - 4);
    return (int) crc.getValue();
  }

  static int crc(byte[] array, int start, int end) {
    CRC32C crc = new CRC32C();
    crc.update(array, start, end - start);
    return (int) crc.getValue();
  }

  static void put(byte[] array, int at, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      array[at + i] = (byte) (value >>> (8 * (bytes - 1 - i)));
    }
  }

  static long get(byte[] array, int at, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | array[at + i] & 0xff;
    }
    return value;
  }
}
