package org.robustmqtt.benchmarks.codec;

import java.nio.charset.StandardCharsets;

/**
 * The least that a PUBLISH of QoS 1 in MQTT 3.1.1 needs, written by hand: any topic, which is not
 * checked, no properties, no limits, no errors.
 */
public final class FloorCodec {
  /** What a PUBLISH says. */
  public record Message(String topic, int packetId, byte[] payload) {}

  private static final byte USER_PROPERTY = 0x26;

  private FloorCodec() {}

  /** Writes a PUBLISH of QoS 1 and returns where it ends. */
  public static int encode(String topic, int packetId, byte[] payload, byte[] out, int start) {
    return encodeHead(topic, 1, packetId, payload, out, start, Integer.MAX_VALUE);
  }

  /**
   * Writes a PUBLISH of QoS 1 or 2 and returns where it ends.
   *
   * @param longest a payload that is longer is left out: the caller writes it
   */
  public static int encodeHead(
      String topic, int qos, int packetId, byte[] payload, byte[] out, int start, int longest) {
    int at = start;
    int chars = topic.length();
    int topicLength = chars;
    for (int i = 0; i < chars; i++) {
      char c = topic.charAt(i);
      topicLength += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    int rest = 4 + topicLength + payload.length;
    out[at++] = (byte) (0x30 | qos << 1);
    while (rest > 0x7F) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    out[at++] = (byte) (topicLength >> 8);
    out[at++] = (byte) topicLength;
    if (topicLength == chars) {
      for (int i = 0; i < chars; i++) {
        out[at++] = (byte) topic.charAt(i);
      }
    } else {
      byte[] other = topic.getBytes(StandardCharsets.UTF_8);
      System.arraycopy(other, 0, out, at, other.length);
      at += other.length;
    }
    out[at++] = (byte) (packetId >> 8);
    out[at++] = (byte) packetId;
    if (payload.length > longest) {
      return at;
    }
    System.arraycopy(payload, 0, out, at, payload.length);
    return at + payload.length;
  }

  /** Reads a PUBLISH of QoS 1. */
  public static Message decode(byte[] in, int start) {
    int at = start + 1;
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int b = in[at++];
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        break;
      }
    }
    int end = at + length;
    int topicLength = (in[at] & 0xFF) << 8 | in[at + 1] & 0xFF;
    // The check of UTF-8 is part of the reading, as the standard asks for it.
    String topic = new String(in, at + 2, topicLength, StandardCharsets.UTF_8);
    at += 2 + topicLength;
    int packetId = (in[at] & 0xFF) << 8 | in[at + 1] & 0xFF;
    at += 2;
    byte[] payload = new byte[end - at];
    System.arraycopy(in, at, payload, 0, payload.length);
    return new Message(topic, packetId, payload);
  }

  /** Reads a PUBLISH of QoS 0 that is shorter than 128 bytes. */
  public static Message decodeUnacknowledged(byte[] in, int start) {
    int end = start + 2 + in[start + 1];
    int topicLength = (in[start + 2] & 0xFF) << 8 | in[start + 3] & 0xFF;
    String topic = new String(in, start + 4, topicLength, StandardCharsets.UTF_8);
    int at = start + 4 + topicLength;
    byte[] payload = new byte[end - at];
    System.arraycopy(in, at, payload, 0, payload.length);
    return new Message(topic, 0, payload);
  }

  /** What a PUBLISH of MQTT 5 says; names and values of user properties in turn. */
  public record Message5(String topic, int packetId, String[] properties, byte[] payload) {}

  /**
   * Writes a PUBLISH of QoS 1 in MQTT 5 with user properties, all of it ASCII and each part shorter
   * than 128 bytes.
   */
  public static int encode5(
      String topic, int packetId, String[] properties, byte[] payload, byte[] out) {
    int size = 0;
    for (int i = 0; i < properties.length; i += 2) {
      size += 5 + properties[i].length() + properties[i + 1].length();
    }
    int rest = 5 + topic.length() + size + payload.length;
    int at = 0;
    out[at++] = 0x32;
    while (rest > 0x7F) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    at = ascii(topic, out, at);
    out[at++] = (byte) (packetId >> 8);
    out[at++] = (byte) packetId;
    out[at++] = (byte) size;
    for (int i = 0; i < properties.length; i += 2) {
      out[at++] = USER_PROPERTY;
      at = ascii(properties[i], out, at);
      at = ascii(properties[i + 1], out, at);
    }
    System.arraycopy(payload, 0, out, at, payload.length);
    return at + payload.length;
  }

  private static int ascii(String text, byte[] out, int start) {
    int at = start;
    int chars = text.length();
    out[at++] = (byte) (chars >> 8);
    out[at++] = (byte) chars;
    for (int i = 0; i < chars; i++) {
      out[at++] = (byte) text.charAt(i);
    }
    return at;
  }

  /** Reads a PUBLISH of QoS 1 in MQTT 5 with two user properties and no others. */
  public static Message5 decode5(byte[] in) {
    int at = 1;
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int b = in[at++];
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        break;
      }
    }
    int end = at + length;
    int topicLength = (in[at] & 0xFF) << 8 | in[at + 1] & 0xFF;
    String topic = new String(in, at + 2, topicLength, StandardCharsets.UTF_8);
    at += 2 + topicLength;
    int packetId = (in[at] & 0xFF) << 8 | in[at + 1] & 0xFF;
    at += 3;
    String[] properties = new String[4];
    for (int i = 0; i < properties.length; i++) {
      at += 1 - i % 2;
      int size = (in[at] & 0xFF) << 8 | in[at + 1] & 0xFF;
      properties[i] = new String(in, at + 2, size, StandardCharsets.UTF_8);
      at += 2 + size;
    }
    byte[] payload = new byte[end - at];
    System.arraycopy(in, at, payload, 0, payload.length);
    return new Message5(topic, packetId, properties, payload);
  }
}
