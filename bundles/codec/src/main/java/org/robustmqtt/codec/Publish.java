package org.robustmqtt.codec;

import java.util.Arrays;
import java.util.Objects;
import org.robustmqtt.QoS;

/**
 * PUBLISH (section 3.3).
 *
 * @param duplicate whether this is a re-delivery; never with QoS 0, also not when read
 * @param qos the quality of service
 * @param retain the retain flag
 * @param topic the topic name; empty only where a topic alias stands for it
 * @param packetId 1 to 65,535; 0 with QoS 0
 * @param properties the properties; empty in MQTT 3.1.1
 * @param payload the application message; not copied
 */
public record Publish(
    boolean duplicate,
    QoS qos,
    boolean retain,
    String topic,
    int packetId,
    Properties properties,
    byte[] payload)
    implements Packet {
  private static final int RETAIN = 0x01;
  private static final int DUPLICATE = 0x08;

  /** Checks that nothing is null. */
  public Publish {
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(properties, "properties");
    Objects.requireNonNull(payload, "payload");
  }

  @Override
  public PacketType type() {
    return PacketType.PUBLISH;
  }

  /** Checks the flags of a first byte, before anything else has been received. */
  static void checkFlags(Dialect dialect, int flags) throws CodecException {
    int qos = flags >> 1 & 3;
    if (qos == 3) {
      throw Rule.QOS_3.broken(dialect, "PUBLISH: QoS 3; allowed are 0, 1 and 2");
    }
    if (qos == 0 && (flags & DUPLICATE) != 0) {
      throw Rule.DUPLICATE_QOS_0.broken(dialect, "PUBLISH: DUP 1 with QoS 0; allowed is DUP 0");
    }
  }

  static Publish read(ReadBuffer in, int flags) throws CodecException {
    QoS qos = QoS.of(flags >> 1 & 3);
    String plain = in.plainTopic();
    String topic = plain.isEmpty() ? in.string("topic") : plain;
    int packetId = qos == QoS.AT_MOST_ONCE ? 0 : in.packetId();
    Properties properties = PropertyCodec.read(in, Place.PUBLISH);
    if (plain.isEmpty()) {
      checkTopic(in.dialect(), topic, properties);
    }
    byte[] payload = in.rest();
    return new Publish(
        (flags & DUPLICATE) != 0, qos, (flags & RETAIN) != 0, topic, packetId, properties, payload);
  }

  /** Returns the flags of the first byte. */
  int flags() {
    return (duplicate ? DUPLICATE : 0) | qos.level() << 1 | (retain ? RETAIN : 0);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect, KnownTopics known) throws CodecException {
    checkFlags(dialect, flags());
    long size = 2L + topic.length();
    if (!known.plain(topic)) {
      size = Check.string(dialect, Place.PUBLISH, "topic", topic);
      checkTopic(dialect, topic, properties);
    }
    if (qos != QoS.AT_MOST_ONCE) {
      Check.packetId(dialect, Place.PUBLISH, packetId);
      size += 2;
    } else if (packetId != 0) {
      throw Rule.NO_PACKET_ID.broken(
          dialect, "PUBLISH: packet identifier " + packetId + " with QoS 0; allowed is none (0)");
    }
    return size + PropertyCodec.size(properties, Place.PUBLISH, dialect) + payload.length;
  }

  /** Writes the packet, whose size has been found to be {@code size}. */
  void write(Dialect dialect, WriteBuffer out, int size) {
    int behindTopic = (qos == QoS.AT_MOST_ONCE ? 0 : 2) + (dialect.v5() ? 1 : 0) + payload.length;
    // As many bytes as characters are ASCII
    if (properties.isEmpty() && size == 2 + topic.length() + behindTopic) {
      out.ascii(topic);
    } else {
      out.string(topic);
    }
    if (qos != QoS.AT_MOST_ONCE) {
      out.u16(packetId);
    }
    PropertyCodec.write(properties, out, dialect);
    out.raw(payload);
  }

  private static void checkTopic(Dialect dialect, String topic, Properties properties)
      throws CodecException {
    if (topic.isEmpty() && !properties.has(Property.TOPIC_ALIAS)) {
      throw Rule.TOPIC_EMPTY.broken(
          dialect, "PUBLISH: empty topic; allowed only where a topic alias stands for it");
    }
    int wildcard = Check.wildcard(topic);
    if (wildcard >= 0) {
      throw Rule.TOPIC_WILDCARD.broken(
          dialect,
          "PUBLISH: wildcard '"
              + topic.charAt(wildcard)
              + "' in the topic at index "
              + wildcard
              + "; allowed in filters only");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Publish that
        && duplicate == that.duplicate
        && qos == that.qos
        && retain == that.retain
        && packetId == that.packetId
        && topic.equals(that.topic)
        && properties.equals(that.properties)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        duplicate, qos, retain, topic, packetId, properties, Arrays.hashCode(payload));
  }

  /** Tells the packet; of the payload only the size. */
  @Override
  public String toString() {
    return "Publish[duplicate="
        + duplicate
        + ", qos="
        + qos
        + ", retain="
        + retain
        + ", topic="
        + topic
        + ", packetId="
        + packetId
        + ", properties="
        + properties
        + ", payload="
        + payload.length
        + " bytes]";
  }
}
