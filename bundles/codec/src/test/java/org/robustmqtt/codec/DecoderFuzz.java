package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The promises of the decoder, for any bytes: what a fuzzer calls, and {@link DecoderFuzzTest} with
 * what it found. The first three bytes of an input choose version, sender, kind of buffer, the
 * largest packet and the pieces that the stream comes in; the rest is the stream.
 */
public final class DecoderFuzz {
  static final int CHOICES = 3;
  private static final int[] MAXIMUMS = {2, 3, 16, 127, 200, 1 << 14, 1 << 20, 268_435_460};

  /** What reading may allocate, whatever is read: exceptions with their texts and stack traces. */
  private static final long BASE_ALLOCATION = 256 * 1024;

  /** The dearest byte: filters and user properties of one letter, each with its objects. */
  private static final long ALLOCATION_PER_BYTE = 200;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private DecoderFuzz() {}

  /** Called by the fuzzer; an {@link AssertionError} or any other throwable is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < CHOICES) {
      return;
    }
    ProtocolVersion version = pick(ProtocolVersion.values(), input[0]);
    Sender sender = pick(Sender.values(), input[0] >> 1);
    boolean direct = (input[0] & 4) != 0;
    int maximum = MAXIMUMS[(input[1] & 0xFF) % MAXIMUMS.length];
    ByteBuffer stream = direct ? ByteBuffer.allocateDirect(input.length) : padded(input.length);
    stream.put(input, CHOICES, input.length - CHOICES).flip();

    Heard whole = Heard.of(new Decoder(version, sender, maximum), stream, input.length);
    Heard pieces = Heard.of(new Decoder(version, sender, maximum), stream, 1 + (input[2] & 0x7F));
    assertEquals(whole, pieces, "other packets when read in pieces");
    assertBounded(version, sender, maximum, stream);
    for (int i = 0; i < whole.packets.size(); i++) {
      assertSaysTheSame(version, sender, whole.packets.get(i), whole.sizes.get(i));
    }
  }

  /** Returns a buffer that is a part of its array. */
  private static ByteBuffer padded(int size) {
    return ByteBuffer.allocate(size + 7).position(5).slice();
  }

  private static <T> T pick(T[] values, int choice) {
    return values[(choice & 1) % values.length];
  }

  private static void assertBounded(
      ProtocolVersion version, Sender sender, int maximum, ByteBuffer stream) {
    long bound = BASE_ALLOCATION + ALLOCATION_PER_BYTE * stream.remaining();
    long allocated = Long.MAX_VALUE;
    // Again if it was too much: the first time may have loaded classes.
    for (int attempt = 0; attempt < 3 && allocated > bound; attempt++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      Heard.of(new Decoder(version, sender, maximum), stream, stream.remaining() + 1);
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    assertTrue(allocated <= bound, allocated + " bytes allocated, bound is " + bound);
  }

  private static void assertSaysTheSame(
      ProtocolVersion spoken, Sender sender, Packet packet, int size) {
    assertEquals(packet.toString(), packet.toString());
    assertEquals(packet, packet);
    ProtocolVersion version = packet instanceof Connect connect ? connect.version() : spoken;
    byte[] written;
    try {
      written = written(version, sender, packet);
    } catch (CodecException e) {
      assertTrue(readOnly(packet), () -> "read, but not written: " + packet + ": " + e);
      return;
    }
    assertTrue(
        written.length <= size || readOnly(packet), () -> "written in a longer form: " + packet);
    try {
      ByteBuffer in = ByteBuffer.wrap(written);
      Packet again = new Decoder(version, sender, Math.max(2, written.length)).decode(in);
      assertEquals(packet, again);
      assertEquals(packet.hashCode(), again.hashCode());
      assertArrayEquals(written, written(version, sender, again));
    } catch (CodecException e) {
      throw new AssertionError("written, but not read: " + packet, e);
    }
  }

  private static byte[] written(ProtocolVersion version, Sender sender, Packet packet)
      throws CodecException {
    Encoder encoder = new Encoder(version, sender);
    WriteBuffer out = new WriteBuffer(0);
    assertEquals(encoder.encode(packet, out), out.length());
    assertEquals(encoder.size(packet), out.length());
    return Hex.written(out);
  }

  /** Answers of brokers that are read although no broker should write them (README). */
  private static boolean readOnly(Packet packet) {
    return switch (packet.type()) {
      case CONNACK, SUBACK, UNSUBACK -> true;
      case CONNECT,
          PUBLISH,
          PUBACK,
          PUBREC,
          PUBREL,
          PUBCOMP,
          SUBSCRIBE,
          UNSUBSCRIBE,
          PINGREQ,
          PINGRESP,
          DISCONNECT,
          AUTH ->
          false;
    };
  }

  /**
   * What a decoder made of a stream.
   *
   * @param packets the packets
   * @param sizes their sizes, in bytes
   * @param end what ended it; empty if the stream did
   */
  private record Heard(List<Packet> packets, List<Integer> sizes, String end) {
    /** Reads as the transport does: a piece more, then every packet that is there. */
    static Heard of(Decoder decoder, ByteBuffer stream, int piece) {
      List<Packet> packets = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      ByteBuffer in = stream.duplicate().limit(0);
      try {
        while (in.limit() < stream.limit()) {
          in.limit((int) Math.min(stream.limit(), (long) in.limit() + piece));
          int length = decoder.frameLength(in);
          while (length != Decoder.HEADER_INCOMPLETE && length <= in.remaining()) {
            packets.add(decoded(decoder, in, length));
            sizes.add(length);
            length = decoder.frameLength(in);
          }
        }
        return new Heard(packets, sizes, "");
      } catch (CodecException e) {
        assertTrue(e.reason().value() >= 0x80, e.reason().toString());
        return new Heard(packets, sizes, e.getMessage());
      }
    }

    private static Packet decoded(Decoder decoder, ByteBuffer in, int length)
        throws CodecException {
      int start = in.position();
      int limit = in.limit();
      try {
        Packet packet = decoder.decode(in);
        assertEquals(start + length, in.position());
        return packet;
      } catch (CodecException e) {
        assertEquals(start, in.position(), "moved by a refused packet");
        throw e;
      } finally {
        assertEquals(limit, in.limit());
      }
    }
  }
}
