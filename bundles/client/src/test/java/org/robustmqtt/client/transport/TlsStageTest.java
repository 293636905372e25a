package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.codec.Publish;

/** Bytes through TLS, by an engine on each side of a virtual network. */
class TlsStageTest {
  private final TlsWorld tls = new TlsWorld();

  private void protocol(String version) {
    tls.server = engine -> engine.setEnabledProtocols(new String[] {version});
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void both_versions_are_spoken(String version) {
    protocol(version);
    tls.dial();

    assertEquals(List.of("opened"), tls.told);
    assertEquals(version, tls.transport.tls().orElseThrow().protocol());
    assertEquals(
        List.of(TlsWorld.HOST, TlsWorld.IP), tls.transport.tls().orElseThrow().broker().names());
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, 1", "TLSv1.2, 7", "TLSv1.2, 5000", "TLSv1.2, 1000000",
    "TLSv1.3, 1", "TLSv1.3, 7", "TLSv1.3, 5000", "TLSv1.3, 1000000"
  })
  void packets_come_through_however_the_bytes_are_cut(String version, int atMost) {
    protocol(version);
    tls.channelSetup = channel -> channel.readAtMost(atMost);
    tls.dial();
    int[] sizes = {0, 1, 100, 8_190, 20_000, 70_000, 3};
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size : sizes) {
      all.writeBytes(TlsWorld.bytes(TlsWorld.publish(size)));
    }
    tls.world.onLoop(() -> tls.peer.send(all.toByteArray()));

    assertEquals(sizes.length, tls.packets.size());
    for (int i = 0; i < sizes.length; i++) {
      assertArrayEquals(
          TlsWorld.publish(sizes[i]).payload(), ((Publish) tls.packets.get(i)).payload());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void large_messages_go_both_ways(String version) {
    protocol(version);
    tls.dial();
    Publish large = TlsWorld.publish(5_000_000);
    tls.world.onLoop(() -> tls.write(large, 1));
    tls.world.onLoop(() -> tls.peer.send(TlsWorld.bytes(large)));

    assertArrayEquals(TlsWorld.bytes(large), tls.received.toByteArray());
    assertEquals(List.of(1L), tls.handedOver);
    assertEquals(0, tls.transport.waiting());
    assertArrayEquals(large.payload(), ((Publish) tls.packets.get(0)).payload());
  }

  @Test
  void a_message_is_handed_over_when_the_last_byte_of_its_record_was_taken() {
    tls.dial();
    tls.channel.room(0);
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(100), 1));
    int size = TlsWorld.bytes(TlsWorld.publish(100)).length;
    for (int taken = 0; taken < size; taken++) {
      tls.channel.room(1);
      tls.world.run();
    }

    assertEquals(List.of(), tls.handedOver, "the record is longer than what is in it");
    assertEquals(size, tls.transport.waiting());
    assertTrue(tls.transport.taken() >= size, "and all the same bytes moved");
    tls.channel.room(Integer.MAX_VALUE);
    tls.world.run();
    assertEquals(List.of(1L), tls.handedOver);
    assertEquals(0, tls.transport.waiting());
  }

  @Test
  void what_is_not_taken_is_kept_and_goes_in_order() {
    tls.dial();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    List<Long> all = new ArrayList<>();
    tls.channel.room(5);
    for (long i = 1; i <= 60; i++) {
      Publish packet = TlsWorld.publish((int) (i * 700));
      expected.writeBytes(TlsWorld.bytes(packet));
      long sequence = i;
      all.add(i);
      tls.world.onLoop(() -> tls.write(packet, sequence));
      tls.channel.room(9_000);
      tls.world.run();
    }
    assertTrue(tls.transport.waiting() > 0);
    tls.channel.room(Integer.MAX_VALUE);
    tls.world.run();

    assertEquals(0, tls.transport.waiting());
    assertEquals(all, tls.handedOver);
    assertArrayEquals(expected.toByteArray(), tls.received.toByteArray());
  }

  @Test
  void closing_tells_which_messages_were_not_handed_over() {
    tls.dial();
    tls.channel.room(500);
    List<Long> unsent = new ArrayList<>();
    tls.world.onLoop(
        () -> {
          for (long i = 1; i <= 40; i++) {
            tls.write(TlsWorld.publish(10_000), i);
          }
          tls.transport.flush();
          tls.transport.close(unsent::add);
        });

    assertEquals(40, unsent.size());
    assertEquals(List.of(), tls.handedOver);
    assertFalse(tls.channel.isOpen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void closing_says_close_notify(String version) {
    protocol(version);
    tls.dial();
    tls.world.onLoop(() -> tls.transport.close(sequence -> {}));

    assertTrue(tls.peer.closeNotified());
    assertTrue(tls.peer.clientClosed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void close_notify_of_the_other_side_is_the_end_after_what_came_before(String version) {
    protocol(version);
    tls.dial();
    tls.world.onLoop(
        () -> {
          tls.peer.send(TlsWorld.bytes(TlsWorld.publish(10)));
          tls.peer.close();
        });

    assertEquals(1, tls.packets.size());
    assertInstanceOf(EOFException.class, tls.ended);
    assertFalse(tls.channel.isOpen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void an_end_without_close_notify_is_a_lost_connection(String version) {
    protocol(version);
    tls.dial();
    tls.world.onLoop(() -> tls.peer.send(TlsWorld.bytes(TlsWorld.publish(10))));
    tls.channel.sendEnd();
    tls.world.run();

    assertEquals(1, tls.packets.size());
    assertEquals("closed by the other side", tls.ended.getMessage());
  }

  @Test
  void a_reset_is_told() {
    tls.dial();
    tls.channel.reset();
    tls.world.run();

    assertEquals("Connection reset", tls.ended.getMessage());
  }

  @Test
  void a_changed_byte_is_found_and_ends_the_connection() {
    tls.dial();
    tls.channel.send(
        new byte[] {
          23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
        });
    tls.world.run();

    assertInstanceOf(TlsException.class, tls.ended);
    assertEquals(List.of(), tls.packets);
  }

  @Test
  void a_length_that_no_record_may_have_ends_the_connection() {
    tls.dial();
    tls.channel.send(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF});
    tls.channel.send(new byte[70_000]);
    tls.world.run();

    assertInstanceOf(TlsException.class, tls.ended);
  }

  @Test
  void new_keys_in_mid_stream_are_taken_and_answered() {
    protocol("TLSv1.3");
    tls.dial();
    long limit = 0;
    for (int i = 0; i < 20; i++) {
      tls.world.onLoop(
          () -> {
            try {
              // In TLS 1.3 the engine's new handshake is an update of the keys.
              tls.peer.engine().beginHandshake();
            } catch (javax.net.ssl.SSLException e) {
              throw new AssertionError(e);
            }
            tls.peer.pump();
            tls.peer.send(TlsWorld.bytes(TlsWorld.publish(1_000)));
          });
      long sequence = i + 1;
      tls.world.onLoop(() -> tls.write(TlsWorld.publish(1_000), sequence));
      limit += TlsWorld.bytes(TlsWorld.publish(1_000)).length;
    }

    assertEquals(20, tls.packets.size());
    assertEquals(20, tls.handedOver.size());
    assertEquals(limit, tls.received.size());
  }

  @Test
  void a_new_handshake_of_tls_1_2_in_mid_stream_is_gone_through() {
    protocol("TLSv1.2");
    tls.dial();
    tls.world.onLoop(
        () -> {
          try {
            tls.peer.engine().beginHandshake();
          } catch (javax.net.ssl.SSLException e) {
            throw new AssertionError(e);
          }
          tls.peer.pump();
        });
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(1_000), 1));
    tls.world.onLoop(() -> tls.peer.send(TlsWorld.bytes(TlsWorld.publish(1_000))));

    assertEquals(1, tls.packets.size());
    assertEquals(List.of(1L), tls.handedOver);
  }

  @Test
  void reading_that_is_paused_and_an_engine_that_thinks_do_not_wake_each_other() {
    protocol("TLSv1.2");
    // So much that the engine has to think while more waits to be read.
    tls.channelSetup = channel -> channel.readAtMost(100);
    tls.dial();
    tls.world.onLoop(
        () -> {
          try {
            tls.peer.engine().beginHandshake();
          } catch (javax.net.ssl.SSLException e) {
            throw new AssertionError(e);
          }
          tls.peer.pump();
          tls.peer.hold(true);
        });
    tls.world.holdHelpers(true);
    tls.world.onLoop(() -> tls.peer.hold(false));
    tls.world.onLoop(() -> tls.transport.reading(false));
    int before = tls.channel.reads();
    tls.world.onLoop(() -> tls.transport.reading(true));
    tls.world.onLoop(() -> tls.transport.reading(false));
    assertTrue(tls.channel.reads() - before < 10, "reads while the engine thinks");

    tls.world.holdHelpers(false);
    tls.world.run();
    before = tls.channel.reads();
    tls.world.advance(Duration.ofSeconds(1));
    assertEquals(before, tls.channel.reads(), "reads while reading is paused");

    tls.world.onLoop(() -> tls.transport.reading(true));
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(1_000), 1));
    tls.world.onLoop(() -> tls.peer.send(TlsWorld.bytes(TlsWorld.publish(1_000))));
    assertEquals(1, tls.packets.size());
    assertEquals(List.of(1L), tls.handedOver);
  }

  @Test
  void while_the_engine_thinks_nothing_is_read_and_nothing_spins() {
    tls.world.holdHelpers(true);
    tls.dial();
    tls.world.advance(Duration.ofSeconds(1));
    assertEquals(List.of(), tls.told);
    tls.world.holdHelpers(false);
    tls.world.run();
    int before = tls.channel.reads();
    tls.world.advance(Duration.ofSeconds(5));

    assertEquals(List.of("opened"), tls.told);
    assertEquals(before, tls.channel.reads(), "read although nothing came");
  }

  @Test
  void a_message_is_not_on_the_wire_in_the_clear() {
    tls.dial();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    tls.channel.peer(wire::writeBytes, () -> {});
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(300), 1));
    String sent = new String(wire.toByteArray(), StandardCharsets.ISO_8859_1);
    String payload = new String(TlsWorld.publish(300).payload(), StandardCharsets.ISO_8859_1);

    assertTrue(wire.size() > 300);
    assertFalse(sent.contains(payload.substring(0, 8)));
  }

  @Test
  void packets_written_in_one_turn_share_records() {
    tls.dial();
    List<Integer> writes = new ArrayList<>();
    tls.channel.peer(bytes -> writes.add(bytes.length), () -> {});
    tls.world.onLoop(
        () -> {
          for (long i = 1; i <= 100; i++) {
            tls.write(TlsWorld.publish(10), i);
          }
        });

    assertEquals(1, writes.size());
    int plain = 100 * TlsWorld.bytes(TlsWorld.publish(10)).length;
    assertTrue(writes.get(0) < plain + 100, "one record, not a hundred: " + writes);
  }
}
