package org.robustmqtt.codec;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads packets of one protocol version. It keeps no bytes: framing first ({@link #frameLength}),
 * then the packet ({@link #decode}). For no bytes at all does it throw anything but a {@link
 * CodecException}. Not safe for several threads.
 */
public final class Decoder {
  /** What {@link #frameLength} returns while the fixed header is not complete. */
  public static final int HEADER_INCOMPLETE = -1;

  private static final int SMALLEST_PACKET = 2;

  private final Dialect dialect;
  private final int maximumPacketSize;
  private final ReadBuffer body = new ReadBuffer();

  /**
   * Makes a decoder.
   *
   * @param version the version spoken; a CONNECT is read in the version that it names
   * @param sender who wrote the bytes
   * @param maximumPacketSize the largest packet accepted, in bytes, header included; at least 2
   */
  public Decoder(ProtocolVersion version, Sender sender, int maximumPacketSize) {
    if (maximumPacketSize < SMALLEST_PACKET) {
      throw new IllegalArgumentException(
          "maximum packet size " + maximumPacketSize + ": allowed is at least 2");
    }
    this.dialect = Dialect.of(Objects.requireNonNull(version, "version"), sender);
    this.maximumPacketSize = maximumPacketSize;
  }

  /**
   * Looks at the fixed header at the buffer's position and does not move it.
   *
   * @return the size of the whole packet in bytes, or {@link #HEADER_INCOMPLETE}
   * @throws CodecException if the first byte or the length is not allowed, or the packet is larger
   *     than the maximum: before its body has been received
   */
  public int frameLength(ByteBuffer in) throws CodecException {
    int start = in.position();
    int available = in.limit() - start;
    if (available == 0) {
      return HEADER_INCOMPLETE;
    }
    PacketType type = Header.type(dialect, in.get(start) & 0xFF);
    int remaining = 0;
    for (int i = 0; i < VariableByteInteger.MAX_SIZE; i++) {
      if (i + 1 >= available) {
        return HEADER_INCOMPLETE;
      }
      int b = in.get(start + 1 + i);
      remaining |= (b & 0x7F) << 7 * i;
      if (b >= 0) {
        return checkedLength(type, remaining, i + 1);
      }
    }
    throw Rule.REMAINING_LENGTH.broken(
        dialect, type + ": remaining length goes on after 4 bytes; allowed are 4");
  }

  /**
   * Looks at the head of a PUBLISH that {@link #frameLength} or {@link #decode} has refused, so
   * that it can be passed over.
   *
   * @param refusal what was thrown
   * @return empty if more bytes are needed, at most {@link PublishHead#LONGEST} together
   * @throws CodecException the refusal, if it is no PUBLISH, or one that cannot be passed over
   */
  public Optional<PublishHead> head(ByteBuffer in, CodecException refusal) throws CodecException {
    return PublishHead.look(in, refusal);
  }

  private int checkedLength(PacketType type, int remaining, int lengthSize) throws CodecException {
    if (dialect.v5() && lengthSize != VariableByteInteger.size(remaining)) {
      throw Rule.VARIABLE_BYTE_INTEGER.broken(
          dialect,
          type
              + ": remaining length "
              + remaining
              + " in "
              + lengthSize
              + " bytes; allowed is the shortest form only");
    }
    int length = 1 + lengthSize + remaining;
    if (length > maximumPacketSize) {
      throw Rule.MAXIMUM_PACKET_SIZE.broken(
          dialect, type + " of " + length + " bytes; allowed are " + maximumPacketSize);
    }
    return length;
  }

  /**
   * Reads one packet; the buffer holds at least {@link #frameLength} bytes and is moved behind it.
   *
   * @throws CodecException if the bytes are no packet that the sender may write, or not a whole
   *     one; the buffer is not moved then
   */
  public Packet decode(ByteBuffer in) throws CodecException {
    int length = frameLength(in);
    if (length < 0 || length > in.remaining()) {
      throw Rule.REMAINING_LENGTH.broken(
          dialect, "only " + in.remaining() + " bytes of a packet; allowed are whole packets");
    }
    return decode(in, length);
  }

  /**
   * As {@link #decode(ByteBuffer)}, of a packet whose header has been looked at.
   *
   * @param length what {@link #frameLength} has returned for these bytes; the buffer holds as many
   */
  public Packet decode(ByteBuffer in, int length) throws CodecException {
    int start = in.position();
    int firstByte = in.get(start) & 0xFF;
    PacketType type = Header.checkedType(firstByte);
    int bodyStart = start + 1;
    while (in.get(bodyStart++) < 0) {
      // the remaining length, which has been read and checked
    }
    int end = start + length;
    body.begin(dialect, type, in, bodyStart, end);
    Packet packet = read(type, firstByte & 0x0F);
    body.finish();
    in.position(end);
    return packet;
  }

  private Packet read(PacketType type, int flags) throws CodecException {
    return switch (type) {
      case CONNECT -> Connect.read(body);
      case CONNACK -> Connack.read(body);
      case PUBLISH -> Publish.read(body, flags);
      case PUBACK -> Puback.read(body);
      case PUBREC -> Pubrec.read(body);
      case PUBREL -> Pubrel.read(body);
      case PUBCOMP -> Pubcomp.read(body);
      case SUBSCRIBE -> Subscribe.read(body);
      case SUBACK -> Suback.read(body);
      case UNSUBSCRIBE -> Unsubscribe.read(body);
      case UNSUBACK -> Unsuback.read(body);
      case PINGREQ -> Pingreq.ONLY;
      case PINGRESP -> Pingresp.ONLY;
      case DISCONNECT -> Disconnect.read(body);
      case AUTH -> Auth.read(body);
    };
  }
}
