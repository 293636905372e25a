package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.Output;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the one segment that is written. After an exception it must be closed and never used
 * again: what its file holds behind the last force is unknown.
 */
final class SegmentWriter {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
  private static final int CHUNK = 128 * 1024;

  private final DiskFile file;
  private final SegmentHeader header;
  private final Segment segment;
  private final Totals totals;
  private final long capacity;
  private final Output out = new Output();
  private boolean inBatch;

  /** When the batch was begun that was written last. */
  private long wallMillis;

  /** Whether the third copy of the header is written. */
  private boolean copied;

  /** Bytes and forces of a journal since it was opened. */
  static final class Totals {
    long bytes;
    long forces;
  }

  /** Takes over a file that is empty; it is closed with this writer. */
  SegmentWriter(DiskFile file, SegmentHeader header, Segment segment, Totals totals) {
    this(file, header, segment, totals, Long.MAX_VALUE);
  }

  /**
   * Takes over a file.
   *
   * @param capacity how many bytes it may have, all of which the file system has given out already,
   *     and its header is forced; {@link Long#MAX_VALUE}: it is empty and grows
   */
  SegmentWriter(
      DiskFile file, SegmentHeader header, Segment segment, Totals totals, long capacity) {
    this.file = file;
    this.header = header;
    this.segment = segment;
    this.totals = totals;
    this.capacity = capacity;
    if (isReserve()) {
      segment.size = Format.DATA;
      segment.forcedEnd = Format.DATA;
    }
  }

  /** Returns whether it was the reserve, so that there is an end to it. */
  boolean isReserve() {
    return capacity < Long.MAX_VALUE;
  }

  /** Returns whether a record of so many bytes has room, and some more of our own behind it. */
  boolean hasRoom(int bytes) {
    return segment.size + out.size() + bytes <= capacity - CHUNK / 32;
  }

  /** Writes and forces the header. */
  void begin() throws IOException {
    write(ByteBuffer.wrap(header.encode()));
    force();
  }

  /**
   * Returns where the next record is to be encoded, after the header of its batch.
   *
   * @param now the time for the header of the batch
   */
  Output next(long now) throws IOException {
    if (out.size() >= CHUNK) {
      flush();
    }
    if (!inBatch) {
      wallMillis = now;
      beginBatch();
      inBatch = true;
    }
    if (!copied && segment.size + out.size() >= Format.COPY) {
      copied = true;
      header.encodeCopy(out);
      out.seal(header, segment.size);
    }
    return out;
  }

  /** Completes the record begun last and returns its bytes. */
  int seal() {
    return out.seal(header, segment.size);
  }

  /** Writes what was encoded. */
  void flush() throws IOException {
    if (out.size() > 0) {
      write(out.buffer());
      out.clear();
    }
  }

  /** Makes what was written survive a power cut. */
  void force() throws IOException {
    file.force();
    totals.forces++;
    segment.forcedEnd = segment.size;
    inBatch = false;
    nameEnd();
  }

  /**
   * Writes the header of the next batch already now, unforced: until that batch takes its place, it
   * says that all before it was forced, so that damage in it is not taken for a torn tail.
   */
  private void nameEnd() {
    if (segment.size == Format.DATA || segment.size + Format.BATCH > capacity) {
      return;
    }
    beginBatch();
    try {
      file.write(out.buffer(), segment.size);
      totals.bytes += Format.BATCH;
    } catch (IOException e) {
      // the next batch is written over it, and tells of a disk that takes nothing
      LOG.debug("The end of a batch is not named: {}", e.toString());
    }
    out.clear();
  }

  private void beginBatch() {
    out.begin(RecordType.BATCH, Format.BATCH).number(segment.forcedEnd, 4).number(wallMillis, 6);
    out.seal(header, segment.size);
  }

  Segment segment() {
    return segment;
  }

  void close() throws IOException {
    file.close();
  }

  private void write(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    if (length > capacity - segment.size) {
      throw new IOException("the reserve is used up");
    }
    file.write(bytes, segment.size);
    segment.size += length;
    totals.bytes += length;
  }
}
