package org.robustmqtt.codec;

/** PINGRESP (section 3.13): a fixed header and nothing else, in both versions. */
public record Pingresp() implements Packet {
  /** Stands for all of them, for they are equal. */
  static final Pingresp ONLY = new Pingresp();

  @Override
  public PacketType type() {
    return PacketType.PINGRESP;
  }
}
