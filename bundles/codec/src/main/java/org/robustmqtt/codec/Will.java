package org.robustmqtt.codec;

import java.util.Arrays;
import java.util.Objects;
import org.robustmqtt.QoS;

/**
 * The will in a CONNECT (section 3.1.2.5).
 *
 * @param topic a valid topic name
 * @param payload at most 65,535 bytes
 * @param qos its quality of service
 * @param retain whether the broker retains it
 * @param properties will delay and the properties of the message; empty in MQTT 3.1.1
 */
public record Will(String topic, byte[] payload, QoS qos, boolean retain, Properties properties) {
  /** Checks that nothing is null. */
  public Will {
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(properties, "properties");
  }

  static Will read(ReadBuffer in, QoS qos, boolean retain) throws CodecException {
    Properties properties = PropertyCodec.read(in, Place.WILL);
    String topic = in.string("will topic");
    checkTopic(in.dialect(), topic);
    return new Will(topic, in.binary("will payload"), qos, retain, properties);
  }

  /** Checks the will and returns its size. */
  long size(Dialect dialect) throws CodecException {
    long size = Check.string(dialect, Place.CONNECT, "will topic", topic);
    checkTopic(dialect, topic);
    return size
        + Check.binary(dialect, Place.CONNECT, "will payload", payload)
        + PropertyCodec.size(properties, Place.WILL, dialect);
  }

  void write(Dialect dialect, WriteBuffer out) {
    PropertyCodec.write(properties, out, dialect);
    out.string(topic);
    out.binary(payload);
  }

  private static void checkTopic(Dialect dialect, String topic) throws CodecException {
    if (topic.isEmpty() || Check.wildcard(topic) >= 0) {
      throw Rule.WILL_TOPIC.broken(
          dialect,
          "CONNECT: the will topic is empty or has a wildcard; allowed is a topic name of at"
              + " least one character without '+' and '#'");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Will that
        && topic.equals(that.topic)
        && Arrays.equals(payload, that.payload)
        && qos == that.qos
        && retain == that.retain
        && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, Arrays.hashCode(payload), qos, retain, properties);
  }

  /** Tells the will; of the payload only the size. */
  @Override
  public String toString() {
    return "Will[topic="
        + topic
        + ", payload="
        + payload.length
        + " bytes, qos="
        + qos
        + ", retain="
        + retain
        + ", properties="
        + properties
        + "]";
  }
}
