package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Pubrel;

/** Brokers whose bytes are wrong, or come in odd pieces. */
class PeerBytesTest {
  /** A PUBLISH of QoS 0 whose topic has these bytes. */
  private static int[] publish(ProtocolVersion version, int... topic) {
    int properties = version == Peer.V5 ? 1 : 0;
    int[] bytes = new int[4 + topic.length + properties];
    bytes[0] = 0x30;
    bytes[1] = 2 + topic.length + properties;
    bytes[3] = topic.length;
    System.arraycopy(topic, 0, bytes, 4, topic.length);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-1.5.3-1",
      v5 = {"MQTT-1.5.4-1", "section 4.13.1"})
  void ill_formed_text_closes(ProtocolVersion version) {
    int[][] texts = {
      {'i', 0xED, 0xA0, 0x80}, // U+D800
      {'i', 0xED, 0xBF, 0xBF}, // U+DFFF
      {'i', 0xC0, 0x80}, // overlong
      {'i', 0xE0, 0x80, 0xAF}, // overlong
      {'i', 0xF5, 0x80, 0x80, 0x80}, // above U+10FFFF
      {'i', 0xC3}, // cut off
      {'i', 0x80}, // begins in the middle
    };
    for (int[] text : texts) {
      Peer.online(version)
          .sendsBytes(publish(version, text))
          .ended(ProblemKind.PROTOCOL_ERROR, 0x81)
          .awaitOnline();
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-1.5.3-2", v5 = "MQTT-1.5.4-2")
  void a_null_character_closes(ProtocolVersion version) {
    Peer.online(version)
        .sendsBytes(publish(version, 'i', 0, 'n'))
        .ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  /** U+FEFF is a character like others. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v5 = "MQTT-1.5.4-3")
  void a_byte_order_mark_is_kept(ProtocolVersion version) {
    Peer peer = Peer.of(version);
    List<String> topics = new java.util.ArrayList<>();
    peer.it.listen("#", org.robustmqtt.QoS.AT_MOST_ONCE, message -> topics.add(message.topic()));
    peer.start().sendsBytes(publish(version, 0xEF, 0xBB, 0xBF, 'a'));
    assertEquals(List.of("\uFEFFa"), topics);
    peer.unharmed();
  }

  /** Every first byte that no broker may send. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-2.2.2-2", "MQTT-4.8.0-1"},
      v5 = {"MQTT-2.1.3-1", "section 4.13.1"})
  void reserved_flags_and_types_close(ProtocolVersion version) {
    int[] allowedFlags = {-1, -1, 0, -2, 0, 0, 2, 0, -1, 0, -1, 0, -1, 0, 0, 0};
    int closed = 0;
    for (int first = 0; first < 256; first++) {
      int allowed = allowedFlags[first >> 4];
      boolean publish = allowed == -2;
      boolean wrong =
          publish
              ? (first & 6) == 6 || (first & 0x0E) == 8
              : allowed == -1 || (first & 15) != allowed;
      if (wrong) {
        Peer peer = Peer.online(version).sendsBytes(first, 0);
        assertEquals(ProblemKind.PROTOCOL_ERROR, peer.it.problem(), "byte " + first);
        assertEquals(ConnectionState.WAITING, peer.it.state());
        closed++;
      }
    }
    assertTrue(closed > 200, "wrong bytes: " + closed);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.1-4", "MQTT-4.8.0-1"},
      v5 = "MQTT-3.3.1-4")
  void qos_3_closes(ProtocolVersion version) {
    Peer.online(version).sendsBytes(0x36, 0).ended(ProblemKind.PROTOCOL_ERROR, 0x81).awaitOnline();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-4.7.1-1", v5 = "MQTT-4.7.0-1")
  void a_wildcard_in_a_topic_closes(ProtocolVersion version) {
    Peer.online(version)
        .sendsBytes(publish(version, 'i', 'n', '/', '#'))
        .ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  /** Nothing of it is read, nothing is allocated for it: the header alone ends the connection. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void an_answer_above_our_maximum_closes_by_its_header(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    int reads = peer.it.broker.line().channel().reads();
    peer.sendsBytes(0x90, 0xFF, 0xFF, 0xFF, 0x7F).ended(ProblemKind.PROTOCOL_ERROR, 0x95);
    assertTrue(peer.it.broker.line().channel().reads() - reads <= 2);
    peer.awaitOnline();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-4.8.0-1", v5 = "section 4.13.1")
  void a_length_of_five_bytes_closes(ProtocolVersion version) {
    Peer.online(version)
        .sendsBytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF)
        .ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  @Test
  @Clause(v5 = "section 4.13.1")
  void an_over_long_length_of_5_closes() {
    Peer.online(Peer.V5).sendsBytes(0xD0, 0x80, 0).ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  /** A client must not be believed to be a broker. */
  @ParameterizedTest
  @ValueSource(ints = {0xC0, 0x10, 0x82, 0xA2})
  @Clause(v311 = "MQTT-4.8.0-1", v5 = "section 4.13.1")
  void what_only_a_client_may_send_closes(int first) {
    Peer peer = Peer.online(Peer.V5).sendsBytes(first, 0);
    assertEquals(ProblemKind.PROTOCOL_ERROR, peer.it.problem());
    assertEquals(ConnectionState.WAITING, peer.it.state());
  }

  /** Whatever comes instead of CONNACK: a problem, a wait, and no more. */
  @Test
  void random_answers_to_connect_end_in_a_wait() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 500; i++) {
      Peer peer = Peer.of(i % 2 == 0 ? Peer.V5 : Peer.V3).ignore(PacketType.CONNECT);
      peer.it.start();
      peer.passes(Duration.ofSeconds(1));
      int[] junk = random.ints(1 + random.nextInt(20), 0, 256).toArray();
      peer.sendsBytes(junk);
      peer.passes(Duration.ofSeconds(11));
      assertTrue(peer.it.status().problem().isPresent());
      assertTrue(peer.it.broker.packets().size() < 20);
      assertTrue(peer.it.world.nanosToNextTimer() < Duration.ofMinutes(11).toNanos());
    }
  }

  /** One byte at a time, in both directions of thought: nothing depends on how bytes are cut. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void one_byte_at_a_time_everything_works(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    peer.it.broker.line().channel().readAtMost(1);
    List<Ticket> tickets =
        List.of(peer.publish("a", 0), peer.publish("a", 1), peer.publish("a", 2));
    peer.sends(
        Peer.message(0, 0, "in/a", "0"),
        Peer.message(1, 5, "in/a", "1"),
        Peer.message(2, 6, "in/a", "x".repeat(5000)),
        new Pubrel(6, 0, Properties.NONE));
    assertEquals(3, peer.heard.size());
    assertEquals(1, peer.packets(Puback.class).size());
    assertEquals(1, peer.packets(Pubcomp.class).size());
    tickets.forEach(
        ticket -> assertTrue(peer.outcome(ticket) != Outcome.Kind.DROPPED, ticket.toString()));
    peer.unharmed();
  }

  /** A packet that stops in its middle is a silent peer: the ping finds it. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_packet_that_never_ends_is_found_by_the_ping(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PINGREQ);
    peer.sendsBytes(0x30, 100, 0, 1, 'a');
    peer.passes(Duration.ofSeconds(85));
    assertEquals(ProblemKind.KEEP_ALIVE_TIMEOUT, peer.it.problem());
  }
}
