package org.robustmqtt.codec;

/** PINGRESP (section 3.13). */
public record Pingresp() implements Packet {
  @Override
  public PacketType type() {
    return PacketType.PINGRESP;
  }
}
