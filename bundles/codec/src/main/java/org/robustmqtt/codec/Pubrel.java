package org.robustmqtt.codec;

/**
 * PUBREL (section 3.6).
 *
 * @param packetId 1 to 65,535
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Pubrel(int packetId, int reasonCode, Properties properties) implements Packet {
  @Override
  public PacketType type() {
    return PacketType.PUBREL;
  }
}
