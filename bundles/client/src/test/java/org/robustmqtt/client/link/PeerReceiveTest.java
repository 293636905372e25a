package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.UserProperty;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;

/** Brokers that send messages in odd ways. */
class PeerReceiveTest {
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.4-1", "MQTT-2.3.1-6"},
      v5 = {"MQTT-3.3.4-1", "MQTT-4.3.2-4", "MQTT-4.3.3-8", "MQTT-2.2.1-5"})
  void a_message_is_answered_by_its_qos_with_its_id(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.sends(
        Peer.message(0, 0, "in/a", "0"),
        Peer.message(1, 11, "in/a", "1"),
        Peer.message(2, 12, "in/a", "2"));
    assertEquals(List.of("0", "1", "2"), peer.heard);
    assertEquals(11, peer.packets(Puback.class).get(0).packetId());
    assertEquals(12, peer.packets(Pubrec.class).get(0).packetId());
    assertEquals(
        List.of(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBCOMP),
        peer.sends(new Pubrel(12, 0, Properties.NONE)).types().stream().distinct().toList());
  }

  /** After PUBACK the same id is a new message, whatever DUP says. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-4.3.2-2",
      v5 = {"MQTT-4.3.2-4", "MQTT-4.3.2-5"})
  void after_its_puback_an_id_is_a_new_message(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.sends(Peer.message(1, 5, "in/a", "x"));
    peer.sends(Peer.message(false, 1, 5, "in/a", "y"));
    peer.sends(Peer.message(true, 1, 5, "in/a", "z"));
    assertEquals(List.of("x", "y", "z"), peer.heard);
    assertEquals(3, peer.packets(Puback.class).size());
  }

  /** The broker sends again what we have not acknowledged. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_message_whose_id_is_open_is_no_second_message(int qos) {
    Peer peer = Peer.online(Peer.V5).ignore(PacketType.PUBREC);
    peer.it.world.holdLanes(true);
    peer.sends(Peer.message(qos, 5, "in/a", "x"), Peer.message(true, qos, 5, "in/a", "x"));
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(List.of("x"), peer.heard);
    assertEquals(1, peer.packets().size());
    peer.unharmed();
  }

  /** The broker has run out of ids, or does not look: the second one comes on the next link. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Clause(v5 = {"MQTT-2.2.1-4", "MQTT-3.3.4-9"})
  void another_message_with_an_open_id_costs_the_connection_and_is_not_lost(int qos) {
    Peer peer = Peer.online(Peer.V5);
    peer.it.world.holdLanes(true);
    peer.sends(Peer.message(qos, 5, "in/a", "x"), Peer.message(qos, 5, "in/a", "y"));
    peer.ended(ProblemKind.PROTOCOL_ERROR, 0x93);
    double wait = peer.it.world.nanosToNextTimer() / 1e9;
    assertTrue(wait <= 4, "the normal schedule: " + wait);
    peer.it.world.holdLanes(false);
    peer.awaitOnline();
    if (qos == 1) {
      peer.sends(Peer.message(1, 5, "in/a", "y"));
    } else {
      peer.sends(new Pubrel(5, 0, Properties.NONE), Peer.message(2, 5, "in/a", "y"));
    }
    assertEquals(List.of("x", "y"), peer.heard);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-4.3.3-2",
      v5 = {"MQTT-4.3.3-8", "MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12"})
  void qos_2_is_heard_once_until_its_pubrel_and_is_new_after_its_pubcomp(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    peer.sends(Peer.message(2, 5, "in/a", "x"));
    peer.sends(Peer.message(true, 2, 5, "in/a", "x"));
    peer.sends(Peer.message(false, 2, 5, "in/a", "x"));
    assertEquals(3, peer.packets(Pubrec.class).size());
    peer.sends(new Pubrel(5, 0, Properties.NONE), new Pubrel(5, 0, Properties.NONE));
    assertEquals(2, peer.packets(Pubcomp.class).size());
    peer.sends(Peer.message(2, 5, "in/a", "new"));
    assertEquals(List.of("x", "new"), peer.heard);
  }

  @Test
  @Clause(v5 = "MQTT-4.3.3-11")
  void a_pubrel_of_an_unknown_id_is_completed_and_says_so() {
    Peer peer = Peer.online(Peer.V5).sends(new Pubrel(99, 0, Properties.NONE));
    assertEquals(List.of(new Pubcomp(99, 0x92, Properties.NONE)), peer.packets(Pubcomp.class));
    peer.unharmed();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-4.3.3-2",
      v5 = {"MQTT-4.3.3-10", "MQTT-4.1.0-1"})
  void over_a_lost_connection_qos_2_is_heard_once_whatever_its_dup_says(ProtocolVersion version) {
    for (boolean duplicate : new boolean[] {true, false}) {
      Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
      peer.sends(Peer.message(2, 5, "in/a", "x"));
      peer.forget().closes().awaitOnline();
      peer.sends(Peer.message(duplicate, 2, 5, "in/a", "x"));
      assertEquals(1, peer.packets(Pubrec.class).size());
      assertEquals(List.of("x"), peer.heard);
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.3-2", "MQTT-4.1.0-1"},
      v5 = {"MQTT-4.3.3-10", "MQTT-4.1.0-1"})
  void over_a_restart_qos_2_is_heard_once(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBREC);
    peer.sends(Peer.message(2, 5, "in/a", "x"));
    Peer again = peer.restarted().connack(true, 0).listening().ignore(PacketType.PUBREC).start();
    again.sends(Peer.message(true, 2, 5, "in/a", "x"));
    assertEquals(List.of(), again.heard);
    assertEquals(1, again.packets(Pubrec.class).size());
    again.sends(new Pubrel(5, 0, Properties.NONE));
    assertEquals(1, again.packets(Pubcomp.class).size());
  }

  /** A broker that is no longer interested in QoS 1 sends it again, with DUP 0: at least once. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_redelivery_of_qos_1_without_dup_is_heard_and_acknowledged(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.sends(Peer.message(1, 5, "in/a", "x"));
    peer.forget().closes().awaitOnline();
    peer.sends(Peer.message(false, 1, 5, "in/a", "x"));
    assertEquals(List.of("x", "x"), peer.heard);
    assertEquals(1, peer.packets(Puback.class).size());
  }

  /** The exchange goes on although the message says that it has expired. */
  @Test
  @Clause(v5 = "MQTT-4.3.3-13")
  void an_expired_message_is_acknowledged_to_its_end() {
    Peer peer = Peer.online(Peer.V5).ignore(PacketType.PUBREC);
    Properties expiry = Properties.builder().number(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
    peer.it.world.holdLanes(true);
    peer.sends(new Publish(false, QoS.EXACTLY_ONCE, false, "in/a", 5, expiry, new byte[0]));
    peer.passes(Duration.ofSeconds(10));
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    peer.sends(new Pubrel(5, 0, Properties.NONE));
    assertEquals(List.of(PacketType.PUBREC, PacketType.PUBCOMP), peer.types());
  }

  /** Nobody hears it; after the time of parking it is acknowledged all the same. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.2-3", "MQTT-4.5.0-2"},
      v5 = {"MQTT-3.3.2-3", "MQTT-4.5.0-2"})
  void what_was_never_asked_for_is_heard_by_nobody_and_acknowledged(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.sends(
        Peer.message(0, 0, "other", "0"),
        Peer.message(1, 5, "other", "1"),
        Peer.message(2, 6, "other", "2"));
    peer.passes(Duration.ofSeconds(61));
    assertEquals(List.of(), peer.heard);
    assertEquals(5, peer.packets(Puback.class).get(0).packetId());
    assertEquals(6, peer.packets(Pubrec.class).get(0).packetId());
    assertEquals(3, peer.it.status().counters().unclaimed());
    peer.unharmed();
  }

  /** A burst, and listeners that finish in the opposite order. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"},
      v5 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
  void acknowledgements_leave_in_the_order_of_arrival(ProtocolVersion version) {
    Peer peer = Peer.of(version).ignore(PacketType.PUBREC);
    List<ReceivedMessage> open = new ArrayList<>();
    peer.it.dispatcher.add(
        new ListenerSpec("slow", List.of(new TopicFilter("in/#")), QoS.EXACTLY_ONCE, true),
        open::add);
    peer.start();
    List<Packet> burst = new ArrayList<>();
    for (int id = 1; id <= 40; id++) {
      burst.add(Peer.message(1 + id % 2, id, "in/" + id % 3, "x"));
    }
    peer.sends(burst.toArray(Packet[]::new));
    assertEquals(40, open.size());
    assertEquals(List.of(), peer.packets());
    Collections.reverse(open);
    open.forEach(ReceivedMessage::acknowledge);
    peer.it.world.run();
    List<Integer> pubacks = peer.packets(Puback.class).stream().map(Puback::packetId).toList();
    List<Integer> pubrecs = peer.packets(Pubrec.class).stream().map(Pubrec::packetId).toList();
    assertEquals(pubacks.stream().sorted().toList(), pubacks);
    assertEquals(pubrecs.stream().sorted().toList(), pubrecs);
    assertEquals(40, pubacks.size() + pubrecs.size());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.10.4-3", v5 = "MQTT-3.10.4-3")
  void what_comes_after_unsubscribe_is_acknowledged(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.it.world.holdLanes(true);
    peer.sends(Peer.message(1, 5, "in/a", "before"));
    peer.it.world.onLoop(() -> peer.it.dispatcher.unsubscribe("in/#"));
    assertEquals(List.of(PacketType.UNSUBSCRIBE), peer.types());
    peer.sends(Peer.message(2, 6, "in/a", "after"));
    peer.it.world.holdLanes(false);
    peer.passes(Duration.ofSeconds(61));
    assertEquals(1, peer.packets(Puback.class).size());
    assertEquals(1, peer.packets(Pubrec.class).size());
    assertEquals(List.of("before"), peer.heard);
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.4-4", "MQTT-3.3.4-5"})
  void subscription_identifiers_may_come_although_we_ask_for_none() {
    Peer peer = Peer.online(Peer.V5);
    Properties two =
        Properties.builder()
            .number(Property.SUBSCRIPTION_IDENTIFIER, 2)
            .number(Property.SUBSCRIPTION_IDENTIFIER, 1)
            .build();
    peer.sends(new Publish(false, QoS.AT_MOST_ONCE, false, "in/a", 0, two, new byte[] {'x'}));
    assertEquals(List.of("x"), peer.heard);
    peer.unharmed();
  }

  /** What a listener sees of the properties, in their order. */
  @Test
  @Clause(v5 = {"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void user_properties_response_topic_and_correlation_data_reach_the_listener() {
    Peer peer = Peer.of(Peer.V5);
    List<ReceivedMessage> got = new ArrayList<>();
    peer.it.listen("in/#", QoS.AT_LEAST_ONCE, got::add);
    peer.start();
    List<UserProperty> user =
        List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "1"));
    Properties.Builder properties =
        Properties.builder()
            .string(Property.RESPONSE_TOPIC, "answer/here")
            .string(Property.CONTENT_TYPE, "text/plain")
            .binary(Property.CORRELATION_DATA, new byte[] {1, 2});
    user.forEach(properties::user);
    peer.sends(
        new Publish(false, QoS.AT_LEAST_ONCE, false, "in/a", 5, properties.build(), new byte[0]));
    assertEquals(user, got.get(0).properties().userProperties());
    assertEquals("answer/here", got.get(0).properties().responseTopic().orElse(""));
    assertEquals("text/plain", got.get(0).properties().contentType().orElse(""));
    assertEquals(2, got.get(0).properties().correlationData().orElseThrow().length);
  }

  /** Ours have neither reason string nor user properties: no packet is too large by them. */
  @Test
  @Clause(
      v5 = {
        "MQTT-3.4.2-2",
        "MQTT-3.4.2-3",
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3"
      })
  void our_acknowledgements_have_no_properties() {
    Peer peer = Peer.online(Peer.V5);
    peer.sends(Peer.message(1, 5, "in/a", "x"), Peer.message(2, 6, "in/a", "x"));
    peer.publish("a", 2);
    assertTrue(peer.packets(Puback.class).get(0).properties().isEmpty());
    assertTrue(peer.packets(Pubrec.class).get(0).properties().isEmpty());
    assertTrue(peer.packets(Pubrel.class).get(0).properties().isEmpty());
    assertTrue(peer.packets(Pubcomp.class).get(0).properties().isEmpty());
  }

  // Topic aliases.

  @Test
  @Clause(v5 = "MQTT-3.3.2-10")
  void aliases_are_taken_and_may_change_what_they_stand_for() {
    Peer peer = Peer.of(Peer.V5);
    List<String> topics = new ArrayList<>();
    peer.it.listen("in/#", QoS.AT_LEAST_ONCE, message -> topics.add(message.topic()));
    peer.start();
    peer.sends(alias("in/a", 1), alias("", 1), alias("in/b", 1), alias("", 1), alias("in/c", 16));
    assertEquals(List.of("in/a", "in/a", "in/b", "in/b", "in/c"), topics);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 65_535})
  @Clause(v5 = {"MQTT-3.1.2-26", "MQTT-3.1.2-27"})
  void an_alias_above_our_maximum_closes(int alias) {
    Peer.online(Peer.V5)
        .sends(alias("in/a", alias))
        .ended(ProblemKind.PROTOCOL_ERROR, 0x94)
        .awaitOnline();
  }

  @Test
  @Clause(v5 = "MQTT-3.3.2-8")
  void alias_0_closes() {
    // PUBLISH, topic "in", properties of 3 bytes: topic alias 0
    Peer.online(Peer.V5)
        .sendsBytes(0x30, 8, 0, 2, 'i', 'n', 3, 0x23, 0, 0)
        .ended(ProblemKind.PROTOCOL_ERROR, 0x94);
  }

  @Test
  @Clause(v5 = "MQTT-3.3.2-7")
  void an_alias_of_the_last_connection_stands_for_nothing_on_this_one() {
    Peer peer = Peer.online(Peer.V5).sends(alias("in/a", 1));
    peer.forget().closes().awaitOnline();
    peer.sends(alias("", 1)).ended(ProblemKind.PROTOCOL_ERROR, 0x82);
  }

  private static Publish alias(String topic, int alias) {
    Properties properties = Properties.builder().number(Property.TOPIC_ALIAS, alias).build();
    return new Publish(false, QoS.AT_MOST_ONCE, false, topic, 0, properties, new byte[0]);
  }
}
