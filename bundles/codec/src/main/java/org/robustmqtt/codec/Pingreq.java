package org.robustmqtt.codec;

/** PINGREQ (section 3.12). */
public record Pingreq() implements Packet {
  @Override
  public PacketType type() {
    return PacketType.PINGREQ;
  }
}
