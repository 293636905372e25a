package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RoundTripTest {
  /**
   * A generated packet.
   *
   * @param version its version
   * @param sender who may send it
   * @param packet the packet
   */
  record Sample(ProtocolVersion version, Sender sender, Packet packet) {}

  @Provide
  Arbitrary<Sample> samples() {
    return Combinators.combine(
            Arbitraries.of(ProtocolVersion.class),
            Arbitraries.of(Sender.class),
            Arbitraries.randomValue(Random::nextLong))
        .as(
            (version, sender, seed) ->
                new Sample(version, sender, new Packets(version, sender, new Random(seed)).next()));
  }

  @Provide
  Arbitrary<List<Sample>> streams() {
    return samples().list().ofMinSize(1).ofMaxSize(8);
  }

  @Property(tries = 3000)
  void what_is_written_is_read_again(@ForAll("samples") Sample sample) throws CodecException {
    WriteBuffer out = new WriteBuffer(0);
    Encoder encoder = new Encoder(sample.version(), sample.sender());
    int size = encoder.encode(sample.packet(), out);
    assertEquals(size, out.length());
    assertEquals(size, encoder.size(sample.packet()));
    ByteBuffer in = ByteBuffer.wrap(Hex.written(out));
    Decoder decoder = new Decoder(sample.version(), sample.sender(), size);
    assertEquals(size, decoder.frameLength(in));
    assertEquals(sample.packet(), decoder.decode(in));
    assertFalse(in.hasRemaining());
    if (size > 2) {
      Decoder smaller = new Decoder(sample.version(), sample.sender(), size - 1);
      assertThrows(CodecException.class, () -> smaller.frameLength(in.duplicate().rewind()));
    }
  }

  @Property(tries = 500)
  void packets_of_one_stream_are_read_one_by_one(@ForAll("streams") List<Sample> samples)
      throws CodecException {
    Sample first = samples.get(0);
    Random random = new Random(first.hashCode());
    Packets packets = new Packets(first.version(), first.sender(), random);
    Encoder encoder = new Encoder(first.version());
    WriteBuffer out = new WriteBuffer(16);
    List<Packet> written = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      written.add(packets.next());
      encoder.encode(written.get(i), out);
    }
    ByteBuffer in = ByteBuffer.wrap(out.array(), 0, out.length());
    Decoder decoder = new Decoder(first.version(), first.sender(), Wire.MAXIMUM);
    for (Packet packet : written) {
      assertEquals(packet, decoder.decode(in));
    }
    assertFalse(in.hasRemaining());
    byte[] before = Hex.written(out);
    out.clear();
    for (Packet packet : written) {
      encoder.encode(packet, out);
    }
    assertArrayEquals(before, Hex.written(out));
  }
}
