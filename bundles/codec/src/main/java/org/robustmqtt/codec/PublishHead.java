package org.robustmqtt.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.QoS;

/**
 * What a PUBLISH says of itself before its payload: enough to go on behind one that cannot be read,
 * and to acknowledge it.
 *
 * @param length the size of the whole packet in bytes
 * @param qos the quality of service
 * @param packetId 1 to 65,535; 0 with QoS 0
 * @param topic the beginning of the topic, for people: what is no UTF-8 shows as U+FFFD
 * @param mark made of topic and length: equal for the same message, sent again under another id
 */
public record PublishHead(int length, QoS qos, int packetId, String topic, int mark) {
  /** So many bytes are enough for the longest. */
  public static final int LONGEST = 1 + VariableByteInteger.MAX_SIZE + 2 + 65_535 + 2;

  private static final int SHOWN = 100;

  /** Checks that nothing is null. */
  public PublishHead {
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(topic, "topic");
  }

  /**
   * Looks at the bytes of a packet that was refused, and does not move them.
   *
   * @return empty if there are not enough bytes yet
   * @throws CodecException the refusal, if it is no PUBLISH, or one that cannot be passed over
   */
  static Optional<PublishHead> look(ByteBuffer in, CodecException refusal) throws CodecException {
    int start = in.position();
    int first = in.get(start) & 0xFF;
    int level = first >> 1 & 3;
    if (first >> 4 != PacketType.PUBLISH.code() || level == 3) {
      throw refusal;
    }
    int at = start + 1;
    int remaining = 0;
    for (int shift = 0; ; shift += 7) {
      if (at >= in.limit()) {
        return Optional.empty();
      }
      int b = in.get(at++);
      remaining |= (b & 0x7F) << shift;
      if (b >= 0) {
        break;
      }
      if (shift == 7 * (VariableByteInteger.MAX_SIZE - 1)) {
        throw refusal;
      }
    }
    int end = at + remaining;
    if (in.limit() < at + 2) {
      return missing(remaining < 2, refusal);
    }
    int topicStart = at + 2;
    int behindTopic = topicStart + (in.getShort(at) & 0xFFFF);
    int behindId = behindTopic + (level == 0 ? 0 : 2);
    if (behindId > end || in.limit() < behindId) {
      return missing(behindId > end, refusal);
    }
    int packetId = level == 0 ? 0 : in.getShort(behindTopic) & 0xFFFF;
    if (level > 0 && packetId == 0) {
      throw refusal;
    }
    byte[] topic = new byte[behindTopic - topicStart];
    in.get(topicStart, topic);
    return Optional.of(
        new PublishHead(
            end - start,
            QoS.of(level),
            packetId,
            new String(topic, 0, Math.min(topic.length, SHOWN), StandardCharsets.UTF_8),
            31 * Arrays.hashCode(topic) + remaining));
  }

  private static Optional<PublishHead> missing(boolean forEver, CodecException refusal)
      throws CodecException {
    if (forEver) {
      throw refusal;
    }
    return Optional.empty();
  }
}
