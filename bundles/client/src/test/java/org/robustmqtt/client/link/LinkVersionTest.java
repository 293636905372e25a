package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Subscribe;

/** Which version of the protocol is spoken. */
class LinkVersionTest {
  private static final ProtocolVersion NEW = ProtocolVersion.MQTT_5;
  private static final ProtocolVersion OLD = ProtocolVersion.MQTT_3_1_1;

  @Test
  void five_is_spoken_first() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    assertEquals(List.of(NEW), versions(it));
    assertEquals("5", it.status().protocolVersion());
  }

  @Test
  void where_five_is_refused_the_old_version_follows_at_once_and_is_remembered() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    refuseNew(it);
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals("3.1.1", it.status().protocolVersion());
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(NEW, OLD, OLD, OLD), versions(it), "the first two of them begin together");
  }

  /** Moquette 0.17 answers in the frame of 5, Mosquitto 1.4 in that of 3.1.1. */
  @ParameterizedTest
  @CsvSource({
    "1, false, VERSION_REFUSED, unacceptable protocol version",
    "1, true, VERSION_REFUSED, unacceptable protocol version",
    "2, false, VERSION_REFUSED, identifier rejected",
    "2, true, VERSION_REFUSED, identifier rejected",
    "3, false, VERSION_REFUSED, server unavailable",
    "3, true, VERSION_REFUSED, server unavailable",
    "4, false, VERSION_REFUSED, bad user name or password",
    "4, true, VERSION_REFUSED, bad user name or password",
    "5, false, VERSION_REFUSED, not authorized",
    "5, true, VERSION_REFUSED, not authorized",
  })
  void an_answer_in_the_words_of_3_1_1_to_a_connect_of_5_is_followed_by_3_1_1_at_once(
      int code, boolean properties, ProblemKind kind, String name) {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    answerOldly(it, code, properties);
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals("3.1.1", it.status().protocolVersion());
    assertEquals(kind, it.problem());
    String text = it.status().problem().orElseThrow().text();
    assertTrue(text.contains("return code " + code + " of MQTT 3.1.1, " + name), text);
  }

  private static void answerOldly(LinkWorld it, int code, boolean properties) {
    byte[] refusal =
        properties ? new byte[] {0x20, 3, 0, (byte) code, 0} : new byte[] {0x20, 2, 0, (byte) code};
    it.broker.onPacket(
        packet -> {
          boolean refused = packet instanceof Connect connect && connect.version() == NEW;
          if (refused) {
            it.broker.line().channel().send(refusal);
          }
          return !refused;
        });
  }

  /** In 3.1.1 the reason has the name of its table. */
  @Test
  void a_refusal_of_3_1_1_is_named_after_its_own_table() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.version = LinkSettings.Version.MQTT_3_1_1;
                      return s;
                    }))
            .withBroker();
    it.broker.connack(connect -> Optional.of(new Connack(false, 0x85, Properties.NONE)));
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ProblemKind.IDENTIFIER_REFUSED, it.problem());
    assertEquals(
        "The broker refused the connection: return code 2 of MQTT 3.1.1, identifier rejected; look"
            + " at clientID",
        it.status().problem().orElseThrow().text());
  }

  @Test
  void in_the_old_version_the_session_that_is_begun_is_the_one_that_lasts() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.version = LinkSettings.Version.MQTT_3_1_1;
                      s.will = Optional.of(LinkWorld.will("off"));
                      s.presence =
                          new Presence(Optional.of(Message.text("state", "on")), Optional.empty());
                      return s;
                    }))
            .withBroker();
    it.listen("f", QoS.AT_LEAST_ONCE, message -> {});
    Ticket ticket = it.publish("a", 1);
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(
        List.of(
            PacketType.CONNECT,
            PacketType.DISCONNECT,
            PacketType.CONNECT,
            PacketType.SUBSCRIBE,
            PacketType.PUBLISH,
            PacketType.PUBLISH),
        it.broker.packets().stream().map(Packet::type).toList());
    assertEquals(List.of("state", "a"), it.broker.topics());
    List<Connect> connects = it.broker.packets(Connect.class);
    assertTrue(connects.get(0).cleanStart());
    assertTrue(connects.get(0).will().isEmpty(), "its end is not our death");
    assertFalse(connects.get(1).cleanStart());
    assertTrue(connects.get(1).will().isPresent());
    assertTrue(it.broker.lines().get(0).closedByClient());
    assertEquals(List.of(0.0), it.pauses());
    assertEquals(
        List.of(
            ConnectionState.WAITING,
            ConnectionState.CONNECTING,
            ConnectionState.HANDSHAKING,
            ConnectionState.CONNECTING,
            ConnectionState.HANDSHAKING,
            ConnectionState.ONLINE),
        it.states);
    assertEquals(Optional.empty(), it.status().problem());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));

    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(Optional.of(true), it.status().sessionPresent());
    assertEquals(1, it.broker.packets(Subscribe.class).size());
    assertEquals(3, it.broker.packets(Connect.class).size());
  }

  @Test
  void in_the_old_version_a_broker_that_keeps_nothing_gets_no_second_beginning() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    refuseNew(it);
    it.broker.forgetSessions(true);
    it.online();
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(NEW, OLD, OLD, OLD), versions(it));
  }

  @Test
  void other_settings_begin_with_five_again() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    refuseNew(it);
    it.online();
    it.broker.connack(connect -> Optional.empty());
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.username = Optional.of("me");
              return s;
            }));
    it.world.run();
    assertEquals(List.of(NEW, OLD, OLD, NEW), versions(it));
  }

  @Test
  void a_broker_that_answers_five_in_the_words_of_the_old_version_gets_the_old_version() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    boolean[] first = {true};
    it.world
        .net()
        .accept(
            LinkWorld.IP,
            LinkWorld.PORT,
            channel -> {
              if (first[0]) {
                first[0] = false;
                // CONNACK of 3.1.1: unacceptable protocol level.
                channel.peer(bytes -> channel.send(new byte[] {0x20, 2, 0, 1}), () -> {});
                it.withBroker();
              }
            });
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(OLD, OLD), versions(it));
  }

  @Test
  void a_broker_that_twice_hangs_up_on_five_gets_the_old_version() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.closeAfterConnect(2);
    it.start();
    it.world.advance(Duration.ofSeconds(10));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(NEW, NEW, OLD, OLD), versions(it));
  }

  @Test
  void a_broker_that_spoke_five_before_is_not_taken_for_an_old_one_when_it_hangs_up() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.closeAfterConnect(5);
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofMinutes(2));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(NEW, NEW, NEW, NEW, NEW, NEW, NEW), versions(it));
  }

  @Test
  void a_broker_that_refuses_both_versions_is_tried_slowly() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.connack(connect -> Optional.of(new Connack(false, 0x84, Properties.NONE)));
    it.start();
    it.world.advance(Duration.ofSeconds(25));
    assertEquals(List.of(NEW, OLD), versions(it));
    assertEquals(ProblemKind.VERSION_REFUSED, it.problem());
  }

  @Test
  void a_version_that_is_fixed_is_not_changed() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.version = LinkSettings.Version.MQTT_3_1_1;
                      return s;
                    }))
            .withBroker();
    it.broker.closeAfterConnect(4);
    it.start();
    it.world.advance(Duration.ofMinutes(1));
    assertEquals(List.of(OLD, OLD, OLD, OLD, OLD, OLD), versions(it));
  }

  @Test
  void a_journal_that_does_not_force_the_record_of_the_session_is_named_and_not_the_broker() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.version = LinkSettings.Version.MQTT_3_1_1;
                      return s;
                    }))
            .withBroker();
    it.journal.hold();
    it.start();
    it.world.advance(Duration.ofMillis(11_500));
    assertEquals(ProblemKind.STORE_DEGRADED, it.problem());
    assertEquals(Place.STORE, it.status().problem().orElseThrow().place());
    assertEquals(
        "the journal did not force the record of the session within 10 s, although 10.0.0.1:1883"
            + " accepted us",
        it.status().problem().orElseThrow().text());
    it.journal.release();
    it.online();
    assertEquals(Optional.of(false), it.status().sessionPresent());
  }

  private static void refuseNew(LinkWorld it) {
    it.broker.connack(
        connect ->
            connect.version() == NEW
                ? Optional.of(new Connack(false, 0x84, Properties.NONE))
                : Optional.empty());
  }

  private static List<ProtocolVersion> versions(LinkWorld it) {
    return it.broker.packets(Connect.class).stream().map(Connect::version).toList();
  }
}
