package org.robustmqtt.codec;

/**
 * DISCONNECT (section 3.14).
 *
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Disconnect(int reasonCode, Properties properties) implements Packet {
  @Override
  public PacketType type() {
    return PacketType.DISCONNECT;
  }
}
