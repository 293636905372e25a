package org.robustmqtt.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the body of one packet. Nothing is read beyond its end, and each length is compared with
 * what is left before anything is allocated for it. Reused from packet to packet; the buffer's own
 * position is not moved.
 */
final class ReadBuffer {
  static final byte[] NO_BYTES = {};

  /** A larger copy of a body is not kept for the next one. */
  private static final int MOST_KEPT = 64 * 1024;

  private Dialect dialect;
  private Object place;

  /** What is read; the buffer's own array if it shows one. */
  private byte[] bytes = NO_BYTES;

  private final ReadTopics topics = new ReadTopics();

  private int position;
  private int end;
  private byte[] scratch = NO_BYTES;

  /** Begins with a body; {@code place} names the packet in messages. */
  void begin(Dialect dialect, Object place, ByteBuffer in, int from, int to) {
    this.dialect = dialect;
    this.place = place;
    int size = to - from;
    if (in.hasArray()) {
      bytes = in.array();
      position = in.arrayOffset() + from;
    } else {
      if (scratch.length < size || scratch.length > MOST_KEPT) {
        scratch = new byte[size];
      }
      in.get(from, scratch, 0, size);
      bytes = scratch;
      position = 0;
    }
    end = position + size;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Goes on in the version that a CONNECT names. */
  void version(ProtocolVersion version) {
    dialect = dialect.in(version);
  }

  boolean v5() {
    return dialect.v5();
  }

  int remaining() {
    return end - position;
  }

  /** Narrows the reading to the next bytes, and returns the end that was, for {@link #widen}. */
  int narrow(int length) {
    int before = end;
    end = position + length;
    return before;
  }

  void widen(int before) {
    end = before;
  }

  int u8(String what) throws CodecException {
    need(1, what);
    return bytes[position++] & 0xFF;
  }

  int u16(String what) throws CodecException {
    need(2, what);
    int value = (bytes[position] & 0xFF) << 8 | bytes[position + 1] & 0xFF;
    position += 2;
    return value;
  }

  long u32(String what) throws CodecException {
    return (long) u16(what) << 16 | u16(what);
  }

  /** Reads a packet identifier: 1 to 65,535. */
  int packetId() throws CodecException {
    int id = u16("packet identifier");
    if (id == 0) {
      throw broken(Rule.PACKET_ID, "packet identifier 0; allowed are 1 to 65535");
    }
    return id;
  }

  /** Reads a variable byte integer: 0 to 268,435,455 in the shortest form. */
  int variable(String what) throws CodecException {
    int value = 0;
    for (int i = 0; i < VariableByteInteger.MAX_SIZE; i++) {
      int b = u8(what);
      value |= (b & 0x7F) << 7 * i;
      if (b < 0x80) {
        if (b == 0 && i > 0) {
          throw broken(
              Rule.VARIABLE_BYTE_INTEGER,
              what + " in " + (i + 1) + " bytes; allowed is the shortest form only");
        }
        return value;
      }
    }
    throw broken(Rule.VARIABLE_BYTE_INTEGER, what + " goes on after 4 bytes; allowed are 4");
  }

  /**
   * Reads a topic name that is {@linkplain Utf8#plainName plain}; for any other, and where the
   * string is not complete, it returns the empty string and has read nothing.
   */
  String plainTopic() {
    if (remaining() < 2) {
      return "";
    }
    int from = position + 2;
    int to = from + ((bytes[position] & 0xFF) << 8 | bytes[position + 1] & 0xFF);
    if (to > end) {
      return "";
    }
    String topic = topics.plain(bytes, from, to);
    if (!topic.isEmpty()) {
      position = to;
    }
    return topic;
  }

  String string(String what) throws CodecException {
    int length = u16(what);
    need(length, what);
    if (length == 0) {
      return "";
    }
    int from = position;
    int to = from + length;
    position = to;
    int ascii = Utf8.asciiEnd(bytes, from, to);
    if (ascii == to) {
      return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
    int valid = Utf8.validEnd(bytes, ascii, to);
    if (valid != to) {
      int at = valid - from;
      if (bytes[valid] == 0) {
        throw broken(Rule.STRING_NULL, what + " has U+0000 at byte " + at + "; it is not allowed");
      }
      throw broken(
          Rule.STRING,
          String.format(
              "%s: byte 0x%02X at %d begins no UTF-8; allowed is well-formed UTF-8 only",
              what, bytes[valid], at));
    }
    return Utf8.read(bytes, from, to);
  }

  /** Reads bytes with their length before them. */
  byte[] binary(String what) throws CodecException {
    int length = u16(what);
    need(length, what);
    return bytes(length);
  }

  /** Reads all that is left. */
  byte[] rest() {
    return bytes(remaining());
  }

  /** Checks that nothing is left. */
  void finish() throws CodecException {
    if (position != end) {
      throw broken(
          Rule.REMAINING_LENGTH, remaining() + " bytes follow its last field; allowed are none");
    }
  }

  /** Checks that so many bytes are left for a field. */
  void need(int length, String what) throws CodecException {
    if (length > end - position) {
      throw broken(
          Rule.REMAINING_LENGTH,
          what + " needs " + length + " bytes; " + remaining() + " are left");
    }
  }

  /** Makes the exception that says what is wrong in this packet. */
  CodecException broken(Rule rule, String message) {
    return rule.broken(dialect, place + ": " + message);
  }

  private byte[] bytes(int length) {
    if (length == 0) {
      return NO_BYTES;
    }
    byte[] copy = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return copy;
  }
}
