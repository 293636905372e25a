package org.robustmqtt.benchmarks.codec;

import java.nio.charset.StandardCharsets;

/**
 * The least that a PUBLISH of QoS 1 in MQTT 3.1.1 needs, written by hand: any topic, which is not
 * checked, no properties, no limits, no errors.
 */
public final class FloorCodec {
  /** What a PUBLISH says. */
  public record Message(String topic, int packetId, byte[] payload) {}

  private FloorCodec() {}

  /** Writes a PUBLISH of QoS 1 and returns where it ends. */
  public static int encode(String topic, int packetId, byte[] payload, byte[] out, int start) {
    int at = start;
    int chars = topic.length();
    int topicLength = chars;
    for (int i = 0; i < chars; i++) {
      char c = topic.charAt(i);
      topicLength += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    int rest = 4 + topicLength + payload.length;
    out[at++] = 0x32;
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
}
