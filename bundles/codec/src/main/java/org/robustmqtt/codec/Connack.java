package org.robustmqtt.codec;

/**
 * CONNACK (section 3.2). The return codes of MQTT 3.1.1 are told as the reason codes of MQTT 5 of
 * the same meaning: 1 as 0x84, 2 as 0x85, 3 as 0x88, 4 as 0x86, 5 as 0x87, others as 0x80.
 *
 * @param sessionPresent whether the broker kept the session
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Connack(boolean sessionPresent, int reasonCode, Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.CONNACK;
  }
}
