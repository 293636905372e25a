package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.UserProperty;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Encoder;
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
import org.robustmqtt.codec.Subscribe;

/** What we send, to brokers that acknowledge in odd ways, late, or not at all. */
class PeerPublishTest {
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.1-1", "MQTT-3.3.2-1"},
      v5 = {"MQTT-4.3.1-1", "MQTT-3.3.1-2", "MQTT-3.3.2-1"})
  void qos_0_is_one_publish_without_dup(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    Ticket ticket = peer.publish("a", 0);
    peer.passes(Duration.ofMinutes(2));
    assertEquals(1, peer.packets(Publish.class).size());
    assertFalse(peer.packets(Publish.class).get(0).duplicate());
    assertEquals("a", peer.packets(Publish.class).get(0).topic());
    assertEquals(Outcome.Kind.SENT, peer.outcome(ticket));
  }

  /** Never again on a living connection, however long the acknowledgement takes. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.2-1", "MQTT-3.3.1-1", "MQTT-4.4.0-1", "MQTT-2.3.1-3"},
      v5 = {"MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.2-3", "MQTT-3.3.1-1", "MQTT-4.4.0-1"})
  void qos_1_is_sent_once_and_open_until_its_puback_and_again_only_on_a_new_connection(
      ProtocolVersion version) {
    Peer peer = Peer.online(version, shape -> shape.ackTimeout = Duration.ofMinutes(5));
    peer.ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 1);
    peer.passes(Duration.ofMinutes(4));
    Publish first = peer.packets(Publish.class).get(0);
    assertEquals(1, peer.packets(Publish.class).size());
    assertFalse(first.duplicate());
    assertNotEquals(0, first.packetId());
    assertTrue(peer.open(ticket));
    peer.forget().closes().answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    Publish second = peer.packets(Publish.class).get(0);
    assertTrue(second.duplicate());
    assertEquals(first.packetId(), second.packetId());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.3-1", "MQTT-2.3.1-6"},
      v5 = {
        "MQTT-4.3.3-1",
        "MQTT-4.3.3-2",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-4",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-2.2.1-5"
      })
  void qos_2_goes_from_publish_to_pubrel_and_never_back(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH, PacketType.PUBREL);
    Ticket ticket = peer.publish("a", 2);
    Publish publish = peer.packets(Publish.class).get(0);
    assertFalse(publish.duplicate());
    assertEquals(List.of(PacketType.PUBLISH), peer.types());
    peer.sends(new Pubrec(publish.packetId(), 0, Properties.NONE));
    assertEquals(List.of(PacketType.PUBLISH, PacketType.PUBREL), peer.types());
    assertEquals(publish.packetId(), peer.packets(Pubrel.class).get(0).packetId());
    assertTrue(peer.open(ticket));
    for (int i = 0; i < 3; i++) {
      peer.forget().closes().awaitOnline();
      peer.it.world.run();
      assertEquals(List.of(PacketType.CONNECT, PacketType.PUBREL), peer.types());
      assertEquals(publish.packetId(), peer.packets(Pubrel.class).get(0).packetId());
    }
    peer.sends(new Pubcomp(publish.packetId(), 0, Properties.NONE));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.6.0-1", "MQTT-4.4.0-1"},
      v5 = {"MQTT-4.6.0-1", "MQTT-4.4.0-1"})
  void what_is_sent_again_goes_in_its_old_order(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    for (String topic : List.of("a", "b", "c", "d", "e")) {
      peer.publish(topic, topic.equals("c") ? 2 : 1);
    }
    List<Integer> ids = peer.packets(Publish.class).stream().map(Publish::packetId).toList();
    peer.forget().closes().answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    List<Publish> again = peer.packets(Publish.class);
    assertEquals(ids, again.stream().map(Publish::packetId).toList());
    assertEquals(List.of("a", "b", "c", "d", "e"), again.stream().map(Publish::topic).toList());
    assertTrue(again.stream().allMatch(Publish::duplicate));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-4.6.0-4", v5 = "MQTT-4.6.0-4")
  void pubrels_leave_in_the_order_of_the_pubrecs(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH, PacketType.PUBREL);
    peer.publish("a", 2);
    peer.publish("b", 2);
    peer.publish("c", 2);
    List<Integer> ids =
        new ArrayList<>(peer.packets(Publish.class).stream().map(Publish::packetId).toList());
    java.util.Collections.reverse(ids);
    ids.forEach(id -> peer.sends(new Pubrec(id, 0, Properties.NONE)));
    assertEquals(ids, peer.packets(Pubrel.class).stream().map(Pubrel::packetId).toList());
  }

  /** A refusal is an acknowledgement: never sent again, its place is free. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Clause(v5 = {"MQTT-4.4.0-2", "MQTT-3.3.4-7", "MQTT-4.9.0-2"})
  void a_refused_message_has_its_outcome_and_is_never_sent_again(int qos) {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(number(Property.RECEIVE_MAXIMUM, 1))
            .start()
            .ignore(PacketType.PUBLISH);
    Ticket refused = peer.publish("a", qos);
    Ticket next = peer.publish("b", 1);
    Publish publish = peer.packets(Publish.class).get(0);
    assertEquals(1, peer.packets(Publish.class).size());
    peer.sends(
        qos == 1
            ? new Puback(publish.packetId(), 0x97, Properties.NONE)
            : new Pubrec(publish.packetId(), 0x97, Properties.NONE));
    assertEquals(
        new Outcome.Dropped(DropReason.REFUSED, 0x97, false),
        peer.it.outcome(refused).orElseThrow());
    assertEquals("b", peer.packets(Publish.class).get(1).topic(), "its place is free");
    peer.forget().closes().answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    assertEquals(List.of("b"), peer.packets(Publish.class).stream().map(Publish::topic).toList());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(next));
  }

  /** RabbitMQ answers QoS 2 with PUBACK. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_puback_to_qos_2_ends_it_and_begins_no_loop(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 2);
    peer.sends(new Puback(peer.packets(Publish.class).get(0).packetId(), 0, Properties.NONE));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    peer.passes(Duration.ofMinutes(5));
    assertEquals(List.of(PacketType.PUBLISH), peer.types());
    peer.unharmed();
    Ticket next = peer.answer(PacketType.PUBLISH).publish("a", 2);
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(next));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-2.3.1-6", "MQTT-4.3.3-1"},
      v5 = {"MQTT-2.2.1-5", "MQTT-4.9.0-3"})
  void acknowledgements_of_unknown_ids_settle_nothing_and_harm_nothing(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 1);
    int id = peer.packets(Publish.class).get(0).packetId();
    peer.sends(
        new Puback(id + 1, 0, Properties.NONE),
        new Pubcomp(7, 0, Properties.NONE),
        new Pubrec(9, 0, Properties.NONE),
        new Puback(65_535, 0, Properties.NONE));
    assertTrue(peer.open(ticket));
    assertEquals(9, peer.packets(Pubrel.class).get(0).packetId(), "so that the broker is done");
    peer.unharmed().sends(new Puback(id, 0, Properties.NONE));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    peer.sends(new Puback(id, 0, Properties.NONE)).unharmed();
  }

  @Test
  @Clause(
      v311 = "MQTT-4.8.0-1",
      v5 = {"MQTT-2.2.1-5", "section 4.13.1"})
  void an_acknowledgement_of_the_wrong_kind_closes() {
    Peer peer = Peer.online(Peer.V5).ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 1);
    peer.sends(new Pubrec(peer.packets(Publish.class).get(0).packetId(), 0, Properties.NONE));
    peer.ended(ProblemKind.PROTOCOL_ERROR, 0x82);
    assertTrue(peer.open(ticket));
    peer.answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  // The window.

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20})
  @Clause(v5 = {"MQTT-3.3.4-7", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
  void no_more_than_the_receive_maximum_is_open_also_when_all_is_sent_again(int maximum) {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(number(Property.RECEIVE_MAXIMUM, maximum))
            .start()
            .ignore(PacketType.PUBLISH);
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      tickets.add(peer.publish("a", 1));
    }
    assertEquals(maximum, peer.packets(Publish.class).size());
    peer.sends(new Puback(60_000, 0, Properties.NONE));
    assertEquals(maximum, peer.packets(Publish.class).size(), "not more than at the start");
    peer.forget().closes().awaitOnline();
    peer.it.world.run();
    assertEquals(maximum, peer.packets(Publish.class).size());
    int sent = 0;
    while (sent < peer.packets(Publish.class).size()) {
      peer.sends(new Puback(peer.packets(Publish.class).get(sent).packetId(), 0, Properties.NONE));
      sent++;
      assertTrue(peer.packets(Publish.class).size() - sent <= maximum);
    }
    assertEquals(30, sent);
    tickets.forEach(ticket -> assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket)));
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.4-7", "MQTT-4.9.0-2"})
  void a_lower_receive_maximum_on_the_next_connection_is_kept_and_a_pubrec_frees_no_place() {
    Peer peer = Peer.of(Peer.V5).start().ignore(PacketType.PUBLISH, PacketType.PUBREL);
    for (String topic : List.of("a", "b", "c", "d")) {
      peer.publish(topic, 2);
    }
    peer.connackProperties(number(Property.RECEIVE_MAXIMUM, 2));
    peer.forget().closes().awaitOnline();
    peer.it.world.run();
    List<Publish> first = peer.packets(Publish.class);
    assertEquals(List.of("a", "b"), first.stream().map(Publish::topic).toList());
    peer.sends(new Pubrec(first.get(0).packetId(), 0, Properties.NONE));
    assertEquals(2, peer.packets(Publish.class).size());
    peer.sends(new Pubcomp(first.get(0).packetId(), 0, Properties.NONE));
    assertEquals("c", peer.packets(Publish.class).get(2).topic());
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.4-8", "MQTT-4.9.0-2"})
  void with_a_full_window_everything_else_goes_on() {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(number(Property.RECEIVE_MAXIMUM, 1))
            .start()
            .ignore(PacketType.PUBLISH, PacketType.PUBREL);
    peer.publish("full", 2);
    int id = peer.packets(Publish.class).get(0).packetId();
    peer.publish("waits", 1);
    Ticket unacknowledged = peer.publish("zero", 0);
    assertEquals(Outcome.Kind.SENT, peer.outcome(unacknowledged));
    peer.it.listen("new/filter", QoS.AT_LEAST_ONCE, message -> {});
    assertEquals(1, peer.packets(Subscribe.class).size());
    peer.sends(new Pubrec(id, 0, Properties.NONE));
    assertEquals(1, peer.packets(Pubrel.class).size());
    assertEquals(
        List.of("full", "zero"), peer.packets(Publish.class).stream().map(Publish::topic).toList());
  }

  // What the broker cannot do.

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Clause(v5 = "MQTT-3.2.2-11")
  void nothing_goes_above_the_maximum_qos_also_what_was_stored_with_more(int maximum) {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.MAXIMUM_QOS, maximum));
    List<Ticket> tickets =
        List.of(peer.publish("a", 2), peer.publish("b", 1), peer.publish("c", 0));
    peer.it.online();
    peer.it.world.run();
    List<Publish> sent = peer.packets(Publish.class);
    assertEquals(3, sent.size());
    assertTrue(sent.stream().allMatch(one -> one.qos().level() <= maximum));
    tickets.forEach(ticket -> assertNotEquals(Outcome.Kind.DROPPED, peer.outcome(ticket)));
  }

  /** What was sent with QoS 2 on a broker that now takes less, goes as new. */
  @Test
  @Clause(v5 = "MQTT-3.2.2-11")
  void what_is_in_flight_with_more_than_the_broker_takes_now_goes_with_less() {
    Peer peer = Peer.of(Peer.V5).start().ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 2);
    peer.connackProperties(number(Property.MAXIMUM_QOS, 1)).answer(PacketType.PUBLISH);
    peer.forget().closes().awaitOnline();
    peer.it.world.run();
    assertEquals(QoS.AT_LEAST_ONCE, peer.packets(Publish.class).get(0).qos());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-14")
  void where_nothing_is_retained_a_retained_message_is_refused_and_blocks_nobody() {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.RETAIN_AVAILABLE, 0)).start();
    Ticket retained = peer.it.outbox.publish(Message.text("a", "x").withRetain(true));
    Ticket next = peer.publish("a", 1);
    assertEquals(
        new Outcome.Dropped(DropReason.REFUSED, 0x9A, false),
        peer.it.outcome(retained).orElseThrow());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(next));
    assertTrue(peer.packets(Publish.class).stream().noneMatch(Publish::retain));
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-14")
  void where_nothing_is_retained_a_retained_message_goes_without_the_flag_if_its_policy_says_so() {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.RETAIN_AVAILABLE, 0)).start();
    peer.it.outbox.policies(
        new PolicyTable(
            DeliveryPolicy.of("default", Optional.empty(), draft -> draft.stripRetain = true),
            List.of()));
    Ticket retained = peer.it.outbox.publish(Message.text("a", "x").withRetain(true));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(retained));
    assertEquals(
        List.of(false), peer.packets(Publish.class).stream().map(Publish::retain).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 30, 64})
  @Clause(v5 = "MQTT-3.2.2-15")
  void no_packet_of_any_type_is_larger_than_the_broker_takes_and_none_blocks_the_rest(int size)
      throws CodecException {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.MAXIMUM_PACKET_SIZE, size));
    peer.listening();
    peer.it.listen("a/very/long/filter/".repeat(5) + "#", QoS.AT_LEAST_ONCE, message -> {});
    Ticket large = peer.publish("t/" + "x".repeat(100), 1);
    Ticket small = peer.publish("s", 1);
    peer.it.online();
    peer.it.world.run();
    assertEquals(
        new Outcome.Dropped(DropReason.TOO_LARGE, 0, false), peer.it.outcome(large).orElseThrow());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(small));
    Encoder encoder = new Encoder(Peer.V5);
    for (Packet packet : peer.packets()) {
      if (packet.type() != PacketType.CONNECT) {
        assertTrue(encoder.size(packet) <= size, packet.toString());
      }
    }
    assertEquals(1, peer.packets(Subscribe.class).size(), "the short filter");
  }

  @Test
  @Clause(v5 = {"MQTT-3.2.2-17", "MQTT-3.3.2-9"})
  void topic_aliases_are_used_up_to_the_brokers_maximum_and_anew_on_each_connection() {
    Peer peer = Peer.of(Peer.V5).connackProperties(number(Property.TOPIC_ALIAS_MAXIMUM, 2)).start();
    for (int i = 0; i < 9; i++) {
      peer.publish("topic/" + i % 3, 0);
    }
    peer.closes().awaitOnline();
    peer.publish("topic/0", 0);
    List<Publish> all = peer.packets(Publish.class);
    assertTrue(
        all.stream()
            .mapToLong(one -> one.properties().number(Property.TOPIC_ALIAS).orElse(0))
            .allMatch(alias -> alias <= 2));
    assertEquals("topic/0", all.get(all.size() - 1).topic());
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-18")
  void without_a_maximum_from_the_broker_there_is_no_topic_alias() {
    Peer peer = Peer.online(Peer.V5);
    peer.publish("topic/a", 0);
    peer.publish("topic/a", 1);
    for (Publish publish : peer.packets(Publish.class)) {
      assertEquals("topic/a", publish.topic());
      assertTrue(publish.properties().number(Property.TOPIC_ALIAS).isEmpty());
    }
  }

  // Properties and time.

  @Test
  @Clause(v5 = {"section 3.3.2.3.3", "MQTT-3.3.4-6", "MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void properties_go_along_in_their_order_and_the_expiry_is_what_is_left() {
    Peer peer = Peer.of(Peer.V5);
    MessageProperties properties =
        MessageProperties.NONE
            .withContentType("text/plain")
            .withResponseTopic("answer/here")
            .withCorrelationData(new byte[] {1, 2, 3})
            .withUserProperties(
                List.of(
                    new UserProperty("b", "1"),
                    new UserProperty("a", "2"),
                    new UserProperty("b", "1")));
    Ticket ticket =
        peer.it.outbox.publish(
            Message.text("a", "x")
                .withProperties(properties)
                .withDeadline(Duration.ofSeconds(100)));
    peer.passes(Duration.ofSeconds(60));
    peer.it.online();
    peer.it.world.run();
    Properties sent = peer.packets(Publish.class).get(0).properties();
    long left = sent.number(Property.MESSAGE_EXPIRY_INTERVAL).orElse(0);
    assertTrue(left <= 40 && left >= 37, "left: " + left);
    assertEquals("text/plain", sent.string(Property.CONTENT_TYPE).orElse(""));
    assertEquals("answer/here", sent.string(Property.RESPONSE_TOPIC).orElse(""));
    assertEquals(3, sent.binary(Property.CORRELATION_DATA).orElseThrow().length);
    assertEquals(
        List.of("b", "a", "b"), sent.userProperties().stream().map(UserProperty::name).toList());
    assertEquals(List.of(), sent.subscriptionIdentifiers());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @Test
  @Clause(v5 = "section 3.3.2.3.3")
  void what_waited_beyond_its_deadline_is_not_sent() {
    Peer peer = Peer.of(Peer.V5);
    Ticket ticket =
        peer.it.outbox.publish(Message.text("a", "x").withDeadline(Duration.ofSeconds(10)));
    peer.passes(Duration.ofSeconds(11));
    peer.it.online();
    peer.it.world.run();
    assertEquals(List.of(), peer.packets(Publish.class));
    assertEquals(
        new Outcome.Dropped(DropReason.EXPIRED, 0, false), peer.it.outcome(ticket).orElseThrow());
  }

  /** The exchange goes to its end although the deadline passes meanwhile. */
  @Test
  @Clause(v5 = {"MQTT-4.3.3-7", "MQTT-4.3.3-6"})
  void after_pubrec_no_deadline_ends_an_exchange_of_qos_2() {
    Peer peer =
        Peer.online(Peer.V5, shape -> shape.ackTimeout = Duration.ofMinutes(5))
            .ignore(PacketType.PUBREL);
    peer.it.outbox.publish(Message.text("a", "x").withQos(2).withDeadline(Duration.ofSeconds(10)));
    peer.it.world.run();
    peer.passes(Duration.ofSeconds(60));
    assertEquals(List.of(PacketType.PUBLISH, PacketType.PUBREL), peer.types());
    peer.forget().closes().answer(PacketType.PUBREL).awaitOnline();
    peer.it.world.run();
    assertEquals(List.of(PacketType.CONNECT, PacketType.PUBREL), peer.types());
    assertEquals(0, peer.it.status().queue().messages());
  }

  /** What is sent because of a re-delivered message is a message of its own. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.3.1-3", v5 = "MQTT-3.3.1-3")
  void the_dup_of_what_came_is_not_the_dup_of_what_is_sent(ProtocolVersion version) {
    Peer peer = Peer.of(version);
    peer.it.listen(
        "in/#",
        QoS.AT_LEAST_ONCE,
        message -> peer.it.outbox.publish(Message.of("out", message.payload()).withQos(1)));
    peer.start().sends(Peer.message(true, 1, 5, "in/a", "x"));
    assertEquals("out", peer.packets(Publish.class).get(0).topic());
    assertFalse(peer.packets(Publish.class).get(0).duplicate());
  }

  private static Properties number(Property property, long value) {
    return Properties.builder().number(property, value).build();
  }
}
