package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Subscribe;

/** A configuration that changes while the link lives. */
class LinkSettingsTest {
  @Test
  void without_settings_it_is_faulted_and_queues_until_there_are_some() {
    LinkWorld it = new LinkWorld(Optional.empty()).withBroker().start();
    it.link.faults(List.of("broker: missing", "keepAlive: 99999 is not allowed"));
    Ticket ticket = it.publish("a", 1);
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.FAULTED, it.state());
    assertEquals(ProblemKind.SETTINGS_FAULTY, it.problem());
    assertEquals(2, it.status().faults().size());

    it.link.faults(List.of());
    it.link.apply(LinkWorld.settings());
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));
    assertEquals(List.of(), it.status().faults());
  }

  @Test
  void equal_settings_do_nothing_whatever_objects_they_are_made_of() {
    LinkWorld it = new LinkWorld(full("w")).withBroker().online();
    int notices = it.states.size();
    it.link.apply(full("w"));
    it.world.run();
    assertEquals(1, it.broker.lines().size());
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(notices, it.states.size());
  }

  @Test
  void another_will_reconnects() {
    LinkWorld it = new LinkWorld(full("w")).withBroker().online();
    it.link.apply(full("other"));
    it.world.run();
    assertEquals(2, it.broker.lines().size());
    assertEquals(
        "other",
        new String(
            it.broker.packets(Connect.class).get(1).will().orElseThrow().payload(),
            StandardCharsets.UTF_8));
    assertEquals(Optional.of(true), it.status().sessionPresent(), "the session goes on");
  }

  private static LinkSettings full(String will) {
    return LinkWorld.settings(
        s -> {
          s.will = Optional.of(LinkWorld.will(will));
          s.password = Optional.of(new Secret("secret".getBytes(StandardCharsets.UTF_8)));
          s.username = Optional.of("me");
          s.presence =
              new Presence(
                  Optional.of(Message.text("state", "on").withRetain(true)), Optional.empty());
          return s;
        });
  }

  @Test
  void another_password_reconnects_at_once() {
    LinkWorld it = new LinkWorld(password("one")).withBroker().online();
    it.link.apply(password("two"));
    it.world.run();
    assertEquals(2, it.broker.lines().size());
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  private static LinkSettings password(String password) {
    return LinkWorld.settings(
        s -> {
          s.username = Optional.of("me");
          s.password = Optional.of(new Secret(password.getBytes(StandardCharsets.UTF_8)));
          return s;
        });
  }

  @Test
  void other_settings_of_the_session_keep_what_is_in_flight_and_what_is_in_doubt() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.listen("in", QoS.AT_LEAST_ONCE, message -> {});
    it.online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket = it.publish("a", 2);
    // the broker loses the session and begins another with a CONNECT that it does not answer
    it.broker.forgetSessions(false);
    it.broker.connack(connect -> Optional.of(new Connack(false, 0, Properties.NONE)));
    it.broker.ignore(PacketType.CONNECT);
    it.link.reconnectNow();
    it.world.run();
    it.broker.answer(PacketType.CONNECT, PacketType.PUBLISH);
    it.broker.connack(connect -> Optional.of(new Connack(true, 0, Properties.NONE)));
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.keepAlive = 30;
              s.maxInflight = 3;
              return s;
            }));
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));
    List<Publish> sent = it.broker.packets(Publish.class);
    assertEquals(List.of(false, true), sent.stream().map(Publish::duplicate).toList());
    assertEquals(sent.get(0).packetId(), sent.get(1).packetId());
    assertEquals(2, it.broker.packets(Subscribe.class).size(), "the filter is in doubt");
  }

  @Test
  void times_and_waits_apply_with_the_link_up() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.ackTimeout = Duration.ofSeconds(3);
              s.retryMin = Duration.ofSeconds(2);
              s.stable = Duration.ofSeconds(5);
              return s;
            }));
    it.world.run();
    assertEquals(1, it.broker.lines().size());
    it.broker.line().channel().freeze();
    it.publish("a", 1);
    it.world.advance(Duration.ofSeconds(3));
    assertEquals(ProblemKind.ACK_TIMEOUT, it.problem());
  }

  @Test
  void another_client_identifier_begins_a_session_and_sends_what_was_in_flight_again() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket = it.publish("a", 1);
    it.broker.answer(PacketType.PUBLISH);
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.clientId = "other";
              return s;
            }));
    it.world.run();
    assertEquals(Optional.of(new Outcome.Acknowledged(0, true)), it.outcome(ticket));
    assertEquals("other", it.status().clientId());
    assertTrue(it.journal.calls().contains("unsent " + ticket.id()));
    assertTrue(it.broker.packets(Connect.class).get(1).cleanStart());
    assertEquals(List.of("a", "a"), it.broker.topics());
  }

  @Test
  void a_late_acknowledgement_of_a_message_of_the_session_before_is_none_of_this_one() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    List<ReceivedMessage> received = new ArrayList<>();
    it.dispatcher.add(
        new ListenerSpec("test", List.of(new TopicFilter("in")), QoS.EXACTLY_ONCE, true),
        received::add);
    it.online();
    it.broker.line().send(exactlyOnce(5, "old"));
    it.world.run();
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.clientId = "other";
              return s;
            }));
    it.world.run();
    it.broker.line().send(exactlyOnce(5, "new"));
    it.world.run();
    assertEquals(2, received.size());
    received.get(0).acknowledge();
    it.world.run();
    assertEquals(List.of(), it.broker.packets(Pubrec.class));
    received.get(1).acknowledge();
    it.world.run();
    assertEquals(1, it.broker.packets(Pubrec.class).size());
  }

  private static Publish exactlyOnce(int id, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    return new Publish(false, QoS.EXACTLY_ONCE, false, "in", id, Properties.NONE, payload);
  }

  @Test
  void another_broker_is_dialled_at_once_also_while_waiting() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).start();
    it.world.advance(Duration.ofMinutes(5));
    assertEquals(ConnectionState.WAITING, it.state());
    new org.robustmqtt.client.testing.ScriptedBroker(it.world.net(), "10.0.0.9", 1884);
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.host = "10.0.0.9";
              s.port = 1884;
              return s;
            }));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals("mqtt://10.0.0.9:1884", it.status().broker());
  }

  @Test
  void settings_that_change_within_the_settle_time_are_dialled_once() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().start();
    it.world.advance(Duration.ofMillis(500));
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.clientId = "fromFile";
              return s;
            }));
    it.world.advance(Duration.ofMillis(500));
    assertEquals(1, it.broker.lines().size());
    assertEquals("fromFile", it.broker.packets(Connect.class).get(0).clientId());
  }

  @Test
  void disabled_it_closes_cleanly_and_queues() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.link.apply(disabled());
    it.world.run();
    assertEquals(ConnectionState.CLOSED, it.state());
    final Ticket ticket = it.publish("a", 1);
    it.link.connect();
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.CLOSED, it.state(), "disabled stays disabled");
    it.link.apply(LinkWorld.settings());
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));
  }

  private static LinkSettings disabled() {
    return LinkWorld.settings(
        s -> {
          s.enabled = false;
          return s;
        });
  }

  @Test
  void faulty_settings_leave_the_old_ones_running_and_are_shown() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.link.faults(List.of("keepAlive: 99999 is not allowed"));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of("keepAlive: 99999 is not allowed"), it.status().faults());
  }

  @Test
  void secrets_are_in_no_text() {
    assertTrue(!password("hunter2").toString().contains("hunter2"));
  }
}
