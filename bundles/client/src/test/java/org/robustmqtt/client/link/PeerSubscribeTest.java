package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;

/** Brokers that answer SUBSCRIBE and UNSUBSCRIBE in odd ways. */
class PeerSubscribeTest {
  /** Online, with one filter asked for and not answered. */
  private static Peer asking(ProtocolVersion version) {
    return Peer.of(version).ignore(PacketType.SUBSCRIBE).listening().started();
  }

  private static int id(Peer peer) {
    return peer.packets(Subscribe.class).get(0).packetId();
  }

  private static Optional<QoS> granted(Peer peer, String filter) {
    return peer.it.status().subscriptions().stream()
        .filter(one -> one.filter().equals(filter))
        .filter(one -> one.state() == SubscriptionStatus.State.ACTIVE)
        .map(one -> QoS.of(one.reasonCode()))
        .findFirst();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.8.4-2", "MQTT-2.3.1-7", "MQTT-2.3.1-3", "MQTT-3.8.3-3"},
      v5 = {"MQTT-3.8.4-2", "MQTT-2.2.1-6", "MQTT-3.8.3-2"})
  void a_suback_of_another_id_answers_nothing_and_closes(ProtocolVersion version) {
    Peer peer = asking(version);
    assertTrue(id(peer) > 0);
    assertTrue(peer.packets(Subscribe.class).stream().noneMatch(s -> s.subscriptions().isEmpty()));
    peer.sends(new Suback(id(peer) + 1, List.of(0), Properties.NONE));
    assertFalse(granted(peer, "in/#").isPresent());
    peer.ended(ProblemKind.PROTOCOL_ERROR, 0x82);
    peer.answer(PacketType.SUBSCRIBE).awaitOnline();
    peer.it.world.run();
    assertEquals(QoS.EXACTLY_ONCE, granted(peer, "in/#").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.10.4-4", "MQTT-2.3.1-7"},
      v5 = {"MQTT-3.10.4-5", "MQTT-2.2.1-6"})
  void an_unsuback_of_another_id_answers_nothing_and_closes(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.UNSUBSCRIBE);
    peer.it.world.onLoop(() -> peer.it.dispatcher.unsubscribe("in/#"));
    int id = peer.packets(Unsubscribe.class).get(0).packetId();
    peer.sends(new Unsuback(id + 1, codes(version, 1), Properties.NONE));
    peer.ended(ProblemKind.PROTOCOL_ERROR, 0x82);
    peer.forget().answer(PacketType.UNSUBSCRIBE).awaitOnline();
    peer.it.world.run();
    assertEquals(1, peer.packets(Unsubscribe.class).size(), "asked for again");
  }

  private static List<Integer> codes(ProtocolVersion version, int count) {
    return version == Peer.V5 ? java.util.Collections.nCopies(count, 0) : List.of();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.8.4-5", "MQTT-3.9.3-1"},
      v5 = {"MQTT-3.8.4-6", "MQTT-3.9.3-1"})
  void too_few_or_too_many_codes_close_and_are_named(ProtocolVersion version) {
    for (List<Integer> codes : List.of(List.of(0), List.of(0, 0, 0))) {
      Peer peer = Peer.of(version).ignore(PacketType.SUBSCRIBE).listening();
      peer.it.listen("out/b", QoS.AT_LEAST_ONCE, message -> {});
      peer.started();
      assertEquals(2, peer.packets(Subscribe.class).get(0).subscriptions().size());
      peer.sends(new Suback(id(peer), codes, Properties.NONE));
      peer.ended(ProblemKind.SUBACK_MALFORMED, 0x82);
      peer.answer(PacketType.SUBSCRIBE).awaitOnline();
      peer.it.world.run();
      assertTrue(granted(peer, "out/b").isPresent());
    }
  }

  @Test
  @Clause(v5 = "MQTT-3.11.3-1")
  void an_unsuback_with_another_number_of_codes_closes() {
    Peer peer = Peer.online(Peer.V5).ignore(PacketType.UNSUBSCRIBE);
    peer.it.world.onLoop(() -> peer.it.dispatcher.unsubscribe("in/#"));
    int id = peer.packets(Unsubscribe.class).get(0).packetId();
    peer.sends(new Unsuback(id, List.of(0, 0), Properties.NONE));
    peer.ended(ProblemKind.SUBACK_MALFORMED, 0x82);
  }

  /** A broker that always counts wrongly is not asked without pause. */
  @Test
  @Clause(v311 = "MQTT-4.8.0-1", v5 = "section 4.13.1")
  void a_broker_that_always_answers_wrongly_is_asked_less_and_less_often() {
    Peer peer = Peer.of(Peer.V5, shape -> shape.jitter = false).ignore(PacketType.SUBSCRIBE);
    peer.listening().started();
    long begin = peer.it.world.nanos();
    for (int i = 0; i < 8; i++) {
      peer.sends(new Suback(id(peer), List.of(0, 0), Properties.NONE)).forget().awaitOnline();
      peer.it.world.run();
    }
    long seconds = (peer.it.world.nanos() - begin) / 1_000_000_000L;
    assertTrue(seconds >= 1 + 2 + 4 + 4 + 4, "eight times in " + seconds + " s");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v5 = "MQTT-3.8.4-7")
  void a_lower_granted_qos_is_taken_and_shown(ProtocolVersion version) {
    Peer peer = asking(version);
    peer.sends(new Suback(id(peer), List.of(1), Properties.NONE));
    assertEquals(QoS.AT_LEAST_ONCE, granted(peer, "in/#").orElseThrow());
    peer.passes(Duration.ofMinutes(30)).unharmed();
    assertEquals(1, peer.packets(Subscribe.class).size(), "not asked for again");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-3.9.3-2",
      v5 = {"MQTT-3.8.4-7", "MQTT-3.9.3-2"})
  void a_refused_filter_is_told_and_harms_no_other(ProtocolVersion version) {
    Peer peer = Peer.of(version).ignore(PacketType.SUBSCRIBE).listening();
    peer.it.listen("out/b", QoS.AT_LEAST_ONCE, message -> {});
    peer.started();
    peer.sends(new Suback(id(peer), List.of(0x80, 1), Properties.NONE));
    assertTrue(granted(peer, "in/#").isEmpty());
    assertEquals(QoS.AT_LEAST_ONCE, granted(peer, "out/b").orElseThrow());
    peer.passes(Duration.ofMinutes(30)).unharmed();
    assertEquals(1, peer.packets(Subscribe.class).size(), "not asked for again");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 0x7F, 0x81, 0xFF})
  @Clause(v311 = {"MQTT-3.9.3-2", "MQTT-4.8.0-1"})
  void an_unknown_code_of_3_1_1_closes(int code) {
    Peer peer = asking(Peer.V3);
    peer.sendsBytes(0x90, 3, 0, id(peer), code).endedSilently(ProblemKind.PROTOCOL_ERROR, 0x81);
  }

  /** Below 0x80 there are three codes; "granted" would be a filter that may not be there. */
  @ParameterizedTest
  @ValueSource(ints = {3, 0x10, 0x7F})
  @Clause(v5 = "MQTT-3.9.3-2")
  void a_code_of_5_that_grants_nothing_counts_as_refused_and_is_told(int code) {
    Peer peer = asking(Peer.V5);
    peer.sends(new Suback(id(peer), List.of(0), Properties.NONE));
    peer.forget();
    peer.it.listen("out/b", QoS.AT_LEAST_ONCE, message -> {});
    peer.sendsBytes(0x90, 4, 0, id(peer), 0, code);
    assertTrue(granted(peer, "out/b").isEmpty());
    assertTrue(granted(peer, "in/#").isPresent());
    peer.unharmed();
    assertTrue(
        peer.it.status().faults().get(0).contains(String.format("out/b with 0x%02X", code)),
        peer.it.status().faults().toString());
  }

  /** It may be with the broker from another life of this client identifier. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_filter_that_nobody_wanted_is_unsubscribed_once(ProtocolVersion version) {
    Peer peer = Peer.online(version);
    peer.it.world.onLoop(() -> peer.it.dispatcher.unsubscribe("old/#"));
    peer.it.world.run();
    assertEquals(
        List.of(List.of("old/#")),
        peer.packets(Unsubscribe.class).stream().map(Unsubscribe::filters).toList());
    peer.closes().awaitOnline();
    peer.it.world.run();
    assertEquals(1, peer.packets(Unsubscribe.class).size());
    assertTrue(granted(peer, "in/#").isPresent());
  }

  @Test
  void a_filter_that_nobody_wanted_is_unsubscribed_at_the_next_connect() {
    Peer peer = Peer.online(Peer.V5);
    peer.closes();
    peer.it.world.onLoop(() -> peer.it.dispatcher.unsubscribe("old/#"));
    peer.awaitOnline();
    peer.it.world.run();
    assertEquals(1, peer.packets(Unsubscribe.class).size());
  }

  /** Not sent, and said to be refused with the code that the broker would have used. */
  @Test
  @Clause(v5 = {"section 3.2.2.3.11", "section 3.2.2.3.13"})
  void what_the_broker_cannot_subscribe_is_not_sent_and_told() {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(
                Properties.builder()
                    .number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0)
                    .number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0)
                    .number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0)
                    .build());
    peer.it.listen("plain", QoS.AT_LEAST_ONCE, message -> {});
    peer.it.listen("wild/+", QoS.AT_LEAST_ONCE, message -> {});
    peer.it.listen("$share/group/shared", QoS.AT_LEAST_ONCE, message -> {});
    peer.started();
    assertEquals(
        List.of("plain"),
        peer.packets(Subscribe.class).stream()
            .flatMap(one -> one.subscriptions().stream())
            .map(Subscription::filter)
            .toList());
    assertTrue(granted(peer, "plain").isPresent());
    assertTrue(granted(peer, "wild/+").isEmpty());
    assertTrue(granted(peer, "$share/group/shared").isEmpty());
    peer.connackProperties(Properties.NONE).forget().closes().awaitOnline();
    peer.it.world.run();
    assertTrue(granted(peer, "wild/+").isPresent(), "at a broker that can");
  }

  @Test
  @Clause(v5 = {"MQTT-3.8.3-4", "section 3.2.2.3.12"})
  void no_subscribe_has_no_local_with_a_shared_filter_or_a_subscription_identifier() {
    Peer peer = Peer.of(Peer.V5);
    peer.it.listen("$share/group/in", QoS.AT_LEAST_ONCE, message -> {});
    peer.started();
    Subscribe subscribe = peer.packets(Subscribe.class).get(0);
    assertFalse(subscribe.subscriptions().get(0).noLocal());
    assertTrue(subscribe.properties().isEmpty());
  }
}
