package org.robustmqtt.codec;

import java.util.Objects;

/**
 * PUBCOMP (section 3.7).
 *
 * @param packetId 1 to 65,535
 * @param reasonCode 0x00 in MQTT 3.1.1; see {@link org.robustmqtt.ReasonCode}
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Pubcomp(int packetId, int reasonCode, Properties properties) implements Packet {
  /** Checks that nothing is null. */
  public Pubcomp {
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.PUBCOMP;
  }

  static Pubcomp read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    int reasonCode = Ack.reasonCode(in, Place.PUBCOMP, Rule.PUBCOMP_CODE);
    return new Pubcomp(packetId, reasonCode, Ack.properties(in, Place.PUBCOMP));
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    return Ack.size(dialect, Place.PUBCOMP, Rule.PUBCOMP_CODE, packetId, reasonCode, properties);
  }

  void write(Dialect dialect, WriteBuffer out) {
    Ack.write(dialect, out, packetId, reasonCode, properties);
  }
}
