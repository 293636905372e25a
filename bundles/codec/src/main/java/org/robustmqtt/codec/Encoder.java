package org.robustmqtt.codec;

/** Writes packets of one protocol version. Not safe for several threads. */
public final class Encoder {
  private final Dialect dialect;
  private final KnownTopics known = new KnownTopics();

  /** Makes an encoder for a version that writes what either side may send. */
  public Encoder(ProtocolVersion version) {
    dialect = new Dialect(version, Dialect.EITHER);
  }

  /** Makes an encoder for a version that refuses what this side may not send. */
  public Encoder(ProtocolVersion version, Sender sender) {
    dialect = Dialect.of(version, sender);
  }

  /** Returns the version that is written. */
  public ProtocolVersion version() {
    return dialect.version();
  }

  /**
   * Returns the size that a packet has on the wire, in bytes, header included.
   *
   * @throws CodecException as {@link #encode} does
   */
  public int size(Packet packet) throws CodecException {
    int body = bodySize(packet);
    return 1 + VariableByteInteger.size(body) + body;
  }

  /**
   * Appends a packet to the buffer, or throws and leaves the buffer as it was.
   *
   * @return the number of bytes appended
   * @throws CodecException if the standard does not allow the packet, naming the clause
   */
  public int encode(Packet packet, WriteBuffer out) throws CodecException {
    // The size pass checks everything, so the write pass cannot fail half-way.
    int body = bodySize(packet);
    int size = 1 + VariableByteInteger.size(body) + body;
    if (size > out.room()) {
      throw Rule.LARGEST_PACKET.broken(
          dialect, packet.type() + " of " + size + " bytes; the buffer can take " + out.room());
    }
    out.reserve(size);
    PacketType type = packet.type();
    out.u8(type.code() << 4 | flags(packet, type));
    out.variable(body);
    write(packet, type, out, body);
    return size;
  }

  private static int flags(Packet packet, PacketType type) {
    return type == PacketType.PUBLISH ? ((Publish) packet).flags() : Header.fixedFlags(type);
  }

  private int bodySize(Packet packet) throws CodecException {
    PacketType type = packet.type();
    Header.direction(dialect, type);
    long size =
        switch (type) {
          case CONNECT -> ((Connect) packet).size(dialect);
          case CONNACK -> ((Connack) packet).size(dialect);
          case PUBLISH -> ((Publish) packet).size(dialect, known);
          case PUBACK -> ((Puback) packet).size(dialect);
          case PUBREC -> ((Pubrec) packet).size(dialect);
          case PUBREL -> ((Pubrel) packet).size(dialect);
          case PUBCOMP -> ((Pubcomp) packet).size(dialect);
          case SUBSCRIBE -> ((Subscribe) packet).size(dialect);
          case SUBACK -> ((Suback) packet).size(dialect);
          case UNSUBSCRIBE -> ((Unsubscribe) packet).size(dialect);
          case UNSUBACK -> ((Unsuback) packet).size(dialect);
          case PINGREQ, PINGRESP -> 0;
          case DISCONNECT -> ((Disconnect) packet).size(dialect);
          case AUTH -> ((Auth) packet).size(dialect);
        };
    if (size > VariableByteInteger.MAX) {
      throw Rule.LARGEST_PACKET.broken(
          dialect, type + ": remaining length " + size + "; allowed are 268435455 bytes");
    }
    return (int) size;
  }

  private void write(Packet packet, PacketType type, WriteBuffer out, int body) {
    switch (type) {
      case CONNECT -> ((Connect) packet).write(dialect, out);
      case CONNACK -> ((Connack) packet).write(dialect, out);
      case PUBLISH -> ((Publish) packet).write(dialect, out, body);
      case PUBACK -> ((Puback) packet).write(dialect, out);
      case PUBREC -> ((Pubrec) packet).write(dialect, out);
      case PUBREL -> ((Pubrel) packet).write(dialect, out);
      case PUBCOMP -> ((Pubcomp) packet).write(dialect, out);
      case SUBSCRIBE -> ((Subscribe) packet).write(dialect, out);
      case SUBACK -> ((Suback) packet).write(dialect, out);
      case UNSUBSCRIBE -> ((Unsubscribe) packet).write(dialect, out);
      case UNSUBACK -> ((Unsuback) packet).write(dialect, out);
      case PINGREQ, PINGRESP -> {
        // nothing follows the header
      }
      case DISCONNECT -> ((Disconnect) packet).write(dialect, out);
      case AUTH -> ((Auth) packet).write(dialect, out);
    }
  }
}
