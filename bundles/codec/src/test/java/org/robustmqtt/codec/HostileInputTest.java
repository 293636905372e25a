package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.ReasonCode;

/** Bytes of somebody who means no good. */
class HostileInputTest {
  private static final long SEED = 20_261_124;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void random_bytes_are_read_or_refused(ProtocolVersion version) {
    Random random = new Random(SEED);
    int read = 0;
    byte[] likely = Hex.bytes("00 00 00 01 01 02 03 04 05 15 1F 26 61 80 FF");
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      // Purely random bytes hardly ever pass the header, so most get a better start.
      for (int at = 2; at < bytes.length && i % 4 != 0; at++) {
        bytes[at] = random.nextInt(4) == 0 ? bytes[at] : likely[random.nextInt(likely.length)];
      }
      if (bytes.length > 1 && i % 8 != 0) {
        bytes[0] = Golden.ALL.get(random.nextInt(Golden.ALL.size())).wire()[0];
        bytes[1] = (byte) (bytes.length - 2);
      }
      for (Sender sender : Sender.values()) {
        read += decodes(new Decoder(version, sender, Wire.MAXIMUM), bytes) ? 1 : 0;
      }
    }
    assertTrue(read > 1000, "too few were packets to mean anything: " + read);
  }

  @Test
  void golden_bytes_that_are_damaged_are_read_or_refused() throws CodecException {
    Random random = new Random(SEED);
    for (Golden golden : Golden.ALL) {
      for (int i = 0; i < 3000; i++) {
        byte[] bytes = golden.wire();
        for (int n = random.nextInt(4); n >= 0; n--) {
          int at = random.nextInt(bytes.length);
          bytes[at] =
              random.nextBoolean()
                  ? (byte) random.nextInt(256)
                  : (byte) new int[] {0, 1, 0x7F, 0x80, 0xFF}[random.nextInt(5)];
        }
        if (random.nextBoolean()) {
          bytes[1] = (byte) (bytes.length - 2);
        }
        GoldenTest.readable(golden, bytes);
      }
    }
  }

  private static boolean decodes(Decoder decoder, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int frame = decoder.frameLength(in);
      assertEquals(0, in.position());
      if (frame < 0) {
        assertThrows(CodecException.class, () -> decoder.decode(in));
        return false;
      }
      decoder.decode(in);
      assertEquals(frame, in.position());
      return true;
    } catch (CodecException e) {
      assertFalse(e.clause().isEmpty());
      assertEquals(0, in.position());
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_length_of_268_435_455_is_refused_on_the_header_and_allocates_nothing_of_that_size(
      ProtocolVersion version) {
    ByteBuffer header = ByteBuffer.wrap(Hex.bytes("30FFFFFF7F"));
    Decoder decoder = new Decoder(version, Sender.BROKER, 1 << 20);
    assertAllocatesLittle(
        () -> {
          CodecException e = assertThrows(CodecException.class, () -> decoder.frameLength(header));
          assertEquals(ReasonCode.PACKET_TOO_LARGE, e.reason());
        });
  }

  @Test
  void lengths_inside_that_lead_out_of_the_packet_are_refused_and_allocate_nothing_of_that_size() {
    assertAllocatesLittle(
        () -> {
          refused(MQTT_3_1_1, Sender.BROKER, 0x30, "FFFF 61"); // topic
          refused(MQTT_5, Sender.BROKER, 0x30, "0001 61 FFFFFF7F"); // properties
          refused(MQTT_5, Sender.BROKER, 0x30, "0001 61 04 09 FFFF 00"); // binary
          refused(MQTT_5, Sender.BROKER, 0x30, "0001 61 04 03 FFFF 00"); // string
          refused(MQTT_5, Sender.BROKER, 0x30, "0001 61 06 26 0001 61 FFFF"); // pair
          refused(MQTT_5, Sender.CLIENT, 0x10, "FFFF 4D"); // protocol name
          refused(MQTT_5, Sender.CLIENT, 0x10, "0004 4D515454 05 02 0000 00 FFFF 61");
          refused(MQTT_5, Sender.CLIENT, 0x10, "0004 4D515454 05 42 0000 00 0000 FFFF 61");
          refused(MQTT_5, Sender.CLIENT, 0x82, "0001 00 FFFF 61 00"); // filter
          refused(MQTT_5, Sender.CLIENT, 0xA2, "0001 00 FFFF 61");
        });
  }

  private static void refused(ProtocolVersion version, Sender sender, int first, String body) {
    Wire.refused(
        version,
        sender,
        // bytes that follow the packet must not be taken for its own
        Wire.frame(first, body) + "61".repeat(100),
        ReasonCode.MALFORMED_PACKET,
        version == MQTT_5 ? "section 2.1.4" : "section 2.2.3");
  }

  private static void assertAllocatesLittle(Runnable runnable) {
    runnable.run(); // loads the classes
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    runnable.run();
    long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
    assertTrue(allocated < 500_000, allocated + " bytes");
  }

  @Test
  void many_properties_in_the_worst_order_take_linear_time() throws CodecException {
    // Quadratic handling of 300,000 entries would take minutes, so it would be seen.
    StringBuilder properties = new StringBuilder();
    for (int i = 0; i < 150_000; i++) {
      properties.append("2600000000");
    }
    for (int i = 0; i < 150_000; i++) {
      properties.append("0B01");
    }
    WriteBuffer length = new WriteBuffer(4);
    length.variable(properties.length() / 2);
    String body = "000161" + Hex.text(Hex.written(length)) + properties;
    Publish publish = (Publish) Wire.read(MQTT_5, Sender.BROKER, Wire.frame(0x30, body));
    assertEquals(300_000, publish.properties().size());
  }
}
