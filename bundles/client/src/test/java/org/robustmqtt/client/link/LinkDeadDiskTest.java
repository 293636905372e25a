package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Subscribe;

/** A hub with a dead disk is still an MQTT client. */
class LinkDeadDiskTest {
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final MemoryJournal journal = new MemoryJournal();
  private final List<String> heard = new ArrayList<>();

  private LinkWorld world(ProtocolVersion version) {
    return world(version, Presence.NONE);
  }

  private LinkWorld world(ProtocolVersion version, Presence presence) {
    LinkSettings settings =
        LinkWorld.settings(
            shape -> {
              shape.presence = presence;
              shape.version =
                  version == ProtocolVersion.MQTT_5
                      ? LinkSettings.Version.MQTT_5
                      : LinkSettings.Version.MQTT_3_1_1;
              return shape;
            });
    return new LinkWorld(new VirtualWorld(1), journal, Optional.of(settings)).withBroker();
  }

  private static Connect last(LinkWorld it) {
    List<Connect> all = it.broker.packets(Connect.class);
    return all.get(all.size() - 1);
  }

  private static long expiry(Connect connect) {
    return connect.properties().number(Property.SESSION_EXPIRY_INTERVAL).orElse(0L);
  }

  private void listen(LinkWorld it, String filter) {
    it.listen(filter, QoS.EXACTLY_ONCE, message -> heard.add(message.topic()));
  }

  private static boolean subscribed(LinkWorld it, String filter) {
    return it.broker.packets(Subscribe.class).stream()
        .flatMap(packet -> packet.subscriptions().stream())
        .anyMatch(subscription -> subscription.filter().equals(filter));
  }

  private static void send(LinkWorld it, String topic, int qos, int id) {
    it.broker
        .line()
        .send(
            new Publish(
                false,
                QoS.values()[qos],
                false,
                topic,
                qos == 0 ? 0 : id,
                Properties.NONE,
                new byte[] {1}));
    it.world.run();
  }

  private static Ticket publish(LinkWorld it, String topic, int qos, Durability durability) {
    Ticket ticket =
        it.outbox.publish(Message.text(topic, "x").withQos(qos).withDurability(durability));
    it.world.run();
    return ticket;
  }

  /** What has to work although nothing can be recorded. */
  private void works(LinkWorld it, String filter) {
    for (int qos = 0; qos < 3; qos++) {
      Ticket memory = publish(it, "memory/" + qos, qos, Durability.MEMORY);
      assertTrue(it.outcome(memory).isPresent(), "memory, QoS " + qos);
    }
    for (int qos = 0; qos < 2; qos++) {
      Ticket group = publish(it, "group/" + qos, qos, Durability.GROUP);
      assertTrue(it.outcome(group).isPresent(), "group, QoS " + qos);
    }
    listen(it, filter);
    assertTrue(subscribed(it, filter));
    for (int i = 0; i < 100; i++) {
      heard.clear();
      send(it, filter, i % 3, 1_000 + i);
      assertEquals(List.of(filter), heard, "message " + i);
      if (i % 3 == 2) {
        int id = 1_000 + i;
        assertTrue(
            it.broker.packets(Pubrec.class).stream().anyMatch(packet -> packet.packetId() == id));
        it.broker.line().send(new Pubrel(id, 0, Properties.NONE));
        it.world.run();
        assertTrue(
            it.broker.packets(Pubcomp.class).stream().anyMatch(packet -> packet.packetId() == id));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolVersion.class,
      names = {"MQTT_3_1_1", "MQTT_5"})
  void with_a_disk_that_is_dead_from_the_first_moment_it_works_and_its_sessions_end_with_the_link(
      ProtocolVersion version) {
    journal.broken(true);
    LinkWorld it = world(version);
    listen(it, "early");
    it.online();
    assertEquals(1, it.broker.packets(Connect.class).size(), "nothing is waited for");
    assertTrue(last(it).cleanStart());
    assertEquals(0, expiry(last(it)));
    assertTrue(subscribed(it, "early"));
    works(it, "late");
    Ticket waits = publish(it, "group/2", 2, Durability.GROUP);
    assertFalse(it.outcome(waits).isPresent(), "its steps have to be on disk");
    assertTrue(publish(it, "group/1", 1, Durability.GROUP).outcomeNow().isPresent());

    journal.broken(false);
    it.link.wake();
    it.world.run();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1), () -> it.state() == ConnectionState.ONLINE && lasts(it)),
        "a session that lasts follows by itself: " + it.broker.packets(Connect.class));
    it.world.advance(Duration.ofSeconds(1));
    assertTrue(it.outcome(waits).isPresent());
    heard.clear();
    send(it, "late", 1, 7);
    assertEquals(List.of("late"), heard);
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolVersion.class,
      names = {"MQTT_3_1_1", "MQTT_5"})
  void messages_that_wait_for_their_record_stop_none_that_needs_none(ProtocolVersion version) {
    LinkWorld it = world(version);
    it.online();
    List<Ticket> waits = new ArrayList<>();
    journal.hold();
    for (int i = 0; i < 200; i++) {
      if (i == 100) {
        // The first hundred fill the window at this moment, the others come later.
        journal.broken(true);
        it.link.wake();
        it.world.run();
      }
      waits.add(publish(it, "waits/" + i % 7, 2, Durability.GROUP));
    }
    works(it, "works");
    Ticket behind = publish(it, "waits/3", 1, Durability.GROUP);
    Ticket unacknowledged = publish(it, "waits/3", 0, Durability.GROUP);
    assertFalse(it.outcome(behind).isPresent(), "the order of a topic holds");
    assertFalse(it.outcome(unacknowledged).isPresent(), "over all QoS");
    assertTrue(waits.stream().noneMatch(ticket -> it.outcome(ticket).isPresent()));

    journal.broken(false);
    it.link.wake();
    it.world.run();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1),
            () -> waits.stream().allMatch(ticket -> it.outcome(ticket).isPresent())),
        "all go when the disk is back");
    it.world.advance(Duration.ofSeconds(1));
    assertTrue(it.outcome(behind).isPresent());
    assertTrue(it.outcome(unacknowledged).isPresent());
  }

  private static boolean lasts(LinkWorld it) {
    Connect connect = last(it);
    return connect.version() == ProtocolVersion.MQTT_5
        ? expiry(connect) > 0
        : !connect.cleanStart();
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolVersion.class,
      names = {"MQTT_3_1_1", "MQTT_5"})
  void with_a_disk_that_dies_while_it_runs_it_works_and_its_session_goes_on(
      ProtocolVersion version) {
    LinkWorld it = world(version);
    listen(it, "early");
    it.online();
    int connects = it.broker.packets(Connect.class).size();
    // somebody waits for a record at this moment
    journal.hold();
    listen(it, "meanwhile");
    send(it, "early", 2, 77);
    assertFalse(subscribed(it, "meanwhile"));
    journal.broken(true);
    it.link.wake();
    it.world.run();
    assertTrue(subscribed(it, "meanwhile"));
    assertTrue(
        it.broker.packets(Pubrec.class).stream().anyMatch(packet -> packet.packetId() == 77));
    works(it, "later");
    assertEquals(connects, it.broker.packets(Connect.class).size(), "the link lives");

    it.broker.line().channel().reset();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1),
            () ->
                it.state() == ConnectionState.ONLINE
                    && it.broker.packets(Connect.class).size() > connects));
    assertFalse(last(it).cleanStart(), "this session has its record from before");
    works(it, "again");

    it.broker.forgetSessions(false);
    it.broker.line().channel().reset();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1),
            () -> it.state() == ConnectionState.ONLINE && last(it).cleanStart()),
        "what follows a lost session can have no record");
    assertEquals(0, expiry(last(it)));
    works(it, "last");

    journal.broken(false);
    it.link.wake();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1), () -> it.state() == ConnectionState.ONLINE && lasts(it)));
  }

  /** Stops, and has the last message wait for its acknowledgement meanwhile. */
  private static List<Boolean> stops(LinkWorld it) {
    it.broker.ignore(PacketType.PUBLISH);
    publish(it, "waits", 1, Durability.MEMORY);
    List<Boolean> stopped = new ArrayList<>();
    it.link.stop(DRAIN).thenRun(() -> stopped.add(true));
    it.world.run();
    assertEquals(ConnectionState.CLOSING, it.state());
    return stopped;
  }

  private static void assertStops(LinkWorld it, List<Boolean> stopped, int connects) {
    it.world.advance(DRAIN);
    assertEquals(List.of(true), stopped, "it stops");
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(connects, it.broker.packets(Connect.class).size(), "it dials no more");
    assertEquals(0, it.world.net().open());
    assertEquals(0, it.world.timersSet());
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolVersion.class,
      names = {"MQTT_3_1_1", "MQTT_5"})
  void a_link_that_stops_says_goodbye_and_dials_no_more_when_the_disk_comes_back(
      ProtocolVersion version) {
    journal.broken(true);
    LinkWorld it =
        world(version, new Presence(Optional.empty(), Optional.of(Message.text("state", "off"))));
    it.online();
    List<Boolean> stopped = stops(it);
    journal.broken(false);
    it.link.wake();
    it.world.run();
    assertEquals(ConnectionState.CLOSING, it.state());
    assertStops(it, stopped, 1);
    assertEquals(List.of("waits", "state"), it.broker.topics(), "the last word is said");
    assertEquals(1, it.broker.packets(Disconnect.class).size());
  }

  @ParameterizedTest
  @EnumSource(
      value = ProtocolVersion.class,
      names = {"MQTT_3_1_1", "MQTT_5"})
  void a_link_that_stops_dials_no_more_when_the_disk_dies_before_its_session_is_recorded(
      ProtocolVersion version) {
    LinkWorld it = world(version);
    it.online();
    int connects = it.broker.packets(Connect.class).size();
    journal.hold();
    it.broker.forgetSessions(false);
    it.broker.line().channel().reset();
    assertTrue(
        it.world.advanceUntil(
            Duration.ofMinutes(1),
            () ->
                it.state() == ConnectionState.ONLINE
                    && it.broker.packets(Connect.class).size() > connects));
    int before = it.broker.packets(Connect.class).size();
    it.outbox.publish(
        Message.text("late", "x")
            .withQos(2)
            .withDurability(Durability.MEMORY)
            .withDeadline(Duration.ofHours(2)));
    List<Boolean> stopped = stops(it);
    journal.broken(true);
    it.link.wake();
    it.world.run();
    assertStops(it, stopped, before);
  }
}
