package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;

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
    assertEquals(List.of(NEW, OLD, OLD), versions(it));
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
    assertEquals(List.of(NEW, OLD, NEW), versions(it));
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
    assertEquals(List.of(OLD), versions(it));
  }

  @Test
  void a_broker_that_twice_hangs_up_on_five_gets_the_old_version() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.closeAfterConnect(2);
    it.start();
    it.world.advance(Duration.ofSeconds(10));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(NEW, NEW, OLD), versions(it));
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
    assertEquals(List.of(OLD, OLD, OLD, OLD, OLD), versions(it));
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
