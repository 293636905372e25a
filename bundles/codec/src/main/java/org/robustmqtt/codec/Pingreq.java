package org.robustmqtt.codec;

/** PINGREQ (section 3.12): a fixed header and nothing else, in both versions. */
public record Pingreq() implements Packet {
  /** Stands for all of them, for they are equal. */
  static final Pingreq ONLY = new Pingreq();

  @Override
  public PacketType type() {
    return PacketType.PINGREQ;
  }
}
