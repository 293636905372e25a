package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden bytes, read, written, cut and damaged. */
class GoldenTest {
  static List<Golden> golden() {
    return Golden.ALL;
  }

  @Test
  void every_packet_of_every_version_has_golden_bytes() {
    for (ProtocolVersion version : ProtocolVersion.values()) {
      Set<PacketType> seen =
          Golden.ALL.stream()
              .filter(g -> g.version() == version)
              .map(g -> g.packet().type())
              .collect(Collectors.toSet());
      EnumSet<PacketType> all = EnumSet.allOf(PacketType.class);
      if (version == ProtocolVersion.MQTT_3_1_1) {
        all.remove(PacketType.AUTH);
      }
      assertEquals(all, seen, version.name());
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void a_packet_is_written_as_its_golden_bytes(Golden golden) throws CodecException {
    for (Encoder encoder :
        List.of(new Encoder(golden.version()), new Encoder(golden.version(), golden.sender()))) {
      WriteBuffer out = new WriteBuffer(0);
      int size = encoder.encode(golden.packet(), out);
      assertEquals(Hex.text(golden.wire()), Hex.text(Hex.written(out)));
      assertEquals(golden.wire().length, size);
      assertEquals(size, encoder.size(golden.packet()));
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void golden_bytes_are_read_as_their_packet_wherever_they_stand(Golden golden)
      throws CodecException {
    byte[] wire = golden.wire();
    ByteBuffer direct = ByteBuffer.allocateDirect(wire.length + 5).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer array = ByteBuffer.allocate(wire.length + 7).position(2).slice();
    for (ByteBuffer in : List.of(direct, array)) {
      in.position(3).put(wire).position(3);
      assertEquals(wire.length, golden.decoder().frameLength(in));
      assertEquals(3, in.position());
      assertEquals(golden.packet(), golden.decoder().decode(in));
      assertEquals(3 + wire.length, in.position());
    }
    ByteBuffer readOnly = ByteBuffer.wrap(wire).asReadOnlyBuffer();
    assertEquals(golden.packet(), golden.decoder().decode(readOnly));
    assertFalse(readOnly.hasRemaining());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void packets_that_are_equal_have_equal_hash_codes(Golden golden) throws CodecException {
    Packet again = golden.decoder().decode(ByteBuffer.wrap(golden.wire()));
    assertEquals(golden.packet().hashCode(), again.hashCode());
    assertEquals(golden.packet().toString(), again.toString());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void every_strict_prefix_asks_for_more(Golden golden) throws CodecException {
    byte[] wire = golden.wire();
    for (int length = 0; length < wire.length; length++) {
      ByteBuffer in = ByteBuffer.wrap(wire, 0, length);
      int frame = golden.decoder().frameLength(in);
      assertEquals(length < 2 ? Decoder.HEADER_INCOMPLETE : wire.length, frame);
      assertThrows(CodecException.class, () -> golden.decoder().decode(in));
      assertEquals(0, in.position());
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void a_body_that_is_cut_inside_a_correct_frame_is_refused_or_another_packet(Golden golden)
      throws CodecException {
    byte[] wire = golden.wire();
    for (int body = 0; body < wire.length - 2; body++) {
      byte[] cut = java.util.Arrays.copyOf(wire, 2 + body);
      cut[1] = (byte) body;
      readable(golden, cut);
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void a_byte_behind_the_last_field_is_refused_where_no_payload_takes_it(Golden golden) {
    byte[] wire = golden.wire();
    byte[] longer = java.util.Arrays.copyOf(wire, wire.length + 1);
    longer[1]++;
    boolean refused = false;
    try {
      golden.decoder().decode(ByteBuffer.wrap(longer));
    } catch (CodecException e) {
      refused = true;
    }
    Set<PacketType> openEnded =
        golden.version() == ProtocolVersion.MQTT_5
            ? EnumSet.of(
                PacketType.PUBLISH,
                PacketType.SUBACK,
                PacketType.UNSUBACK,
                PacketType.PUBACK,
                PacketType.PUBREC,
                PacketType.PUBREL,
                PacketType.PUBCOMP,
                PacketType.DISCONNECT)
            : EnumSet.of(PacketType.PUBLISH, PacketType.SUBACK);
    assertTrue(refused || openEnded.contains(golden.packet().type()), golden.toString());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void every_single_bit_flip_is_read_or_refused(Golden golden) throws CodecException {
    byte[] wire = golden.wire();
    for (int bit = 0; bit < 8 * wire.length; bit++) {
      byte[] flipped = wire.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      readable(golden, flipped);
    }
  }

  /** Asserts that bytes are refused with a reason and a clause, or are a packet we can write. */
  static void readable(Golden golden, byte[] bytes) throws CodecException {
    Packet packet;
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int frame = golden.decoder().frameLength(in);
      if (frame < 0 || frame > bytes.length) {
        return;
      }
      packet = golden.decoder().decode(in);
      assertEquals(frame, in.position());
    } catch (CodecException e) {
      assertTrue(e.reason().failure(), e.getMessage());
      assertFalse(e.clause().isEmpty(), e.getMessage());
      return;
    }
    if (packet instanceof Connack || packet instanceof Suback || packet instanceof Unsuback) {
      return; // codes that the standard does not know are read but not written
    }
    ProtocolVersion version =
        packet instanceof Connect connect ? connect.version() : golden.version();
    WriteBuffer out = new WriteBuffer(0);
    new Encoder(version, golden.sender()).encode(packet, out);
    Packet again =
        new Decoder(version, golden.sender(), 1 << 20).decode(ByteBuffer.wrap(Hex.written(out)));
    assertEquals(packet, again);
    assertArrayEquals(Hex.written(out), encodedAgain(version, again));
  }

  private static byte[] encodedAgain(ProtocolVersion version, Packet packet) throws CodecException {
    WriteBuffer out = new WriteBuffer(0);
    new Encoder(version).encode(packet, out);
    return Hex.written(out);
  }
}
