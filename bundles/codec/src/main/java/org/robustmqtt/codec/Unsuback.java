package org.robustmqtt.codec;

import java.util.List;

/**
 * UNSUBACK (section 3.11).
 *
 * @param packetId 1 to 65,535
 * @param reasonCodes one for each filter, in order; empty in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Unsuback(int packetId, List<Integer> reasonCodes, Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.UNSUBACK;
  }
}
