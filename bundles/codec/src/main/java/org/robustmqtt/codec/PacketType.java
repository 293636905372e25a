package org.robustmqtt.codec;

/** The types of control packet, with the number in the first byte (5.0, section 2.1.2). */
public enum PacketType {
  /** CONNECT. */
  CONNECT(1),
  /** CONNACK. */
  CONNACK(2),
  /** PUBLISH. */
  PUBLISH(3),
  /** PUBACK. */
  PUBACK(4),
  /** PUBREC. */
  PUBREC(5),
  /** PUBREL. */
  PUBREL(6),
  /** PUBCOMP. */
  PUBCOMP(7),
  /** SUBSCRIBE. */
  SUBSCRIBE(8),
  /** SUBACK. */
  SUBACK(9),
  /** UNSUBSCRIBE. */
  UNSUBSCRIBE(10),
  /** UNSUBACK. */
  UNSUBACK(11),
  /** PINGREQ. */
  PINGREQ(12),
  /** PINGRESP. */
  PINGRESP(13),
  /** DISCONNECT. */
  DISCONNECT(14),
  /** AUTH. */
  AUTH(15);

  private final int code;

  PacketType(int code) {
    this.code = code;
  }

  /** Returns the number of the type: 1 to 15. */
  public int code() {
    return code;
  }
}
