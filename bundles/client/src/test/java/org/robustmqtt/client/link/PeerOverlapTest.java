package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;

/** Brokers that send a copy for each filter that means a topic. */
class PeerOverlapTest {
  private static final List<String> FILTERS = List.of("#", "room/+", "room/action");

  private final Map<String, List<String>> heard = new LinkedHashMap<>();

  private void listen(Peer peer) {
    for (String filter : FILTERS) {
      heard.put(filter, new ArrayList<>());
      peer.it.listen(filter, QoS.EXACTLY_ONCE, message -> heard.get(filter).add(message.text()));
    }
  }

  private void eachHeard(String... texts) {
    heard.forEach((filter, what) -> assertEquals(List.of(texts), what, filter));
  }

  /** Returns which identifier each filter was subscribed with last. */
  private static Map<String, Integer> identifiers(Peer peer) {
    Map<String, Integer> identifiers = new LinkedHashMap<>();
    for (Subscribe packet : peer.packets(Subscribe.class)) {
      List<Integer> own = packet.properties().subscriptionIdentifiers();
      for (Subscription one : packet.subscriptions()) {
        identifiers.put(one.filter(), own.isEmpty() ? 0 : own.get(0));
      }
    }
    return identifiers;
  }

  private static Publish copy(int qos, int id, String text, int... identifiers) {
    Properties.Builder properties = Properties.builder();
    for (int identifier : identifiers) {
      properties.number(Property.SUBSCRIPTION_IDENTIFIER, identifier);
    }
    return new Publish(
        false,
        QoS.of(qos),
        false,
        "room/action",
        id,
        properties.build(),
        text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void each_listener_hears_a_message_once_although_three_copies_come(int qos) {
    Peer peer = Peer.of(Peer.V5);
    listen(peer);
    peer.started();
    Map<String, Integer> identifiers = identifiers(peer);
    assertEquals(Map.of("#", 1, "room/+", 2, "room/action", 3), identifiers);
    for (String text : List.of("a", "b")) {
      int id = qos == 0 ? 0 : text.charAt(0) * 10;
      peer.sends(copy(qos, id, text, 3));
      peer.sends(copy(qos, qos == 0 ? 0 : id + 1, text, 2));
      peer.sends(copy(qos, qos == 0 ? 0 : id + 2, text, 1));
    }
    eachHeard("a", "b");
    assertEquals(0, peer.it.dispatcher.receivedPending());
    peer.unharmed();
  }

  @Test
  void a_broker_without_identifiers_is_asked_without_and_every_copy_is_heard() {
    Peer peer =
        Peer.of(Peer.V5)
            .connackProperties(
                Properties.builder().number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0).build());
    listen(peer);
    peer.started();
    assertEquals(Map.of("#", 0, "room/+", 0, "room/action", 0), identifiers(peer));
    assertEquals(1, peer.packets(Subscribe.class).size());
    peer.sends(copy(1, 1, "a"), copy(1, 2, "a"));
    eachHeard("a", "a");
  }

  @Test
  void identifiers_stay_the_same_over_a_restart_of_the_process() {
    Peer peer = Peer.of(Peer.V5);
    listen(peer);
    peer.started();
    Map<String, Integer> before = identifiers(peer);
    Peer again = peer.restarted();
    again.connack(true, 0);
    listen(again);
    again.started();
    assertTrue(
        before.entrySet().containsAll(identifiers(again).entrySet()), identifiers(again) + "");
    again.sends(copy(2, 1, "a", 1), copy(2, 2, "a", 2), copy(2, 3, "a", 3));
    eachHeard("a");
  }

  @Test
  void a_filter_that_comes_later_takes_no_message_from_those_that_are_there() {
    Peer peer = Peer.of(Peer.V5);
    heard.put("room/+", new ArrayList<>());
    peer.it.listen("room/+", QoS.EXACTLY_ONCE, message -> heard.get("room/+").add(message.text()));
    peer.started();
    assertEquals(Map.of("room/+", 0), identifiers(peer));
    peer.forget();
    heard.put("#", new ArrayList<>());
    peer.it.listen("#", QoS.EXACTLY_ONCE, message -> heard.get("#").add(message.text()));
    assertEquals(Map.of("room/+", 1, "#", 2), identifiers(peer));
    assertEquals(
        "room/+",
        peer.packets(Subscribe.class).get(0).subscriptions().get(0).filter(),
        "the one that is there is asked for first");
    peer.sends(copy(1, 1, "before"));
    peer.sends(copy(1, 2, "a", 1), copy(1, 3, "a", 2), copy(1, 4, "b", 2), copy(1, 5, "b", 1));
    eachHeard("before", "a", "b");
  }
}
