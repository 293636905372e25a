package org.robustmqtt.client.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (X.690) as it takes to put an old form of a private key into PKCS#8. A reader of
 * elements one behind the other; not safe for several threads.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTETS = 0x04;
  static final int NULL = 0x05;
  static final int OID = 0x06;
  static final int SEQUENCE = 0x30;
  static final int CONTEXT_0 = 0xA0;

  private final byte[] bytes;
  private final int end;
  private int at;

  /** Reads these bytes. */
  Der(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Der(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean hasMore() {
    return at < end;
  }

  /** Returns the tag of the next element, -1 if there is none. */
  int tag() {
    return hasMore() ? bytes[at] & 0xFF : -1;
  }

  /**
   * Enters the next element and returns a reader of its content; this one goes on behind it.
   *
   * @throws IllegalArgumentException if it is another element, or is cut
   */
  Der enter(int tag) {
    if (tag() != tag) {
      throw new IllegalArgumentException("not the structure that its label says");
    }
    at++;
    int length = length();
    if (length < 0 || length > end - at) {
      throw new IllegalArgumentException("cut off, or damaged");
    }
    Der content = new Der(bytes, at, at + length);
    at += length;
    return content;
  }

  /** Returns what is left. */
  byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  private int length() {
    if (!hasMore()) {
      return -1;
    }
    int first = bytes[at++] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    int count = first & 0x7F;
    if (count == 0 || count > 3 || count > end - at) {
      return -1;
    }
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = length << 8 | bytes[at++] & 0xFF;
    }
    return length;
  }

  /** Returns an element of these parts. */
  static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      boolean three = length >= 0x1_0000;
      out.write(three ? 0x83 : 0x82);
      if (three) {
        out.write(length >> 16);
      }
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
