package org.robustmqtt.persistence.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The format of a staging buffer, version 1. Big-endian.
 *
 * <pre>
 * +----------+----------+---------------------------------------------------------------+
 * | header A | header B | records, in a ring ...                                        |
 * +----------+----------+---------------------------------------------------------------+
 * 0          256        512
 *
 * header (A of even openings, B of odd ones: a new opening never writes over the one before)
 *   0  magic "RMQTTBUF"   8
 *   8  format version     2
 *  10  bytes of a header  2     256
 *  12  CRC-32C of 0..11   4     the first 16 bytes stay so in every version
 *  16  journal            16    its id
 *  32  opening            8     of the journal: rises each time it is opened
 *  40  place              length 1, UTF-8: the boot of the machine, device and inode of the
 *                         journal's folder
 * 236  CRC-32C of 0..235  4
 * 240  head               8     where the oldest record is 4, and its number 4; written in one piece
 *
 * record
 * +---------+----------------------------------------+
 * | state 1 | a record as in a segment, see Format   |
 * +---------+----------------------------------------+
 *  state: 0x4C counts, 0x44 does not any more, 0x50 (alone): the next record is at 512
 *  The CRC of the record is seeded with journal and opening, and the record's number: it counts
 *  from 0 for each opening. So what is left of an earlier round of the ring is no record.
 * </pre>
 *
 * <p>The first bad record ends it. A header counts if journal, opening and place are those of the
 * journal that is opened; records that were written behind it belong to that opening only.
 */
public final class BufferFormat {
  /** Where the ring begins. */
  public static final int RING = 512;

  /** The state of a record that counts. */
  public static final byte LIVE = 0x4C;

  /** The state of one that does not count any more. */
  public static final byte DEAD = 0x44;

  /** In the place of a record: the next is at the beginning of the ring. */
  public static final byte WRAP = 0x50;

  private static final int HEADER = 256;
  private static final int CRC = 236;
  private static final int HEAD = 240;
  private static final int PLACE = 40;
  private static final long MAGIC = 0x524d515454425546L;
  private static final int VERSION = 1;

  private BufferFormat() {}

  /**
   * Whose buffer it is.
   *
   * @param journal the id of the journal, 16 bytes
   * @param opening the number of its opening
   * @param place the machine's boot and the folder of the journal, at most 190 bytes of UTF-8
   */
  public record Owner(byte[] journal, long opening, String place) {
    /** Returns the same journal, at its next opening. */
    public Owner next() {
      return new Owner(journal, opening + 1, place);
    }

    /** Returns where its header is. */
    int at() {
      return (opening & 1) == 0 ? 0 : HEADER;
    }

    /** Returns what the CRCs of its records are seeded with, in the shape of a segment's header. */
    SegmentHeader seed() {
      long generation = Format.get(journal, 0, 8) ^ Format.get(journal, 8, 8) ^ opening;
      return new SegmentHeader((int) opening, 0, generation, 0, 0, 0, 0, false);
    }
  }

  /** Returns where the head of the ring is kept. */
  public static int headAt(Owner owner) {
    return owner.at() + HEAD;
  }

  /** Returns where the header of an opening is. */
  public static int headerAt(Owner owner) {
    return owner.at();
  }

  /** Returns the value of the head: where the oldest record is, and its number. */
  public static long head(int at, int number) {
    return (long) at << 32 | number & 0xffffffffL;
  }

  /** Returns the header of an opening, without its head. */
  public static byte[] header(Owner owner) {
    byte[] bytes = new byte[HEAD];
    Format.put(bytes, 0, MAGIC, 8);
    Format.put(bytes, 8, VERSION, 2);
    Format.put(bytes, 10, HEADER, 2);
    Format.put(bytes, 12, Format.crc(bytes, 0, 12), 4);
    System.arraycopy(owner.journal(), 0, bytes, 16, 16);
    Format.put(bytes, 32, owner.opening(), 8);
    byte[] place = owner.place().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(place.length, CRC - PLACE - 1);
    Format.put(bytes, PLACE, length, 1);
    System.arraycopy(place, 0, bytes, PLACE + 1, length);
    Format.put(bytes, CRC, Format.crc(bytes, 0, CRC), 4);
    return bytes;
  }

  /** Returns whose headers a buffer has. */
  public static List<Owner> owners(byte[] buffer) {
    List<Owner> owners = new ArrayList<>();
    for (int at = 0; at <= HEADER && buffer.length >= RING; at += HEADER) {
      int length = buffer[at + PLACE] & 0xff;
      Owner owner =
          new Owner(
              Arrays.copyOfRange(buffer, at + 16, at + 32),
              Format.get(buffer, at + 32, 8),
              new String(
                  buffer,
                  at + PLACE + 1,
                  Math.min(length, CRC - PLACE - 1),
                  StandardCharsets.UTF_8));
      if (owner.at() == at && fault(buffer, owner).isEmpty()) {
        owners.add(owner);
      }
    }
    return owners;
  }

  /** Returns why a buffer is not this owner's; empty if it is. */
  public static Optional<String> fault(byte[] buffer, Owner owner) {
    byte[] wanted = header(owner);
    int at = owner.at();
    if (buffer.length >= RING && Arrays.equals(buffer, at, at + HEAD, wanted, 0, HEAD)) {
      return Optional.empty();
    }
    boolean ours = false;
    for (int other = 0; other <= HEADER && buffer.length >= RING; other += HEADER) {
      ours |=
          Format.get(buffer, other, 8) == MAGIC
              && (int) Format.get(buffer, other + CRC, 4) == Format.crc(buffer, other, other + CRC);
    }
    return Optional.of(
        ours
            ? "it is of another journal, opening, folder, or start of the machine"
            : "it has no header");
  }

  /** Returns whether anything was ever put in; before that the header may not be whole. */
  public static boolean isUsed(byte[] buffer) {
    return buffer.length > RING && buffer[RING] != 0;
  }

  /** Completes a record; returns its bytes. */
  public static int seal(Output record, Owner owner, int number) {
    return record.seal(owner.seed(), number & 0xffffffffL);
  }

  /**
   * What a reading has come to.
   *
   * @param headAt where the oldest record is
   * @param headNumber its number
   * @param tailAt where the next record goes
   * @param tailNumber its number
   */
  public record End(int headAt, int headNumber, int tailAt, int tailNumber) {}

  /**
   * Visits the records that count, in the order in which they were written. Offsets are those of
   * the states.
   *
   * @param buffer all of its bytes
   */
  public static End read(byte[] buffer, Owner owner, SegmentScan.Visitor visitor) {
    SegmentHeader seed = owner.seed();
    long head = Format.get(buffer, headAt(owner), 8);
    int headAt = (int) (head >>> 32);
    int headNumber = (int) head;
    if (headAt < RING || headAt >= buffer.length) {
      return new End(RING, 0, RING, 0);
    }
    int at = headAt;
    int number = headNumber;
    boolean wrapped = false;
    while (at < buffer.length && !(wrapped && at >= headAt)) {
      byte state = buffer[at];
      if (state == WRAP && !wrapped && isRecord(buffer, RING, number, seed)) {
        wrapped = true;
        at = RING;
        continue;
      }
      if (state != LIVE && state != DEAD || !isRecord(buffer, at, number, seed)) {
        break;
      }
      int end = (int) Records.end(buffer, at + 1, buffer.length);
      int typeAt = Records.crcAt(buffer, at + 1) + 4;
      Optional<RecordType> type = RecordType.of(buffer[typeAt] & 0xff);
      boolean good =
          state == DEAD
              || type.isPresent()
                  && visitor.record(type.get(), at, end - at, buffer, typeAt + 1, end);
      if (!good) {
        break;
      }
      at = end;
      number++;
    }
    return new End(headAt, headNumber, at, number);
  }

  private static boolean isRecord(byte[] buffer, int at, int number, SegmentHeader seed) {
    return at + 1 < buffer.length
        && Records.end(buffer, at + 1, buffer.length) > 0
        && Records.isGood(
            buffer,
            at + 1,
            (int) Records.end(buffer, at + 1, buffer.length),
            seed,
            number & 0xffffffffL);
  }
}
