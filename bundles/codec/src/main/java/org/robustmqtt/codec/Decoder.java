package org.robustmqtt.codec;

import java.nio.ByteBuffer;

/**
 * Reads packets of one protocol version. It keeps no bytes: framing first ({@link #frameLength}),
 * then the packet ({@link #decode}). Not safe for several threads.
 */
public final class Decoder {
  /** What {@link #frameLength} returns while the fixed header is not complete. */
  public static final int HEADER_INCOMPLETE = -1;

  /**
   * Makes a decoder.
   *
   * @param version the version spoken; a CONNECT is read in the version that it names
   * @param sender who wrote the bytes
   * @param maximumPacketSize the largest packet accepted, in bytes, header included
   */
  public Decoder(ProtocolVersion version, Sender sender, int maximumPacketSize) {
    throw new UnsupportedOperationException();
  }

  /**
   * Looks at the fixed header at the buffer's position and does not move it.
   *
   * @return the size of the whole packet in bytes, or {@link #HEADER_INCOMPLETE}
   * @throws CodecException if the first byte or the length is not allowed, or the packet is larger
   *     than the maximum: before its body has been received
   */
  public int frameLength(ByteBuffer in) throws CodecException {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads one packet; the buffer holds at least {@link #frameLength} bytes and is moved behind it.
   *
   * @throws CodecException if the bytes are no packet that the sender may write
   */
  public Packet decode(ByteBuffer in) throws CodecException {
    throw new UnsupportedOperationException();
  }
}
