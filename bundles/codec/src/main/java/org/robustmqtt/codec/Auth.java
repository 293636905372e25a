package org.robustmqtt.codec;

/**
 * AUTH (section 3.15), MQTT 5 only.
 *
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Auth(int reasonCode, Properties properties) implements Packet {
  @Override
  public PacketType type() {
    return PacketType.AUTH;
  }
}
