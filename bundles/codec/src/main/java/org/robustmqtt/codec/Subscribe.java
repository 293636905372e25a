package org.robustmqtt.codec;

import java.util.List;

/**
 * SUBSCRIBE (section 3.8).
 *
 * @param packetId 1 to 65,535
 * @param subscriptions at least one
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Subscribe(int packetId, List<Subscription> subscriptions, Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.SUBSCRIBE;
  }
}
