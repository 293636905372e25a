package org.robustmqtt.persistence.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array into which records are encoded. A record is begun with an upper bound of its
 * length, so that its length can be put before it, and sealed with its CRC when its body is there.
 */
public final class Output {
  private static final int KEPT = 256 * 1024;

  private byte[] array = new byte[512];
  private int at;
  private int start;
  private int lengthBytes;

  /** Returns how many bytes there are. */
  public int size() {
    return at;
  }

  /** Forgets all bytes, and memory beyond what is usually needed. */
  public void clear() {
    at = 0;
    if (array.length > KEPT) {
      array = new byte[KEPT];
    }
  }

  /** Returns the bytes to be written; valid until the next change. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(array, 0, at);
  }

  /**
   * Begins a record.
   *
   * @param bound at least the number of bytes of its body
   */
  public Output begin(RecordType type, int bound) {
    ensure(bound + 10);
    start = at;
    lengthBytes = bound < 0x7f ? 1 : bound < 0x3fff ? 2 : bound < 0x1fffff ? 3 : 5;
    at += lengthBytes + 4;
    array[at++] = (byte) type.code();
    return this;
  }

  /**
   * Completes the record begun last.
   *
   * @param base where in the file the first byte of this output will be
   * @return the bytes of the record
   */
  public int seal(SegmentHeader header, long base) {
    long length = at - start - lengthBytes - 4L;
    for (int i = 0; i < lengthBytes; i++) {
      array[start + i] = (byte) (length & 0x7f | (i < lengthBytes - 1 ? 0x80 : 0));
      length >>>= 7;
    }
    assert length == 0 : "the bound was too small";
    int crcAt = start + lengthBytes;
    Format.put(array, crcAt, Format.crc(header, base + start, array, start, crcAt, at), 4);
    return at - start;
  }

  Output u8(int value) {
    ensure(1);
    array[at++] = (byte) value;
    return this;
  }

  /** Writes a big-endian number. */
  public Output number(long value, int bytes) {
    ensure(bytes);
    Format.put(array, at, value, bytes);
    at += bytes;
    return this;
  }

  /** Writes a varint. */
  public Output varint(long value) {
    ensure(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      array[at++] = (byte) (left & 0x7f | 0x80);
      left >>>= 7;
    }
    array[at++] = (byte) left;
    return this;
  }

  /** Writes bytes without a length. */
  public Output raw(byte[] bytes, int from, int to) {
    ensure(to - from);
    System.arraycopy(bytes, from, array, at, to - from);
    at += to - from;
    return this;
  }

  Output bytes(byte[] bytes) {
    return varint(bytes.length).raw(bytes, 0, bytes.length);
  }

  /** Writes a length and the UTF-8 of a string. */
  public Output string(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  private void ensure(int more) {
    if (more > array.length - at) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, at + more));
    }
  }
}
