package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Subscribe;

/** Our process ends at every step; the next one has nothing but the journal. */
class PeerRestartTest {
  /** The process after this one, at a broker that has kept the session. */
  private static Peer resumed(Peer before) {
    return before.restarted().connack(true, 0);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.1-1", "MQTT-2.3.1-3", "MQTT-4.1.0-1", "MQTT-4.3.2-1", "MQTT-4.4.0-1"},
      v5 = {
        "MQTT-3.3.1-1",
        "MQTT-3.1.2-23",
        "MQTT-4.1.0-1",
        "MQTT-4.3.2-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.2-3",
        "MQTT-4.4.0-1"
      })
  void after_a_restart_qos_1_is_sent_again_with_its_id_and_dup_and_once_only(
      ProtocolVersion version) {
    Peer before = Peer.online(version).ignore(PacketType.PUBLISH);
    before.publish("a", 1);
    Publish first = before.packets(Publish.class).get(0);
    assertFalse(first.duplicate());
    Peer after = resumed(before).started();
    Publish again = after.packets(Publish.class).get(0);
    assertEquals(first.packetId(), again.packetId());
    assertTrue(again.duplicate());
    assertEquals(0, after.it.status().queue().messages());
    Peer last = resumed(after).started();
    assertEquals(List.of(), last.packets(Publish.class), "acknowledged: never again");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.3-1", "MQTT-3.3.1-1"},
      v5 = {"MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-4.3.3-3", "MQTT-4.3.3-5", "MQTT-4.3.3-6"})
  void after_a_restart_qos_2_goes_on_where_it_was(ProtocolVersion version) {
    Peer sent = Peer.online(version).ignore(PacketType.PUBLISH, PacketType.PUBREL);
    sent.publish("a", 2);
    int id = sent.packets(Publish.class).get(0).packetId();
    Peer received = resumed(sent).ignore(PacketType.PUBLISH, PacketType.PUBREL).started();
    assertEquals(List.of(PacketType.CONNECT, PacketType.PUBLISH), received.types());
    assertTrue(received.packets(Publish.class).get(0).duplicate());
    assertEquals(id, received.packets(Publish.class).get(0).packetId());
    received.sends(new Pubrec(id, 0, Properties.NONE));
    Peer released = resumed(received).ignore(PacketType.PUBREL).started();
    assertEquals(List.of(PacketType.CONNECT, PacketType.PUBREL), released.types());
    assertEquals(id, released.packets(Pubrel.class).get(0).packetId());
    Peer done = resumed(released).started();
    assertEquals(List.of(PacketType.CONNECT, PacketType.PUBREL), done.types());
    assertEquals(0, done.it.status().queue().messages());
    assertEquals(List.of(PacketType.CONNECT), resumed(done).started().types());
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.6.0-1", "MQTT-4.4.0-1"},
      v5 = {"MQTT-4.6.0-1", "MQTT-4.6.0-4", "MQTT-4.4.0-1"})
  void after_a_restart_everything_goes_again_in_its_order(ProtocolVersion version) {
    Peer before = Peer.online(version).ignore(PacketType.PUBLISH, PacketType.PUBREL);
    for (String topic : List.of("a", "b", "c", "d")) {
      before.publish(topic, 2);
    }
    List<Integer> ids = before.packets(Publish.class).stream().map(Publish::packetId).toList();
    before.sends(new Pubrec(ids.get(0), 0, Properties.NONE));
    before.sends(new Pubrec(ids.get(1), 0, Properties.NONE));
    Peer after = resumed(before).ignore(PacketType.PUBLISH, PacketType.PUBREL).started();
    assertEquals(
        ids.subList(0, 2), after.packets(Pubrel.class).stream().map(Pubrel::packetId).toList());
    assertEquals(
        List.of("c", "d"), after.packets(Publish.class).stream().map(Publish::topic).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Clause(v5 = "MQTT-3.3.4-7")
  void after_a_restart_the_receive_maximum_is_kept_by_what_is_sent_again(int maximum) {
    Peer before = Peer.online(Peer.V5).ignore(PacketType.PUBLISH);
    for (int i = 0; i < 10; i++) {
      before.publish("a", 1);
    }
    Properties fewer = Properties.builder().number(Property.RECEIVE_MAXIMUM, maximum).build();
    Peer after = before.restarted().ignore(PacketType.PUBLISH);
    after.it.broker.connack(
        connect -> java.util.Optional.of(new org.robustmqtt.codec.Connack(true, 0, fewer)));
    after.started();
    int sent = 0;
    while (sent < after.packets(Publish.class).size()) {
      List<Publish> all = after.packets(Publish.class);
      assertTrue(all.size() - sent <= maximum);
      after.sends(new Puback(all.get(sent).packetId(), 0, Properties.NONE));
      sent++;
    }
    assertEquals(10, sent);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v5 = "MQTT-3.2.2-5")
  void after_a_restart_a_session_that_the_broker_lost_is_begun_anew(ProtocolVersion version) {
    Peer before = Peer.online(version).ignore(PacketType.PUBLISH);
    before.publish("a", 1);
    before.publish("a", 2);
    Peer after = before.restarted().connack(false, 0).listening().started();
    assertEquals(1, after.packets(Subscribe.class).size());
    assertEquals(2, after.packets(Publish.class).size());
    assertTrue(after.packets(Publish.class).stream().noneMatch(Publish::duplicate));
    assertEquals(0, after.it.status().queue().messages());
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-4")
  void after_a_restart_with_a_lost_store_no_session_is_resumed() {
    Peer before = Peer.online(Peer.V5);
    Peer after = before.restarted(new MemoryJournal()).connack(true, 0);
    after.it.start();
    after.passes(java.time.Duration.ofSeconds(20));
    assertTrue(after.packets(Connect.class).size() > 2, "asked for again and again");
    assertTrue(after.packets(Connect.class).stream().allMatch(Connect::cleanStart));
    assertEquals(List.of(), after.packets(Subscribe.class));
  }

  /** What was not acknowledged before the end is acknowledged after it, when it comes again. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.3.2-2", "MQTT-4.6.0-2", "MQTT-4.6.0-3"},
      v5 = {"MQTT-4.3.2-4", "MQTT-4.3.2-5", "MQTT-4.6.0-2", "MQTT-4.6.0-3"})
  void after_a_restart_what_comes_again_is_heard_and_acknowledged_in_order(
      ProtocolVersion version) {
    Peer before = Peer.online(version).ignore(PacketType.PUBREC);
    before.it.world.holdLanes(true);
    before.sends(
        Peer.message(1, 1, "in/a", "one"),
        Peer.message(2, 2, "in/a", "two"),
        Peer.message(1, 3, "in/a", "three"),
        Peer.message(2, 4, "in/a", "four"));
    assertEquals(List.of(), before.packets(), "nobody is done: nothing is acknowledged");
    Peer after = resumed(before).listening().ignore(PacketType.PUBREC).start();
    after.sends(
        Peer.message(true, 1, 1, "in/a", "one"),
        Peer.message(true, 2, 2, "in/a", "two"),
        Peer.message(true, 1, 3, "in/a", "three"),
        Peer.message(true, 2, 4, "in/a", "four"));
    assertEquals(List.of("one", "two", "three", "four"), after.heard);
    assertEquals(
        List.of(1, 3), after.packets(Puback.class).stream().map(Puback::packetId).toList());
    List<Integer> pubrecs =
        new ArrayList<>(after.packets(Pubrec.class).stream().map(Pubrec::packetId).toList());
    assertEquals(List.of(2, 4), pubrecs);
  }
}
