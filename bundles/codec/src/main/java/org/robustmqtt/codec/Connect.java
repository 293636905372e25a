package org.robustmqtt.codec;

import java.util.Optional;

/**
 * CONNECT (section 3.1).
 *
 * @param version the version that the client wants to speak
 * @param cleanStart clean start, called clean session in MQTT 3.1.1
 * @param keepAlive seconds, 0 (off) to 65,535
 * @param clientId may be empty
 * @param will what the broker publishes if the connection is lost
 * @param username
 * @param password
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Connect(
    ProtocolVersion version,
    boolean cleanStart,
    int keepAlive,
    String clientId,
    Optional<Will> will,
    Optional<String> username,
    Optional<byte[]> password,
    Properties properties)
    implements Packet {
  @Override
  public PacketType type() {
    return PacketType.CONNECT;
  }
}
