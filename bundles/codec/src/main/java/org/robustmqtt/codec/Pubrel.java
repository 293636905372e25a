package org.robustmqtt.codec;

import java.util.Objects;

/**
 * PUBREL (section 3.6).
 *
 * @param packetId 1 to 65,535
 * @param reasonCode 0x00 in MQTT 3.1.1; see {@link org.robustmqtt.ReasonCode}
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Pubrel(int packetId, int reasonCode, Properties properties) implements Packet {
  /** Checks that nothing is null. */
  public Pubrel {
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.PUBREL;
  }

  static Pubrel read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    int reasonCode = Ack.reasonCode(in, Place.PUBREL, Rule.PUBREL_CODE);
    return new Pubrel(packetId, reasonCode, Ack.properties(in, Place.PUBREL));
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    return Ack.size(dialect, Place.PUBREL, Rule.PUBREL_CODE, packetId, reasonCode, properties);
  }

  void write(Dialect dialect, WriteBuffer out) {
    Ack.write(dialect, out, packetId, reasonCode, properties);
  }
}
