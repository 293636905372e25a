package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;

/** What the usual packets cost on the heap, counted by the virtual machine. */
class AllocationTest {
  private static final int ROUNDS = 20_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Something that is done many times. */
  private interface Round {
    void run() throws CodecException;
  }

  private static double bytesEach(Round round) throws CodecException {
    long thread = Thread.currentThread().getId();
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
    }
    long before = THREADS.getThreadAllocatedBytes(thread);
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
    }
    return (double) (THREADS.getThreadAllocatedBytes(thread) - before) / ROUNDS;
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_publish_without_properties_and_an_acknowledgement_are_written_without_allocation(
      ProtocolVersion version) throws CodecException {
    List<Packet> packets =
        List.of(
            publish(QoS.AT_MOST_ONCE, 0, "home/kitchen/temperature"),
            publish(QoS.AT_LEAST_ONCE, 1, "home/k\u00FCche/temperatur\uD83D\uDE00"),
            publish(QoS.EXACTLY_ONCE, 2, "home/kitchen/temperature"),
            new Puback(1, 0, Properties.NONE),
            new Pubrec(1, 0, Properties.NONE),
            new Pubrel(1, 0, Properties.NONE),
            new Pubcomp(1, 0, Properties.NONE),
            new Pingreq());
    Encoder encoder = new Encoder(version);
    WriteBuffer out = new WriteBuffer(4096);
    for (Packet packet : packets) {
      double bytes =
          bytesEach(
              () -> {
                out.clear();
                encoder.encode(packet, out);
              });
      assertTrue(bytes < 0.5, packet + ": " + bytes + " bytes each");
    }
  }

  @Test
  void a_publish_is_read_as_one_object_beyond_its_topic_and_payload() throws CodecException {
    WriteBuffer out = new WriteBuffer(64);
    new Encoder(ProtocolVersion.MQTT_5)
        .encode(publish(QoS.AT_LEAST_ONCE, 1, "home/kitchen/temperature"), out);
    Decoder decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.BROKER, 1024);
    ByteBuffer in = ByteBuffer.wrap(Hex.written(out));
    Packet[] last = new Packet[1];
    double bytes =
        bytesEach(
            () -> {
              in.rewind();
              last[0] = decoder.decode(in);
            });
    // record 40, string 24 and its 24 characters 40, payload of 16 bytes 32
    assertTrue(bytes <= 136, bytes + " bytes each");
  }

  @Test
  void a_buffer_that_has_grown_once_is_used_again() throws CodecException {
    Encoder encoder = new Encoder(ProtocolVersion.MQTT_5);
    WriteBuffer out = new WriteBuffer(0);
    Packet packet = publish(QoS.AT_LEAST_ONCE, 1, "t");
    for (int i = 0; i < 1000; i++) {
      encoder.encode(packet, out);
    }
    byte[] grown = out.array();
    out.clear();
    for (int i = 0; i < 1000; i++) {
      encoder.encode(packet, out);
    }
    assertTrue(grown == out.array() && grown.length < 4 * out.length());
  }

  private static Publish publish(QoS qos, int id, String topic) {
    return new Publish(false, qos, false, topic, id, Properties.NONE, new byte[16]);
  }
}
