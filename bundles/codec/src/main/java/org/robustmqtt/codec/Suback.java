package org.robustmqtt.codec;

import java.util.List;

/**
 * SUBACK (section 3.9).
 *
 * @param packetId 1 to 65,535
 * @param reasonCodes one for each filter, in order: the granted QoS, or 0x80 and above
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Suback(int packetId, List<Integer> reasonCodes, Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.SUBACK;
  }
}
