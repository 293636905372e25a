package org.robustmqtt.codec;

/** The first byte of a packet: its type, its flags, and who may send it (section 2.2, 2.1). */
final class Header {
  /** The flags of PUBREL, SUBSCRIBE and UNSUBSCRIBE. */
  private static final int FLAGS_OF_REQUESTS = 0x02;

  private static final PacketType[] TYPES = PacketType.values();

  private Header() {}

  /** Returns the type that a first byte names, after it and its flags have been checked. */
  static PacketType type(Dialect dialect, int firstByte) throws CodecException {
    int code = firstByte >> 4;
    if (code == 0 || code == PacketType.AUTH.code() && !dialect.v5()) {
      throw Rule.PACKET_TYPE.broken(
          dialect, "packet type " + code + "; allowed are 1 to " + (dialect.v5() ? "15" : "14"));
    }
    PacketType type = TYPES[code - 1];
    direction(dialect, type);
    int flags = firstByte & 0x0F;
    if (type == PacketType.PUBLISH) {
      Publish.checkFlags(dialect, flags);
    } else if (flags != fixedFlags(type)) {
      throw Rule.RESERVED_FLAGS.broken(
          dialect, type + ": flags " + flags + "; allowed is " + fixedFlags(type));
    }
    return type;
  }

  /** Returns the type that a first byte names which {@link #type} has accepted. */
  static PacketType checkedType(int firstByte) {
    return TYPES[(firstByte >> 4) - 1];
  }

  /** Checks that the side that writes may send a type at all. */
  static void direction(Dialect dialect, PacketType type) throws CodecException {
    if (!dialect.permits(writers(dialect, type))) {
      throw Rule.DIRECTION.broken(dialect, type + " from " + dialect.writer() + "; not allowed");
    }
  }

  private static int writers(Dialect dialect, PacketType type) {
    return switch (type) {
      case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> Dialect.CLIENT;
      case CONNACK, SUBACK, UNSUBACK, PINGRESP -> Dialect.BROKER;
      case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, AUTH -> Dialect.EITHER;
      case DISCONNECT -> dialect.v5() ? Dialect.EITHER : Dialect.CLIENT;
    };
  }

  /** Returns the flags of every type but PUBLISH. */
  static int fixedFlags(PacketType type) {
    return type == PacketType.PUBREL
            || type == PacketType.SUBSCRIBE
            || type == PacketType.UNSUBSCRIBE
        ? FLAGS_OF_REQUESTS
        : 0;
  }
}
