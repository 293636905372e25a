package org.robustmqtt.persistence.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads a record's body. Every method throws {@link BadRecord} where the bytes end too early. */
public final class Input {
  private final byte[] array;
  private final int end;
  private int at;

  /** Reads from {@code start} to {@code end}, exclusive. */
  public Input(byte[] array, int start, int end) {
    this.array = array;
    this.at = start;
    this.end = end;
  }

  /** The bytes do not say what they should. */
  public static final class BadRecord extends RuntimeException {
    BadRecord(String message) {
      super(message, null, false, false);
    }
  }

  int at() {
    return at;
  }

  int left() {
    return end - at;
  }

  int u8() {
    need(1);
    return array[at++] & 0xff;
  }

  /** Reads a big-endian number. */
  public long number(int bytes) {
    need(bytes);
    long value = Format.get(array, at, bytes);
    at += bytes;
    return value;
  }

  /** Reads a varint of at most 64 bits. */
  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new BadRecord("varint of more than ten bytes");
  }

  int count() {
    long value = varint();
    if (value < 0 || value > left()) {
      throw new BadRecord("length " + value + ", there are " + left());
    }
    return (int) value;
  }

  /**
   * Reads a length and that many bytes, if they are a topic of plain characters.
   *
   * @return the length; 0 if they are not, and then it is not said what was read
   */
  int plainTopic() {
    int length = count();
    for (int i = at; i < at + length; i++) {
      byte each = array[i];
      if (each < ' ' || each == '+' || each == '#' || each == 0x7F) {
        return 0;
      }
    }
    at += length;
    return length;
  }

  void skip(int bytes) {
    need(bytes);
    at += bytes;
  }

  /** Reads the bytes that are left. */
  public byte[] rest() {
    byte[] bytes = Arrays.copyOfRange(array, at, end);
    at = end;
    return bytes;
  }

  byte[] bytes() {
    int length = count();
    byte[] bytes = Arrays.copyOfRange(array, at, at + length);
    at += length;
    return bytes;
  }

  /** Reads a length and that many bytes of UTF-8. */
  public String string() {
    int length = count();
    String value = new String(array, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }

  private void need(int bytes) {
    if (bytes > end - at) {
      throw new BadRecord("ends too early");
    }
  }
}
