package org.robustmqtt.codec;

/** Writes packets of one protocol version. Not safe for several threads. */
public final class Encoder {
  private final ProtocolVersion version;

  /** Makes an encoder for a version. */
  public Encoder(ProtocolVersion version) {
    this.version = version;
  }

  /** Returns the version that is written. */
  public ProtocolVersion version() {
    return version;
  }

  /**
   * Returns the size that a packet has on the wire, in bytes, header included.
   *
   * @throws CodecException as {@link #encode} does
   */
  public int size(Packet packet) throws CodecException {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends a packet to the buffer, or throws and leaves the buffer as it was.
   *
   * @return the number of bytes appended
   * @throws CodecException if the standard does not allow the packet, naming the clause
   */
  public int encode(Packet packet, WriteBuffer out) throws CodecException {
    throw new UnsupportedOperationException();
  }
}
