package org.robustmqtt.codec;

import java.util.Objects;

/**
 * DISCONNECT (section 3.14).
 *
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Disconnect(int reasonCode, Properties properties) implements Packet {
  /** Checks that nothing is null. */
  public Disconnect {
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.DISCONNECT;
  }

  static Disconnect read(ReadBuffer in) throws CodecException {
    int reasonCode = Ack.reasonCode(in, Place.DISCONNECT, Rule.DISCONNECT_CODE);
    return new Disconnect(reasonCode, Ack.properties(in, Place.DISCONNECT));
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    if (!dialect.v5() && !dialect.permits(Dialect.CLIENT)) {
      throw Rule.DIRECTION.broken(dialect, "DISCONNECT from a broker; allowed in MQTT 5 only");
    }
    return Ack.tailSize(dialect, Place.DISCONNECT, Rule.DISCONNECT_CODE, reasonCode, properties);
  }

  void write(Dialect dialect, WriteBuffer out) {
    Ack.writeTail(dialect, out, reasonCode, properties);
  }
}
