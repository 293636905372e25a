package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.testing.VirtualChannel;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.WriteBuffer;

class TransportTest {
  private static final int MAXIMUM = 1 << 20;

  private final VirtualWorld world = new VirtualWorld(1);
  private final Heard heard = new Heard();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<Integer> writes = new ArrayList<>();
  private VirtualChannel channel;
  private Transport transport;

  @BeforeEach
  void open() throws Exception {
    world
        .net()
        .accept(
            "10.0.0.1",
            1,
            accepted -> {
              channel = accepted;
              channel.peer(
                  bytes -> {
                    written.writeBytes(bytes);
                    writes.add(bytes.length);
                  },
                  () -> {});
            });
    Opener.Target target =
        new Opener.Target("10.0.0.1", 1, 1_000_000_000L, ProtocolVersion.MQTT_5, MAXIMUM);
    Opener opener =
        new Opener(
            world.doors(),
            target,
            heard,
            new Opener.Answer() {
              @Override
              public void resolved(List<InetAddress> addresses) {}

              @Override
              public void opened(Transport opened) {
                transport = opened;
              }

              @Override
              public void failed(OpenFailure failure) {
                throw new AssertionError(failure);
              }
            });
    world.onLoop(opener::start);
    assertEquals(List.of(new InetSocketAddress("10.0.0.1", 1)), world.net().dialled());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000, 8_192, 65_536, Integer.MAX_VALUE})
  void packets_are_read_however_the_bytes_are_cut(int atMost) {
    channel.readAtMost(atMost);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int[] sizes = {0, 1, 100, 127, 128, 5_000, 8_190, 20_000, 70_000, 3, 200_000, 0};
    for (int size : sizes) {
      all.writeBytes(bytes(publish("t", size)));
    }
    channel.send(all.toByteArray());
    world.run();
    assertEquals(sizes.length, heard.packets.size());
    for (int i = 0; i < sizes.length; i++) {
      byte[] payload = ((Publish) heard.packets.get(i)).payload();
      assertEquals(sizes[i], payload.length);
      for (int at = 0; at < payload.length; at++) {
        assertEquals((byte) at, payload[at]);
      }
    }
  }

  @Test
  void one_connection_does_not_keep_the_loop() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < 10_000; i++) {
      all.writeBytes(bytes(publish("t", 10)));
    }
    channel.send(all.toByteArray());
    List<Integer> between = new ArrayList<>();
    world.doors().loop().execute(() -> countEachRound(between));
    world.run();
    assertEquals(10_000, heard.packets.size());
    int before = 0;
    for (int count : between) {
      assertTrue(count - before <= 2 * Transport.TURN_PACKETS, "one turn: " + (count - before));
      before = count;
    }
  }

  private void countEachRound(List<Integer> between) {
    between.add(heard.packets.size());
    if (heard.packets.size() < 10_000) {
      world.doors().loop().execute(() -> countEachRound(between));
    }
  }

  @Test
  void packets_written_in_one_turn_go_in_one_write() {
    world.onLoop(
        () -> {
          for (int i = 0; i < 100; i++) {
            write(publish("t", 10), 0);
          }
        });
    assertEquals(1, writes.size());
    assertEquals(100 * bytes(publish("t", 10)).length, written.size());
    assertEquals(0, waiting());
  }

  @Test
  void what_is_not_taken_is_kept_and_goes_in_order() {
    channel.room(5);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 50; i++) {
      Publish packet = publish("topic/" + i, i * 10);
      expected.writeBytes(bytes(packet));
      world.onLoop(() -> write(packet, 0));
      channel.room(7);
      world.run();
    }
    assertTrue(waiting() > 0);
    channel.room(Integer.MAX_VALUE);
    world.run();
    assertEquals(0, waiting());
    assertTrue(Arrays.equals(expected.toByteArray(), written.toByteArray()));
  }

  @Test
  void a_message_is_handed_over_when_its_last_byte_was_taken() {
    channel.room(0);
    world.onLoop(
        () -> {
          write(publish("t", 10), 1);
          write(publish("t", 10), 2);
        });
    int size = bytes(publish("t", 10)).length;
    channel.room(size - 1);
    world.run();
    assertEquals(List.of(), heard.handedOver);
    channel.room(1);
    world.run();
    assertEquals(List.of(1L), heard.handedOver);
    channel.room(size);
    world.run();
    assertEquals(List.of(1L, 2L), heard.handedOver);
  }

  @Test
  void closing_tells_which_messages_were_not_handed_over() {
    int size = bytes(publish("t", 10)).length;
    channel.room(size + 1);
    List<Long> unsent = new ArrayList<>();
    world.onLoop(
        () -> {
          for (long sequence = 1; sequence <= 40; sequence++) {
            write(publish("t", 10), sequence);
          }
          transport.flush();
          transport.close(unsent::add);
          transport.close(unsent::add);
        });
    assertEquals(List.of(1L), heard.handedOver);
    assertEquals(39, unsent.size());
    assertEquals(2, unsent.get(0));
    assertEquals(40, unsent.get(38));
    assertFalse(channel.isOpen());
  }

  @Test
  void what_came_before_the_end_is_read_before_the_end_is_told() {
    channel.send(bytes(new Pingresp()));
    channel.sendEnd();
    world.run();
    assertEquals(1, heard.packets.size());
    assertTrue(heard.ended instanceof EOFException);
  }

  @Test
  void a_reset_is_told_once() {
    channel.reset();
    world.run();
    world.advance(Duration.ofSeconds(1));
    assertEquals("Connection reset", heard.ended.getMessage());
    assertEquals(1, heard.ends);
  }

  @Test
  void a_write_that_fails_is_told_on_the_loop_later() {
    channel.wantRead(false);
    channel.reset();
    world.onLoop(
        () -> {
          write(new Pingreq(), 0);
          assertFalse(transport.flush());
          assertEquals(0, heard.ends);
        });
    assertEquals(1, heard.ends);
  }

  @Test
  void bytes_that_are_no_packet_are_refused_with_the_reason() {
    channel.send(new byte[] {(byte) 0xF3, 0});
    world.run();
    assertEquals(ReasonCode.MALFORMED_PACKET, heard.malformed.reason());
  }

  @Test
  void a_packet_over_the_maximum_is_refused_by_its_head_alone() {
    byte[] all = bytes(publish("t", MAXIMUM));
    channel.send(Arrays.copyOf(all, 10));
    world.run();
    assertEquals(ReasonCode.PACKET_TOO_LARGE, heard.malformed.reason());
  }

  @Test
  void a_defect_in_the_handling_of_a_packet_is_told() {
    RuntimeException defect = new IllegalStateException("defect");
    heard.throwing = defect;
    channel.send(bytes(new Pingresp()));
    world.run();
    assertSame(defect, heard.defect);
  }

  @Test
  void a_packet_that_cannot_be_written_leaves_nothing_behind() {
    world.onLoop(
        () -> {
          Publish wrong =
              new Publish(false, QoS.AT_LEAST_ONCE, false, "t", 0, Properties.NONE, new byte[0]);
          boolean refused = false;
          try {
            transport.write(wrong);
          } catch (CodecException e) {
            refused = true;
          }
          assertTrue(refused);
          write(new Pingreq(), 0);
        });
    assertTrue(Arrays.equals(bytes(new Pingreq()), written.toByteArray()));
  }

  private void write(Packet packet, long sequence) {
    try {
      if (sequence == 0) {
        transport.write(packet);
      } else {
        transport.write(packet, sequence);
      }
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }

  private long waiting() {
    return transport.waiting();
  }

  private static Publish publish(String topic, int size) {
    byte[] payload = new byte[size];
    for (int i = 0; i < size; i++) {
      payload[i] = (byte) i;
    }
    return new Publish(false, QoS.AT_MOST_ONCE, false, topic, 0, Properties.NONE, payload);
  }

  private static byte[] bytes(Packet packet) {
    Sender sender = packet instanceof Pingresp ? Sender.BROKER : Sender.CLIENT;
    WriteBuffer buffer = new WriteBuffer(16);
    try {
      new Encoder(ProtocolVersion.MQTT_5, sender).encode(packet, buffer);
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
    return Arrays.copyOf(buffer.array(), buffer.length());
  }

  private final class Heard implements TransportEvents {
    @Override
    public boolean passesOver(PublishHead head, CodecException why) {
      return false;
    }

    @Override
    public void passedOver(PublishHead head, CodecException why) {
      throw new AssertionError("passed over: " + head);
    }

    private final List<Packet> packets = new ArrayList<>();
    private final List<Long> handedOver = new ArrayList<>();
    private IOException ended;
    private int ends;
    private CodecException malformed;
    private Throwable defect;
    private RuntimeException throwing;

    @Override
    public void received(Packet packet) {
      if (throwing != null) {
        throw throwing;
      }
      packets.add(packet);
    }

    @Override
    public void turned() {}

    @Override
    public void handedOver(long sequence) {
      handedOver.add(sequence);
    }

    @Override
    public void ended(IOException cause) {
      ended = cause;
      ends++;
      transport.close(sequence -> {});
    }

    @Override
    public void malformed(CodecException cause) {
      malformed = cause;
      transport.close(sequence -> {});
    }

    @Override
    public void defect(Throwable cause) {
      defect = cause;
      transport.close(sequence -> {});
    }
  }
}
