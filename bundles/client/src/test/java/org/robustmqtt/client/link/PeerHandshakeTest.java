package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Auth;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;

/** Brokers that answer CONNECT in odd ways, or end the connection. */
class PeerHandshakeTest {
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.1.0-1", "MQTT-3.1.0-2", "section 3.1.4"},
      v5 = {"MQTT-3.1.0-1", "MQTT-3.1.0-2", "MQTT-3.1.4-6"})
  void connect_is_the_first_packet_and_the_only_one_until_the_broker_accepted_us(
      ProtocolVersion version) {
    Peer peer = Peer.of(version).listening().ignore(PacketType.CONNECT);
    Ticket ticket = peer.publish("a", 1);
    peer.it.start();
    peer.passes(Duration.ofSeconds(9));
    assertEquals(List.of(PacketType.CONNECT), peer.types());
    peer.answer(PacketType.CONNECT).sends(new Connack(false, 0x88, Properties.NONE));
    assertTrue(peer.open(ticket), "refused: nothing of ours counts as sent");
    peer.forget().awaitOnline();
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    for (List<Packet> line : byConnection(peer.packets())) {
      assertEquals(PacketType.CONNECT, line.get(0).type());
      assertEquals(1, line.stream().filter(Connect.class::isInstance).count());
    }
  }

  private static List<List<Packet>> byConnection(List<Packet> packets) {
    List<List<Packet>> all = new java.util.ArrayList<>();
    for (Packet packet : packets) {
      if (packet instanceof Connect) {
        all.add(new java.util.ArrayList<>());
      }
      all.get(all.size() - 1).add(packet);
    }
    return all;
  }

  @Test
  @Clause(v311 = {"MQTT-3.1.2-1", "MQTT-3.1.2-2"})
  void a_broker_that_does_not_speak_the_version_is_said_so() {
    Peer peer = Peer.of(Peer.V3).connack(false, 0x84);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    peer.endedSilently(ProblemKind.VERSION_REFUSED, 0x84);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  @Clause(v311 = "MQTT-3.2.2-5")
  void a_refusal_of_3_1_1_closes_with_its_own_problem(int code) {
    Peer peer = Peer.of(Peer.V3).ignore(PacketType.CONNECT);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    peer.sendsBytes(0x20, 2, 0, code);
    List<ProblemKind> kinds =
        List.of(
            ProblemKind.VERSION_REFUSED,
            ProblemKind.IDENTIFIER_REFUSED,
            ProblemKind.BROKER_UNAVAILABLE,
            ProblemKind.BAD_CREDENTIALS,
            ProblemKind.NOT_AUTHORIZED);
    assertEquals(kinds.get(code - 1), peer.it.problem());
    assertEquals(0, peer.it.world.net().open());
  }

  /** What is reserved is a refusal all the same. */
  @ParameterizedTest
  @ValueSource(ints = {6, 0x7F, 0x80, 0xFF})
  @Clause(v311 = "MQTT-3.2.2-5")
  void a_reserved_code_of_3_1_1_closes(int code) {
    Peer peer = Peer.of(Peer.V3).ignore(PacketType.CONNECT);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    peer.sendsBytes(0x20, 2, 0, code);
    peer.endedSilently(ProblemKind.CONNECT_DENIED, 0x80);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0x87, 0x88, 0x9F})
  @Clause(v5 = {"MQTT-3.2.2-7", "MQTT-3.2.2-8", "MQTT-4.13.2-1"})
  void a_refusal_of_5_closes_and_says_nothing_more(int code) {
    Peer peer = Peer.of(Peer.V5).connack(false, code);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    assertEquals(List.of(PacketType.CONNECT), peer.types());
    assertEquals(0, peer.it.world.net().open());
    assertEquals(code, peer.it.status().problem().orElseThrow().reasonCode());
    assertEquals(ConnectionState.WAITING, peer.it.state());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.2.0-1", v5 = "MQTT-3.2.0-1")
  void anything_before_connack_closes_without_a_word(ProtocolVersion version) {
    for (Packet early :
        List.of(
            new Pingresp(),
            new Puback(1, 0, Properties.NONE),
            Peer.message(0, 0, "in/a", "x"),
            new Suback(1, List.of(0), Properties.NONE))) {
      Peer peer = Peer.of(version).listening().ignore(PacketType.CONNECT);
      peer.it.start();
      peer.passes(Duration.ofSeconds(1));
      peer.sends(early);
      peer.endedSilently(ProblemKind.PROTOCOL_ERROR, 0x82);
      assertEquals(List.of(), peer.heard);
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-4.8.0-1",
      v5 = {"MQTT-3.2.0-2", "section 4.13.1"})
  void a_second_connack_closes(ProtocolVersion version) {
    Peer.online(version)
        .sends(new Connack(false, 0, Properties.NONE))
        .ended(ProblemKind.PROTOCOL_ERROR, 0x82)
        .awaitOnline();
  }

  /** The broker says that it kept a session that a clean start asked it to drop. */
  @Test
  @Clause(v5 = {"MQTT-3.2.2-2", "MQTT-3.2.2-4", "MQTT-3.1.2-4"})
  void a_session_that_is_not_known_here_is_not_resumed_and_asked_about_once() {
    Peer peer = Peer.of(Peer.V5, shape -> shape.jitter = false).listening().connack(true, 0);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    assertEquals(2, peer.packets(Connect.class).size(), "once more at once");
    assertEquals(ProblemKind.PROTOCOL_ERROR, peer.it.problem());
    assertEquals(List.of(), peer.packets(Subscribe.class));
    peer.passes(Duration.ofSeconds(20));
    assertEquals(List.of(0.0, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0), peer.it.pauses(), "and then less");
    assertTrue(peer.packets(Connect.class).stream().allMatch(Connect::cleanStart));
    peer.connackAsUsual().awaitOnline();
  }

  /**
   * CleanSession 1 and session present: the connection only prepares the session, and nothing is
   * resumed on it.
   */
  @Test
  @Clause(v311 = {"MQTT-3.2.2-1", "MQTT-3.2.2-2", "MQTT-3.2.2-3", "MQTT-3.1.2-6"})
  void a_clean_session_of_3_1_1_that_is_called_present_is_never_resumed() {
    Peer peer = Peer.of(Peer.V3).listening().connack(true, 0);
    Ticket ticket = peer.publish("a", 1);
    peer.it.start();
    peer.passes(Duration.ofSeconds(2));
    assertEquals(List.of(), peer.packets(Publish.class));
    assertTrue(peer.open(ticket));
    peer.connackAsUsual().awaitOnline();
    peer.it.world.run();
    assertFalse(peer.packets(Publish.class).get(0).duplicate());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  /** Session present is 0 with a code (3.1.1: MQTT-3.2.2-4); the refusal counts all the same. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.2.2-4", v5 = "MQTT-3.2.2-6")
  void a_refusal_that_claims_a_session_closes_and_resumes_nothing(ProtocolVersion version) {
    Peer peer = Peer.of(version).ignore(PacketType.CONNECT);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    if (version == Peer.V5) {
      peer.sendsBytes(0x20, 3, 1, 0x88, 0);
    } else {
      peer.sendsBytes(0x20, 2, 1, 3);
    }
    assertEquals(ConnectionState.WAITING, peer.it.state());
    assertEquals(ProblemKind.BROKER_UNAVAILABLE, peer.it.problem());
    assertEquals(List.of(PacketType.CONNECT), peer.types());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.1.2-4", "section 3.2.2.2"},
      v5 = {"MQTT-3.1.2-23", "MQTT-3.2.2-3", "MQTT-3.2.2-5"})
  void a_session_that_the_broker_lost_is_begun_anew_and_its_messages_are_sent_as_new(
      ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 1);
    peer.it.broker.forgetSessions(false);
    peer.forget().closes().answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    assertFalse(peer.packets(Connect.class).get(0).cleanStart(), "asked for");
    assertEquals(1, peer.packets(Subscribe.class).size(), "subscribed again");
    assertFalse(peer.packets(Publish.class).get(0).duplicate(), "as new");
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-3.1.2-4",
      v5 = {"MQTT-3.1.2-23", "MQTT-3.2.2-3"})
  void a_session_that_both_sides_kept_is_resumed(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    peer.publish("a", 1);
    int id = peer.packets(Publish.class).get(0).packetId();
    peer.forget().closes().answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    assertFalse(peer.packets(Connect.class).get(0).cleanStart());
    assertEquals(List.of(), peer.packets(Subscribe.class));
    assertTrue(peer.packets(Publish.class).get(0).duplicate());
    assertEquals(id, peer.packets(Publish.class).get(0).packetId());
  }

  /** The store was lost: nothing is known here, so that a clean start is asked for. */
  @Test
  @Clause(v5 = "MQTT-3.2.2-4")
  void without_a_record_a_clean_start_is_asked_for_so_that_no_foreign_session_is_resumed() {
    Peer peer = Peer.of(Peer.V5);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    assertTrue(peer.packets(Connect.class).get(0).cleanStart());
  }

  // What the broker says of itself.

  @ParameterizedTest
  @ValueSource(ints = {1, 30})
  @Clause(v5 = {"MQTT-3.1.2-21", "MQTT-3.2.2-21"})
  void the_brokers_keep_alive_is_kept_instead_of_ours(int seconds) {
    Peer peer =
        Peer.of(Peer.V5).connackProperties(number(Property.SERVER_KEEP_ALIVE, seconds)).start();
    peer.passes(Duration.ofSeconds(10L * seconds));
    assertEquals(10, peer.it.broker.packets(Pingreq.class).size());
    assertEquals(seconds, peer.it.status().capabilities().orElseThrow().keepAliveSeconds());
  }

  @Test
  @Clause(v5 = "MQTT-3.1.2-21")
  void a_keep_alive_of_0_from_the_broker_turns_ours_off() {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.SERVER_KEEP_ALIVE, 0)).start();
    peer.passes(Duration.ofMinutes(9));
    assertEquals(0, peer.it.broker.packets(Pingreq.class).size());
    peer.unharmed();
  }

  /**
   * We never send an empty identifier, so that none is assigned; one that comes changes nothing.
   */
  @Test
  @Clause(v5 = {"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
  void our_own_identifier_is_kept_whatever_the_broker_assigns() {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(
                Properties.builder()
                    .string(Property.ASSIGNED_CLIENT_IDENTIFIER, "assigned")
                    .build())
            .start();
    assertEquals("client", peer.it.status().clientId());
    peer.closes().awaitOnline();
    assertEquals("client", peer.packets(Connect.class).get(0).clientId());
  }

  @Test
  @Clause(v5 = "section 3.2.2.3")
  void what_the_broker_does_not_say_is_what_the_standard_says() {
    Peer peer = Peer.of(Peer.V5).start();
    var can = peer.it.status().capabilities().orElseThrow();
    assertEquals(65_535, can.receiveMaximum());
    assertEquals(QoS.EXACTLY_ONCE, can.maximumQos());
    assertTrue(can.retainAvailable() && can.wildcardAvailable() && can.sharedAvailable());
    assertTrue(can.subscriptionIdentifiersAvailable());
    assertEquals(604_800, can.sessionExpirySeconds());
  }

  @ParameterizedTest
  @EnumSource(
      value = Property.class,
      names = {"RECEIVE_MAXIMUM", "MAXIMUM_PACKET_SIZE"})
  @Clause(v5 = "section 3.2.2.3")
  void a_receive_maximum_or_packet_size_of_0_closes(Property property) {
    Peer peer = Peer.of(Peer.V5).ignore(PacketType.CONNECT);
    peer.it.start();
    peer.passes(Duration.ofSeconds(1));
    if (property == Property.RECEIVE_MAXIMUM) {
      peer.sendsBytes(0x20, 6, 0, 0, 3, 0x21, 0, 0);
    } else {
      peer.sendsBytes(0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0);
    }
    peer.endedSilently(ProblemKind.CONNACK_MALFORMED, 0x82);
  }

  /** We ask for no response information, and do nothing with one that comes. */
  @Test
  @Clause(v5 = "MQTT-3.1.2-28")
  void response_information_is_not_asked_for_and_not_used() {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(
                Properties.builder().string(Property.RESPONSE_INFORMATION, "r/").build())
            .start();
    assertTrue(
        peer.it
            .broker
            .packets(Connect.class)
            .get(0)
            .properties()
            .number(Property.REQUEST_RESPONSE_INFORMATION)
            .isEmpty());
    peer.unharmed();
  }

  // AUTH: there is no authentication method, so that there must be no AUTH.

  @Test
  @Clause(v5 = {"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
  void an_auth_that_nobody_asked_for_closes_and_none_is_written() {
    Properties method =
        Properties.builder().string(Property.AUTHENTICATION_METHOD, "SCRAM-SHA-1").build();
    Peer.online(Peer.V5)
        .sends(new Auth(0x18, method))
        .ended(ProblemKind.PROTOCOL_ERROR, 0x82)
        .awaitOnline();
    Peer early = Peer.of(Peer.V5).ignore(PacketType.CONNECT);
    early.it.start();
    early.passes(Duration.ofSeconds(1));
    early.sends(new Auth(0x18, method)).endedSilently(ProblemKind.PROTOCOL_ERROR, 0x82);
    assertEquals(List.of(), early.packets(Auth.class));
  }

  // DISCONNECT.

  @Test
  @Clause(v5 = {"section 3.14.4", "MQTT-4.13.2-1"})
  void a_disconnect_is_not_answered_and_its_words_are_told() {
    Peer peer =
        Peer.online(Peer.V5)
            .sends(
                new Disconnect(
                    0x9D,
                    Properties.builder()
                        .string(Property.REASON_STRING, "moved house")
                        .string(Property.SERVER_REFERENCE, "other:1883")
                        .build()));
    peer.endedSilently(ProblemKind.DISCONNECTED_BY_BROKER, 0x9D);
    String text = peer.it.status().problem().orElseThrow().text();
    assertTrue(text.contains("moved house") && text.contains("other:1883"), text);
  }

  @Test
  @Clause(v5 = "MQTT-3.14.2-2")
  void a_disconnect_that_sets_the_session_expiry_is_an_error() {
    // 0xE0, length 7: reason 0x8B, properties of 5 bytes: session expiry interval 1
    Peer.online(Peer.V5)
        .sendsBytes(0xE0, 7, 0x8B, 5, 0x11, 0, 0, 0, 1)
        .ended(ProblemKind.PROTOCOL_ERROR, 0x82);
  }

  @Test
  @Clause(v5 = {"MQTT-3.14.1-1", "MQTT-2.1.3-1"})
  void a_disconnect_with_wrong_flags_is_malformed() {
    Peer.online(Peer.V5).sendsBytes(0xE1, 0).ended(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  @Test
  @Clause(v311 = "MQTT-4.8.0-1")
  void in_3_1_1_no_broker_may_disconnect() {
    Peer.online(Peer.V3).sendsBytes(0xE0, 0).endedSilently(ProblemKind.PROTOCOL_ERROR, 0x82);
  }

  @Test
  @Clause(v5 = "MQTT-3.1.4-3")
  void two_clients_with_one_identifier_do_not_fight_without_pause() {
    Peer peer = Peer.online(Peer.V5);
    long begin = peer.it.world.nanos();
    for (int i = 0; i < 5; i++) {
      peer.sends(new Disconnect(0x8E, Properties.NONE));
      peer.endedSilently(ProblemKind.SESSION_TAKEN_OVER, 0x8E).awaitOnline();
    }
    long seconds = (peer.it.world.nanos() - begin) / 1_000_000_000L;
    assertTrue(seconds > 2 + 5 + 10 + 20, "five times in " + seconds + " s");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"},
      v5 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
  void after_our_disconnect_nothing_is_written_and_the_connection_is_closed(
      ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.it.link.disconnect();
    peer.it.world.run();
    peer.publish("late", 1);
    peer.passes(Duration.ofMinutes(5));
    assertEquals(List.of(PacketType.DISCONNECT), peer.types());
    assertTrue(peer.it.broker.line().closedByClient());
    assertEquals(ConnectionState.CLOSED, peer.it.state());
  }

  /**
   * A session expiry of more than 0 in DISCONNECT is not allowed where CONNECT had 0; we set none.
   */
  @Test
  @Clause(v5 = {"MQTT-3.14.2-2", "MQTT-3.14.2-3", "MQTT-3.14.2-4"})
  void our_disconnect_has_no_properties() {
    Peer peer = Peer.online(Peer.V5);
    peer.it.link.disconnect();
    peer.it.world.run();
    assertTrue(peer.packets(Disconnect.class).get(0).properties().isEmpty());
  }

  private static Properties number(Property property, long value) {
    return Properties.builder().number(property, value).build();
  }
}
