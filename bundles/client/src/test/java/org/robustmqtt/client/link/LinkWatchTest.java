package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.VirtualChannel;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** No state without a deadline, and no dead link that is taken for a living one. */
class LinkWatchTest {
  @Test
  void every_state_that_waits_for_the_world_has_something_scheduled() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.world.net().silent(LinkWorld.IP, LinkWorld.PORT);
    it.start();
    assertScheduled(it, ConnectionState.WAITING, Duration.ofSeconds(1));
    it.world.advance(LinkWorld.SECOND);
    assertScheduled(it, ConnectionState.CONNECTING, Duration.ofSeconds(10));
    it.withBroker();
    it.broker.ignore(PacketType.CONNECT);
    it.world.advanceUntil(Duration.ofMinutes(1), () -> it.state() == ConnectionState.HANDSHAKING);
    assertScheduled(it, ConnectionState.HANDSHAKING, Duration.ofSeconds(10));
    it.broker.answer(PacketType.CONNECT);
    it.world.advanceUntil(Duration.ofMinutes(1), () -> it.state() == ConnectionState.ONLINE);
    assertScheduled(it, ConnectionState.ONLINE, Duration.ofSeconds(60));
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    it.link.disconnect();
    it.world.run();
    assertScheduled(it, ConnectionState.CLOSING, Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 60, 65_535})
  void an_online_link_is_watched_whatever_its_keep_alive(int keepAlive) {
    LinkWorld it = new LinkWorld(keepAlive(keepAlive)).withBroker().online();
    it.world.advance(Duration.ofHours(40));
    assertScheduled(it, ConnectionState.ONLINE, Duration.ofSeconds(70_000));
    assertTrue(it.broker.packets(Pingreq.class).size() > 1);
  }

  private static void assertScheduled(LinkWorld it, ConnectionState state, Duration within) {
    assertEquals(state, it.state());
    assertTrue(it.world.nanosToNextTimer() <= within.toNanos(), state + " has no deadline");
  }

  @Test
  void a_host_that_does_not_answer_is_given_up_at_the_connect_timeout() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.world.net().silent(LinkWorld.IP, LinkWorld.PORT);
    it.start();
    it.world.advance(Duration.ofMillis(10_999));
    assertEquals(ConnectionState.CONNECTING, it.state());
    it.world.advance(Duration.ofMillis(1));
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(ProblemKind.CONNECT_TIMEOUT, it.problem());
    assertEquals(0, it.world.net().open());
  }

  @Test
  void a_resolver_that_hangs_is_given_up_at_the_connect_timeout() {
    LinkWorld it =
        new LinkWorld(
            LinkWorld.settings(
                s -> {
                  s.host = "broker.home";
                  return s;
                }));
    it.world.holdHelpers(true);
    it.start();
    it.world.advance(Duration.ofSeconds(11));
    assertEquals(ConnectionState.WAITING, it.state());
  }

  @Test
  void a_connack_that_does_not_come_is_given_up_at_the_connect_timeout() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.ignore(PacketType.CONNECT);
    it.start();
    it.world.advance(Duration.ofSeconds(10));
    assertEquals(ConnectionState.HANDSHAKING, it.state());
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(ProblemKind.CONNACK_TIMEOUT, it.problem());
    assertEquals(
        "10.0.0.1:1883 sent no CONNACK within 10 s", it.status().problem().orElseThrow().text());
  }

  @Test
  void it_pings_when_nothing_was_sent_for_the_keep_alive() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.world.advance(Duration.ofSeconds(50));
    it.publish("a", 1);
    it.world.advance(Duration.ofSeconds(59));
    assertEquals(0, it.broker.packets(Pingreq.class).size());
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(1, it.broker.packets(Pingreq.class).size());
    it.world.advance(Duration.ofSeconds(600));
    assertEquals(11, it.broker.packets(Pingreq.class).size());
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void the_brokers_keep_alive_wins() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.connackProperties(
        Properties.builder().number(Property.SERVER_KEEP_ALIVE, 10).build());
    it.online();
    it.world.advance(Duration.ofSeconds(100));
    assertEquals(10, it.broker.packets(Pingreq.class).size());
  }

  @Test
  void a_half_open_link_is_found_within_keep_alive_and_ping_timeout() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.world.advance(Duration.ofSeconds(90));
    it.broker.line().channel().freeze();
    assertFoundWithin(it, Duration.ofSeconds(80), ProblemKind.KEEP_ALIVE_TIMEOUT);
  }

  @Test
  void a_half_open_link_is_found_although_messages_are_sent_all_the_time() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.line().channel().freeze();
    for (int i = 0; i < 80 && it.state() == ConnectionState.ONLINE; i++) {
      it.publish("a", 0);
      it.world.advance(LinkWorld.SECOND);
    }
    assertEquals(ProblemKind.KEEP_ALIVE_TIMEOUT, it.problem());
    assertNotEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_half_open_link_is_found_within_the_ack_timeout_when_an_acknowledgement_is_due() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.line().channel().freeze();
    it.publish("a", 1);
    it.world.advance(Duration.ofMillis(19_999));
    assertEquals(ConnectionState.ONLINE, it.state());
    it.world.advance(Duration.ofMillis(1));
    assertEquals(ProblemKind.ACK_TIMEOUT, it.problem());
  }

  @Test
  void an_acknowledgement_that_is_late_while_others_come_closes_the_link() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    it.broker.answer(PacketType.PUBLISH);
    for (int i = 0; i < 19; i++) {
      it.world.advance(LinkWorld.SECOND);
      it.publish("b", 1);
    }
    assertEquals(ConnectionState.ONLINE, it.state());
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ProblemKind.ACK_TIMEOUT, it.problem());
  }

  @Test
  void a_connection_that_takes_no_bytes_is_found_at_the_ack_timeout() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.line().channel().room(0);
    it.outbox.publish(Message.of("a", new byte[1_000]).withQos(0));
    it.world.advance(Duration.ofMillis(19_999));
    assertEquals(ConnectionState.ONLINE, it.state());
    it.world.advance(Duration.ofMillis(1));
    assertEquals(ProblemKind.WRITE_STALLED, it.problem());
    assertEquals(
        "10.0.0.1:1883 took no bytes for 20 s", it.status().problem().orElseThrow().text());
  }

  @Test
  void bytes_that_are_not_taken_have_a_time_of_their_own_also_live() {
    LinkWorld it = new LinkWorld(writeTimeout(Duration.ofSeconds(60))).withBroker().online();
    it.broker.line().channel().room(0);
    it.outbox.publish(Message.of("a", new byte[10_000]));
    it.world.advance(Duration.ofSeconds(50));
    assertEquals(ConnectionState.ONLINE, it.state());
    it.link.apply(writeTimeout(Duration.ofSeconds(5)));
    it.world.run();
    assertEquals(ProblemKind.WRITE_STALLED, it.problem());
    assertEquals("10.0.0.1:1883 took no bytes for 5 s", it.status().problem().orElseThrow().text());
  }

  private static LinkSettings writeTimeout(Duration time) {
    return LinkWorld.settings(
        s -> {
          s.writeTimeout = Optional.of(time);
          s.keepAlive = 600;
          s.ackTimeout = Duration.ofMinutes(10);
          return s;
        });
  }

  @Test
  void a_connack_has_a_time_of_its_own_if_that_is_set() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.handshakeTimeout = Duration.ofSeconds(3);
                      return s;
                    }))
            .withBroker();
    it.broker.ignore(PacketType.CONNECT);
    it.start();
    it.world.advance(Duration.ofSeconds(4).minusMillis(1));
    assertEquals(ConnectionState.HANDSHAKING, it.state());
    it.world.advance(Duration.ofMillis(1));
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(ProblemKind.CONNACK_TIMEOUT, it.problem());
    assertEquals(
        "10.0.0.1:1883 sent no CONNACK within 3 s", it.status().problem().orElseThrow().text());
  }

  @Test
  void a_slow_line_is_not_taken_for_a_dead_one() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    VirtualChannel channel = it.broker.line().channel();
    channel.room(0);
    for (int i = 0; i < 20; i++) {
      it.outbox.publish(Message.of("a/" + i, new byte[10_000]));
    }
    for (int second = 0; second < 205; second++) {
      it.world.advance(LinkWorld.SECOND);
      channel.room(1_000);
    }
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(0, it.status().queue().messages());
    assertEquals(20, it.broker.packets(Publish.class).size());
  }

  @Test
  void no_more_than_a_bounded_amount_is_encoded_ahead_of_the_network() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.maxInflight = 1_000;
                      return s;
                    }))
            .withBroker()
            .online();
    it.broker.line().channel().room(0);
    for (int i = 0; i < 500; i++) {
      it.outbox.publish(Message.of("a/" + i, new byte[10_000]));
    }
    it.world.run();
    int out = it.status().queue().inFlight();
    assertTrue(out >= 26 && out <= 28, "in flight " + out);
    it.broker.line().channel().room(Integer.MAX_VALUE);
    it.world.run();
    assertEquals(0, it.status().queue().messages());
  }

  @Test
  void a_probe_tells_the_time_to_the_answer() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PINGREQ);
    CompletionStage<Duration> probe = it.link.probe();
    it.world.advance(Duration.ofMillis(30));
    assertEquals(Optional.empty(), it.now(probe));
    it.broker.line().send(new org.robustmqtt.codec.Pingresp());
    assertEquals(Optional.of(Duration.ofMillis(30)), it.now(probe));
  }

  @Test
  void a_probe_fails_when_offline_and_when_no_answer_comes() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().start();
    assertInstanceOf(IOException.class, it.failure(it.link.probe()).orElseThrow());
    it.online();
    it.broker.line().channel().freeze();
    CompletionStage<Duration> probe = it.link.probe();
    it.world.advance(Duration.ofSeconds(20));
    assertInstanceOf(IOException.class, it.failure(probe).orElseThrow());
    assertEquals(ProblemKind.KEEP_ALIVE_TIMEOUT, it.problem());
  }

  @Test
  void bytes_that_come_one_at_a_time_are_read() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.line().channel().readAtMost(1);
    int[] heard = {0};
    it.listen("in", QoS.AT_MOST_ONCE, message -> heard[0] += message.payload().length);
    it.broker
        .line()
        .send(
            new Publish(
                false, QoS.AT_MOST_ONCE, false, "in", 0, Properties.NONE, new byte[100_000]));
    it.world.run();
    assertEquals(100_000, heard[0]);
  }

  @Test
  void a_message_larger_than_the_maximum_costs_the_link_nothing() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker
        .line()
        .send(
            new Publish(
                false, QoS.AT_MOST_ONCE, false, "in", 0, Properties.NONE, new byte[1 << 20]));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.empty(), it.status().problem());
    assertTrue(it.status().faults().get(0).contains("maximumPacketSize"));
  }

  private static void assertFoundWithin(LinkWorld it, Duration bound, ProblemKind kind) {
    assertTrue(
        it.world.advanceUntil(bound, () -> it.state() != ConnectionState.ONLINE),
        "still online after " + bound);
    assertEquals(kind, it.problem());
  }

  private static LinkSettings keepAlive(int seconds) {
    return LinkWorld.settings(
        s -> {
          s.keepAlive = seconds;
          return s;
        });
  }
}
