package org.robustmqtt.persistence.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Walks over the records of one segment, as the rule in {@link Format} says.
 *
 * <p>Design: the whole file is in one array. A segment is a few megabytes, and only one is in
 * memory at a time.
 */
public final class SegmentScan {
  /** Told of each good record, in the order of the file. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * A good record.
     *
     * @param offset where it begins
     * @param size its bytes, all included
     * @param start where its body begins in the array
     * @param end where its body ends in the array
     * @return false if the body makes no sense: the record is damage
     */
    boolean record(RecordType type, int offset, int size, byte[] array, int start, int end);
  }

  /** A range of bytes that cannot be read although it was forced. */
  public record Damage(long from, long to) {}

  /**
   * What a scan found.
   *
   * @param damage damaged ranges, in order, a copy of the header among them; a range may reach
   *     beyond the end of the file
   * @param end up to where the file is good or damaged: what follows is a torn tail
   * @param forced up to where the file itself says that it was forced: its last batch begins there;
   *     0 if there is none, so that not even the header surely was
   */
  public record Result(List<Damage> damage, long end, long forced) {}

  private static final long EFFORT = 1L << 30;

  private final byte[] array;
  private final int length;
  private final SegmentHeader header;
  private final Visitor visitor;

  /** Where in the file the array begins. */
  private long base;

  private final List<Damage> damage = new ArrayList<>();

  private long lastBatch;

  /** As {@link #lastBatchOfAll}; less than 0: not looked for yet. */
  private int lastOfAll = -1;

  /** So many bytes more may be checked that are probably no record. */
  private long effort = EFFORT;

  private SegmentScan(byte[] array, int length, SegmentHeader header, Visitor visitor) {
    this.array = array;
    this.length = length;
    this.header = header;
    this.visitor = visitor;
  }

  /**
   * Scans a segment.
   *
   * @param namedEnd up to where another segment says that this one was forced; 0 if none says it
   */
  public static Result scan(
      byte[] array, int length, SegmentHeader header, long namedEnd, Visitor visitor) {
    return new SegmentScan(array, length, header, visitor).run(namedEnd);
  }

  /**
   * Looks for good records at every place, as in bytes that were set aside; what is between does
   * not matter.
   *
   * @param from where in the segment's file the first byte of the array was
   */
  public static void search(byte[] array, long from, SegmentHeader header, Visitor visitor) {
    SegmentScan scan = new SegmentScan(array, array.length, header, visitor);
    scan.base = from;
    int at = 0;
    while (at < array.length) {
      int next = scan.record(at);
      at = next > 0 ? next : at + 1;
    }
  }

  /**
   * Visits the good records from a place on, as far as the array goes.
   *
   * @param from where in the segment's file the first byte of the array, and a record, is
   * @return the index behind the last of them; 0 if there is none
   */
  public static int walk(
      byte[] array, int length, long from, SegmentHeader header, Visitor visitor) {
    SegmentScan scan = new SegmentScan(array, length, header, visitor);
    scan.base = from;
    int at = 0;
    while (at < length) {
      int next = scan.record(at);
      if (next == 0) {
        break;
      }
      at = next;
    }
    return at;
  }

  /**
   * Returns how many bytes the record at the beginning of an array has, if it is good; 0 if the
   * array does not even say that.
   */
  public static long sizeOfFirst(byte[] array, int length) {
    long body = 0;
    for (int at = 0; at < Math.min(length, 5); at++) {
      body |= (long) (array[at] & 0x7f) << 7 * at;
      if (array[at] >= 0) {
        return at + 1 + 4 + body;
      }
    }
    return 0;
  }

  private Result run(long namedEnd) {
    int at = Format.DATA;
    while (at < length) {
      int next = record(at);
      if (next > 0) {
        at = next;
        continue;
      }
      int batch = lastBatchOfAll();
      int forced = (int) Math.min(length, Math.max(namedEnd, batch));
      if (at >= forced) {
        break;
      }
      int good = nextGood(at + 1, forced);
      if (good == 0 && batch > at && batch >= namedEnd) {
        good = batch;
      }
      if (good == 0) {
        damage.add(new Damage(at, Math.max(namedEnd, forced)));
        return result(forced, namedEnd);
      }
      damage.add(new Damage(at, good));
      at = good;
    }
    if (at < namedEnd) {
      damage.add(new Damage(at, namedEnd));
    }
    return result(Math.min(at, length), namedEnd);
  }

  /** A header was forced before anything behind it was written. */
  private Result result(long end, long namedEnd) {
    if (lastBatch > 0 || namedEnd >= Format.DATA) {
      damage.addAll(0, header.badCopies(array, length));
    }
    return new Result(damage, end, lastBatch);
  }

  /** Returns where the record at an offset ends, 0 if it is bad. */
  private int record(int offset) {
    int end = (int) Records.end(array, offset, length);
    if (end == 0 || !Records.isGood(array, offset, end, header, base + offset)) {
      return 0;
    }
    int typeAt = Records.crcAt(array, offset) + 4;
    Optional<RecordType> type = RecordType.of(array[typeAt] & 0xff);
    int size = end - offset;
    if (type.isEmpty() || !visitor.record(type.get(), offset, size, array, typeAt + 1, end)) {
      damage.add(new Damage(offset, end));
    } else if (type.get() == RecordType.BATCH) {
      lastBatch = offset;
    }
    return end;
  }

  /** Returns where the last good BATCH record begins, 0 if there is none. */
  private int lastBatchOfAll() {
    if (lastOfAll < 0) {
      lastOfAll = 0;
      for (int at = length - Format.BATCH; at >= Format.DATA && lastOfAll == 0; at--) {
        lastOfAll = isBatch(at) ? at : 0;
      }
    }
    return lastOfAll;
  }

  private boolean isBatch(int at) {
    return array[at] == Format.BATCH_LENGTH
        && array[at + 5] == (byte) RecordType.BATCH.code()
        && Records.isGood(array, at, at + Format.BATCH, header);
  }

  /**
   * Returns where the next good record begins, 0 if there is none before the end. Where very much
   * looks like a record and is none, only BATCH records are looked for at last.
   */
  private int nextGood(int from, int end) {
    for (int at = from; at < end; at++) {
      int to = Records.plausibleEnd(array, at, length, header.lease());
      if (to > 0 && effort > 0) {
        effort -= to - at;
        if (Records.isGood(array, at, to, header)) {
          return at;
        }
      } else if (to > 0 && at <= length - Format.BATCH && isBatch(at)) {
        return at;
      }
    }
    return 0;
  }
}
