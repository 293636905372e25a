package org.robustmqtt.codec;

import java.util.List;

/**
 * UNSUBSCRIBE (section 3.10).
 *
 * @param packetId 1 to 65,535
 * @param filters at least one
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Unsubscribe(int packetId, List<String> filters, Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.UNSUBSCRIBE;
  }
}
