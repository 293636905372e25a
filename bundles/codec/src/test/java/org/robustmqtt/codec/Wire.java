package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.robustmqtt.ReasonCode;

/** Reads and writes packets as hex digits, and asserts what is refused and why. */
final class Wire {
  static final int MAXIMUM = 1 << 24;

  private Wire() {}

  static Packet read(ProtocolVersion version, Sender sender, String hex) throws CodecException {
    return new Decoder(version, sender, MAXIMUM).decode(ByteBuffer.wrap(Hex.bytes(hex)));
  }

  /** Makes a packet of a first byte and a body. */
  static String frame(int firstByte, String body) {
    WriteBuffer out = new WriteBuffer(16);
    byte[] bytes = Hex.bytes(body);
    out.reserve(5 + bytes.length);
    out.u8(firstByte);
    out.variable(bytes.length);
    out.raw(bytes);
    return Hex.text(Hex.written(out));
  }

  static CodecException refused(
      ProtocolVersion version, Sender sender, String hex, ReasonCode reason, String clause) {
    CodecException e = assertThrows(CodecException.class, () -> read(version, sender, hex), hex);
    assertEquals(reason, e.reason(), e.getMessage());
    assertEquals(clause, e.clause(), e.getMessage());
    assertTrue(e.getMessage().endsWith(" (" + clause + ")"), e.getMessage());
    return e;
  }

  static String written(ProtocolVersion version, Packet packet) throws CodecException {
    WriteBuffer out = new WriteBuffer(0);
    new Encoder(version).encode(packet, out);
    return Hex.text(Hex.written(out));
  }

  static CodecException notWritten(
      ProtocolVersion version, Packet packet, ReasonCode reason, String clause) {
    return notWritten(new Encoder(version), packet, reason, clause);
  }

  static CodecException notWritten(
      Encoder encoder, Packet packet, ReasonCode reason, String clause) {
    WriteBuffer out = new WriteBuffer(1);
    out.reserve(2);
    out.u16(0xCAFE);
    byte[] before = out.array();
    CodecException e =
        assertThrows(CodecException.class, () -> encoder.encode(packet, out), packet.toString());
    assertEquals(reason, e.reason(), e.getMessage());
    assertEquals(clause, e.clause(), e.getMessage());
    assertEquals(2, out.length());
    assertEquals(before, out.array());
    assertEquals("CAFE", Hex.text(Hex.written(out)));
    assertThrows(CodecException.class, () -> encoder.size(packet));
    return e;
  }
}
