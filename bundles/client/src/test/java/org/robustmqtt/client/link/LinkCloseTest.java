package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Pending;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Publish;

/** Clean ends, and what a connection says of itself. */
class LinkCloseTest {
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final Message BIRTH = Message.text("state", "online").withRetain(true);
  private static final Message SHUTDOWN = Message.text("state", "offline").withRetain(true);

  @Test
  void birth_goes_before_the_backlog_on_every_connect() {
    LinkWorld it = new LinkWorld(presence()).withBroker();
    it.publish("backlog", 1);
    it.online();
    assertEquals(List.of("state", "backlog"), it.broker.topics());
    it.broker.line().channel().reset();
    it.publish("more", 1);
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(List.of("state", "backlog", "state", "more"), it.broker.topics());
    assertEquals(0, it.status().queue().messages());
    assertEquals(2, it.status().counters().acknowledged(), "presence is not counted");
  }

  @Test
  void presence_leaves_nothing_in_the_journal() {
    LinkWorld it = new LinkWorld(presence()).withBroker().online();
    it.link.stop(DRAIN);
    it.world.run();
    assertTrue(it.journal.calls().stream().noneMatch(call -> call.startsWith("sent")));
    assertTrue(it.journal.calls().stream().noneMatch(call -> call.startsWith("settled")));
  }

  @Test
  void disconnect_waits_for_what_is_in_flight_says_goodbye_and_stays_closed() {
    LinkWorld it = new LinkWorld(presence()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    final Ticket ticket = it.publish("a", 1);
    it.link.disconnect();
    it.world.run();
    assertEquals(ConnectionState.CLOSING, it.state());
    assertEquals(0, it.broker.packets(Disconnect.class).size());
    it.broker.answer(PacketType.PUBLISH);
    Publish sent = it.broker.packets(Publish.class).get(1);
    it.broker
        .line()
        .send(
            new org.robustmqtt.codec.Puback(
                sent.packetId(), 0, org.robustmqtt.codec.Properties.NONE));
    it.world.run();
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));
    assertEquals(List.of("state", "a", "state"), it.broker.topics());
    assertEquals(1, it.broker.packets(Disconnect.class).size());
    assertEquals(0, it.broker.packets(Disconnect.class).get(0).reasonCode(), "no will");

    Ticket queued = it.publish("b", 1);
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(0, it.world.net().open());
    it.link.connect();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(queued));
  }

  @Test
  void disconnect_while_waiting_closes_at_once_and_may_be_called_again() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).start();
    it.link.disconnect();
    it.link.disconnect();
    it.world.run();
    assertEquals(ConnectionState.CLOSED, it.state());
    it.world.advance(Duration.ofHours(1));
    assertEquals(List.of(), it.world.net().dialled());
  }

  @Test
  void connect_while_closing_opens_again_afterwards() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    it.link.disconnect();
    it.link.connect();
    it.world.run();
    assertEquals(ConnectionState.CLOSING, it.state());
    it.world.advance(DRAIN);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(2, it.broker.lines().size());
  }

  @Test
  void stop_sends_what_is_queued_then_the_last_word_then_disconnect() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.maxInflight = 2;
                      s.presence = new Presence(Optional.empty(), Optional.of(SHUTDOWN));
                      return s;
                    }))
            .withBroker();
    for (int i = 0; i < 20; i++) {
      it.publish("a/" + i, 1);
    }
    it.online();
    for (int i = 20; i < 600; i++) {
      it.outbox.publish(Message.text("a/" + i, "x"));
    }
    CompletionStage<Void> stopped = it.link.stop(DRAIN);
    it.world.run();
    assertTrue(completed(it, stopped));
    List<String> topics = it.broker.topics();
    assertEquals(601, topics.size());
    assertEquals("state", topics.get(600));
    assertEquals(
        PacketType.DISCONNECT, it.broker.packets().get(it.broker.packets().size() - 1).type());
    assertEquals(ConnectionState.CLOSED, it.state());
  }

  @Test
  void stop_takes_no_longer_than_it_may() {
    LinkWorld it = new LinkWorld(presence()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    CompletionStage<Void> stopped = it.link.stop(DRAIN);
    it.world.advance(Duration.ofMillis(3_900));
    assertFalse(completed(it, stopped));
    it.world.advance(Duration.ofMillis(1_100));
    assertTrue(completed(it, stopped));
    assertEquals(List.of("state", "a", "state"), it.broker.topics(), "the last word was said");
    assertEquals(1, it.broker.packets(Disconnect.class).size());
  }

  @Test
  void stop_ends_although_the_broker_is_dead() {
    LinkWorld it = new LinkWorld(presence()).withBroker().online();
    it.broker.line().channel().freeze();
    it.broker.line().channel().room(0);
    it.publish("a", 1);
    CompletionStage<Void> stopped = it.link.stop(DRAIN);
    it.world.advance(Duration.ofSeconds(6));
    assertTrue(completed(it, stopped));
    assertEquals(0, it.world.net().open());
  }

  @Test
  void where_the_window_is_full_the_last_word_goes_without_acknowledgement() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.maxInflight = 1;
                      s.presence = new Presence(Optional.empty(), Optional.of(SHUTDOWN));
                      return s;
                    }))
            .withBroker()
            .online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    it.link.stop(DRAIN);
    it.world.advance(DRAIN);
    List<Publish> sent = it.broker.packets(Publish.class);
    assertEquals("state", sent.get(1).topic());
    assertEquals(QoS.AT_MOST_ONCE, sent.get(1).qos());
    assertEquals(1, it.broker.packets(Disconnect.class).size());
  }

  @Test
  void after_stop_nothing_of_the_link_is_left() {
    for (ConnectionState state :
        List.of(
            ConnectionState.WAITING,
            ConnectionState.CONNECTING,
            ConnectionState.HANDSHAKING,
            ConnectionState.ONLINE)) {
      LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
      it.broker.ignore(PacketType.CONNECT);
      if (state == ConnectionState.CONNECTING) {
        it.world.net().silent(LinkWorld.IP, LinkWorld.PORT);
      }
      if (state == ConnectionState.ONLINE) {
        it.broker.answer(PacketType.CONNECT);
      }
      it.start();
      it.world.advanceUntil(Duration.ofSeconds(2), () -> it.state() == state);
      assertEquals(state, it.state());
      CompletionStage<Void> stopped = it.link.stop(DRAIN);
      it.world.run();
      assertTrue(completed(it, stopped), "from " + state);
      assertTrue(completed(it, it.link.stop(DRAIN)), "again, from " + state);
      it.link.connect();
      it.link.reconnectNow();
      it.link.apply(LinkWorld.settings());
      it.world.run();
      assertEquals(0, it.world.timersSet(), "from " + state);
      assertEquals(0, it.world.net().open(), "from " + state);
      assertEquals(ConnectionState.CLOSED, it.state());
    }
  }

  @Test
  void when_idle_completes_as_soon_as_nothing_is_pending() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    assertTrue(completed(it, it.link.whenIdle()), "nothing pending");
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    CompletionStage<Void> idle = it.link.whenIdle();
    it.world.run();
    assertFalse(completed(it, idle));
    assertEquals(1, it.link.pending().total());
    Publish sent = it.broker.packets(Publish.class).get(0);
    it.broker
        .line()
        .send(
            new org.robustmqtt.codec.Puback(
                sent.packetId(), 0, org.robustmqtt.codec.Properties.NONE));
    it.world.run();
    assertTrue(completed(it, idle));
    assertEquals(0, it.link.pending().total());
  }

  @Test
  void a_filter_that_is_given_back_is_pending_until_the_broker_answers() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.listen("in", QoS.AT_LEAST_ONCE, message -> {});
    it.world.run();
    it.broker.ignore(PacketType.UNSUBSCRIBE);
    it.world.onLoop(() -> it.dispatcher.unsubscribe("in"));
    it.world.run();
    assertEquals(new Pending(0, 0, 1, 0), it.link.pending());
  }

  @Test
  void when_idle_waits_for_subscriptions_and_listeners() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.SUBSCRIBE);
    it.listen("in", QoS.AT_LEAST_ONCE, message -> {});
    assertEquals(1, it.link.pending().subscriptions());
    CompletionStage<Void> idle = it.link.whenIdle();
    it.world.run();
    assertFalse(completed(it, idle));
    it.broker.answer(PacketType.SUBSCRIBE);
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertTrue(completed(it, idle));
  }

  @Test
  void a_message_of_qos_0_that_was_not_handed_over_is_sent_on_the_next_connection() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.line().channel().room(3);
    Ticket ticket = it.publish("a", 0);
    assertEquals(Optional.empty(), it.outcome(ticket));
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(Optional.of(new Outcome.Sent()), it.outcome(ticket));
    assertEquals(List.of("a"), it.broker.topics());
  }

  @Test
  void a_restart_goes_on_where_the_last_run_ended() {
    LinkWorld first = new LinkWorld(LinkWorld.settings()).withBroker();
    first.broker.ignore(PacketType.PUBLISH);
    first.online();
    first.publish("a", 1);
    first.publish("b", 2);

    LinkWorld second =
        new LinkWorld(
            new org.robustmqtt.client.testing.VirtualWorld(2),
            first.journal.reopened(),
            Optional.of(LinkWorld.settings()));
    second.withBroker();
    second.broker.connack(
        connect ->
            Optional.of(
                new org.robustmqtt.codec.Connack(true, 0, org.robustmqtt.codec.Properties.NONE)));
    second.online();
    assertEquals(List.of("a", "b"), second.broker.topics());
    assertTrue(second.broker.packets(Publish.class).stream().allMatch(Publish::duplicate));
    assertFalse(second.broker.packets(Connect.class).get(0).cleanStart());
    assertEquals(2, second.status().counters().acknowledged());
    assertEquals(0, second.status().queue().messages());
    assertTrue(second.journal.sequences().isEmpty());
  }

  @Test
  void a_broker_that_breaks_the_protocol_is_left_and_tried_again_soon() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    // A CONNACK while online.
    it.broker.line().channel().send(new byte[] {0x20, 3, 0, 0, 0});
    it.world.run();
    assertEquals(ProblemKind.PROTOCOL_ERROR, it.problem());
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(1, it.broker.packets(Disconnect.class).size());
    it.world.advance(Duration.ofSeconds(2));
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_defect_of_ours_costs_the_connection_but_neither_the_link_nor_a_message() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.journal.breakOnce(new IllegalStateException("a defect, thrown by this test"));
    Ticket hurt = it.publish("a", 1);
    assertEquals(ProblemKind.DEFECT, it.problem());
    assertEquals(ConnectionState.WAITING, it.state());
    Ticket next = it.publish("b", 1);
    it.world.advance(Duration.ofMinutes(1));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, true)), it.outcome(hurt));
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(next));
    assertEquals(List.of("a", "b"), it.broker.topics());
  }

  @Test
  void a_defect_while_it_leaves_closed_does_not_forget_that_it_is_to_connect() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    final Ticket ticket = it.publish("a", 1);
    it.link.disconnect();
    it.world.advance(DRAIN);
    assertEquals(ConnectionState.CLOSED, it.state());
    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.clientId = "other";
              return s;
            }));
    it.broker.answer(PacketType.PUBLISH);
    it.journal.breakUnsentOnce(new IllegalStateException("a defect, thrown by this test"));
    it.link.connect();
    it.world.run();
    assertEquals(ProblemKind.DEFECT, it.problem());
    assertEquals(ConnectionState.WAITING, it.state());
    it.world.advance(Duration.ofMinutes(2));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(Optional.of(new Outcome.Acknowledged(0, true)), it.outcome(ticket));
  }

  @Test
  void a_defect_while_it_is_closed_ends_the_stop_all_the_same() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    final CompletionStage<Void> stopped = it.link.stop(DRAIN);
    it.world.run();
    assertEquals(ConnectionState.CLOSING, it.state());
    it.journal.breakStatusOnce(new IllegalStateException("a defect, thrown by this test"));
    it.world.advance(DRAIN);
    assertTrue(completed(it, stopped));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(0, it.world.net().open());
    assertEquals(0, it.world.timersSet());
  }

  private static boolean completed(LinkWorld it, CompletionStage<Void> stage) {
    boolean[] done = {false};
    stage.thenRun(() -> done[0] = true);
    it.world.run();
    return done[0];
  }

  private static LinkSettings presence() {
    return LinkWorld.settings(
        s -> {
          s.presence = new Presence(Optional.of(BIRTH), Optional.of(SHUTDOWN));
          return s;
        });
  }
}
