package org.robustmqtt.codec;

import org.robustmqtt.QoS;

/**
 * PUBLISH (section 3.3).
 *
 * @param duplicate whether this is a re-delivery
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
  @Override
  public PacketType type() {
    return PacketType.PUBLISH;
  }
}
