package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;

/** Messages that are too large or malformed: they cost no more than themselves. */
class PeerUnreadableTest {
  /** Our maximum packet size is 1 MB. */
  private static final int LARGE = 2 << 20;

  private static final byte[] NO_UTF_8 = {'i', 'n', '/', (byte) 0xFF};

  static Stream<Arguments> versionsAndQos() {
    return Stream.of(ProtocolVersion.values())
        .flatMap(version -> Stream.of(0, 1, 2).map(qos -> Arguments.of(version, qos)));
  }

  private static byte[] publish(ProtocolVersion version, int qos, int id, byte[] topic, int size) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(topic.length >> 8);
    body.write(topic.length);
    body.writeBytes(topic);
    if (qos > 0) {
      body.write(id >> 8);
      body.write(id);
    }
    if (version == Peer.V5) {
      body.write(0);
    }
    body.writeBytes(new byte[size]);
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0x31 | qos << 1);
    int left = body.size();
    while (left > 0x7F) {
      packet.write(0x80 | left & 0x7F);
      left >>= 7;
    }
    packet.write(left);
    packet.writeBytes(body.toByteArray());
    return packet.toByteArray();
  }

  private static byte[] large(ProtocolVersion version, int qos, int id) {
    return publish(version, qos, id, "in/large".getBytes(StandardCharsets.UTF_8), LARGE);
  }

  private static void send(Peer peer, byte[] bytes) {
    peer.it.broker.line().channel().send(bytes);
    peer.it.world.run();
  }

  private static String told(Peer peer) {
    List<String> lines = peer.it.status().faults();
    assertEquals(1, lines.size(), lines.toString());
    return lines.get(0);
  }

  @ParameterizedTest
  @MethodSource("versionsAndQos")
  @Clause(v5 = "MQTT-3.1.2-24")
  void a_message_above_our_maximum_is_passed_over_and_acknowledged_and_the_link_lives(
      ProtocolVersion version, int qos) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    send(peer, large(version, qos, 7));
    peer.sends(Peer.message(1, 8, "in/a", "behind it"));
    assertEquals(List.of("behind it"), peer.heard);
    peer.unharmed();
    List<PacketType> answer =
        qos == 0 ? List.of() : List.of(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
    assertEquals(answer, peer.types().subList(0, answer.size()));
    assertEquals(answer.size() + 1, peer.packets().size());
    String told = told(peer);
    assertTrue(told.contains("in/large") && told.contains("maximumPacketSize"), told);
    send(peer, large(version, qos, 9));
    assertTrue(told(peer).endsWith("(2 times)"), told(peer));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void its_head_may_come_in_pieces(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    byte[] bytes = large(version, 1, 7);
    for (int i = 0; i < 30; i++) {
      send(peer, new byte[] {bytes[i]});
      assertEquals(List.of(), peer.packets(Puback.class));
    }
    for (int from = 30; from < bytes.length; from += 100_001) {
      assertEquals(List.of(), peer.packets(Puback.class), "not before its last byte");
      int to = Math.min(bytes.length, from + 100_001);
      send(peer, java.util.Arrays.copyOfRange(bytes, from, to));
    }
    assertEquals(7, peer.packets(Puback.class).get(0).packetId());
    peer.unharmed();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void it_is_acknowledged_in_its_turn(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.it.world.holdLanes(true);
    peer.sends(Peer.message(1, 6, "in/a", "x"));
    send(peer, large(version, 1, 7));
    assertEquals(List.of(), peer.packets());
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(List.of(6, 7), peer.packets(Puback.class).stream().map(Puback::packetId).toList());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-4.3.3-2", v5 = "MQTT-4.3.3-10")
  void with_qos_2_its_exchange_runs_to_its_end_over_a_lost_connection(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    send(peer, large(version, 2, 7));
    peer.forget().closes().awaitOnline();
    send(peer, large(version, 2, 7));
    assertEquals(7, peer.packets(Pubrec.class).get(0).packetId());
    peer.sends(new Pubrel(7, 0, Properties.NONE));
    assertEquals(7, peer.packets(Pubcomp.class).get(0).packetId());
    peer.sends(Peer.message(2, 7, "in/a", "new"));
    assertEquals(List.of("new"), peer.heard);
    peer.unharmed();
  }

  @Test
  void what_cannot_be_acknowledged_is_not_passed_over() {
    Peer.online(Peer.V5)
        .sendsBytes(0x32, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, 'x', 0, 0)
        .ended(ProblemKind.PROTOCOL_ERROR, 0x95);
    Peer.online(Peer.V5)
        .sendsBytes(0x36, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, 'x', 0, 1)
        .ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  /** MQTT-1.5.3-1 of 3.1.1 is kept twice; a third time would help nobody. */
  @ParameterizedTest
  @MethodSource("versionsAndQos")
  @Clause(v311 = "MQTT-1.5.3-1", v5 = "MQTT-1.5.4-1")
  void a_topic_that_is_no_utf_8_ends_two_connections_and_then_only_itself(
      ProtocolVersion version, int qos) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    for (int times = 1; times <= 2; times++) {
      send(peer, publish(version, qos, times, NO_UTF_8, 5));
      peer.ended(ProblemKind.PROTOCOL_ERROR, 0x81);
      double wait = peer.it.world.nanosToNextTimer() / 1e9;
      assertTrue(wait <= 2, "soon: " + wait);
      peer.forget().awaitOnline();
    }
    peer.forget();
    send(peer, publish(version, qos, 3, NO_UTF_8, 5));
    peer.sends(Peer.message(1, 8, "in/a", "behind it"));
    assertEquals(List.of("behind it"), peer.heard);
    peer.unharmed();
    assertEquals(qos == 0 ? 1 : 2, peer.packets().size());
    String told = told(peer);
    assertTrue(told.contains("topic in/\uFFFD") && told.contains("UTF-8"), told);
  }

  @Test
  void another_malformed_message_ends_the_connection_again() {
    Peer peer = Peer.online(Peer.V5);
    for (int size = 1; size <= 4; size++) {
      send(peer, publish(Peer.V5, 1, 5, NO_UTF_8, size));
      peer.ended(ProblemKind.PROTOCOL_ERROR, 0x81).forget().awaitOnline();
    }
  }
}
