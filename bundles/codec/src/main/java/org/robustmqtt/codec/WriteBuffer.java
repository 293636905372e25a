package org.robustmqtt.codec;

import java.util.Arrays;

/**
 * A growing array that packets are written into, one after another. Reused: writing allocates only
 * when the array has to grow. Not safe for several threads.
 */
public final class WriteBuffer {
  /** The largest array that every virtual machine gives out. */
  static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

  private byte[] bytes;
  private int length;

  /**
   * Makes an empty buffer.
   *
   * @param capacity the size to begin with, in bytes
   */
  public WriteBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  /** Returns the array; valid are the first {@link #length()} bytes, until the next write. */
  public byte[] array() {
    return bytes;
  }

  /** Returns how many bytes have been written. */
  public int length() {
    return length;
  }

  /** Forgets what was written; the array stays. */
  public void clear() {
    length = 0;
  }

  /** Returns how many bytes can still be written at most. */
  int room() {
    return MAX_CAPACITY - length;
  }

  /** Makes room for so many bytes, at most {@link #room()}; the methods below rely on it. */
  void reserve(int size) {
    int needed = length + size;
    if (needed > bytes.length) {
      int doubled = (int) Math.min(MAX_CAPACITY, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
    }
  }

  void u8(int value) {
    bytes[length++] = (byte) value;
  }

  void u16(int value) {
    bytes[length] = (byte) (value >> 8);
    bytes[length + 1] = (byte) value;
    length += 2;
  }

  void u32(long value) {
    u16((int) (value >> 16));
    u16((int) value);
  }

  /** Writes the shortest form of a value (MQTT-1.5.5-1). */
  void variable(int value) {
    int rest = value;
    while (rest > 0x7F) {
      u8(rest | 0x80);
      rest >>>= 7;
    }
    u8(rest);
  }

  /** Writes a string whose characters and size have been checked. */
  void string(String value) {
    int start = length + 2;
    int end = Utf8.write(value, bytes, start);
    u16(end - start);
    length = end;
  }

  /**
   * Writes a string of ASCII only. The deprecated copy takes the low byte of each character, which
   * is exact here, and is the only one of the platform that allocates nothing.
   */
  @SuppressWarnings("deprecation")
  void ascii(String value) {
    int size = value.length();
    u16(size);
    value.getBytes(0, size, bytes, length);
    length += size;
  }

  /** Writes bytes, of which there are at most 65,535, with their length before them. */
  void binary(byte[] value) {
    u16(value.length);
    raw(value);
  }

  void raw(byte[] value) {
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }
}
