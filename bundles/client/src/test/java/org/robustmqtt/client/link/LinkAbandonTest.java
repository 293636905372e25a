package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.RecoveredMessage;

/** What is sent and not wanted any more, and what makes the broker drop us: delivery-rules 5. */
class LinkAbandonTest {
  private static final Optional<Outcome> ACKNOWLEDGED =
      Optional.of(new Outcome.Acknowledged(0, false));

  private static Optional<Outcome> dropped(DropReason reason) {
    return Optional.of(new Outcome.Dropped(reason, 0, true));
  }

  private static LinkWorld online() {
    return new LinkWorld(LinkWorld.settings()).withBroker().online();
  }

  /** The broker drops whoever publishes to this topic. */
  private static void poison(LinkWorld it, String topic) {
    it.broker.onPacket(
        packet -> {
          boolean poison = packet instanceof Publish publish && publish.topic().equals(topic);
          if (poison) {
            it.broker.line().channel().reset();
          }
          return !poison;
        });
  }

  @Test
  void what_is_cancelled_in_flight_is_announced_at_once_and_not_sent_again() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket = it.publish("a", 1);
    assertEquals(1, it.status().queue().inFlight());

    assertTrue(it.outbox.cancel(ticket.id()));

    assertEquals(dropped(DropReason.CANCELLED), it.outcome(ticket));
    assertEquals(0, it.status().queue().messages(), "its place is free");
    assertTrue(it.journal.calls().contains("abandoned " + ticket.id()));
    it.broker.answer(PacketType.PUBLISH);
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of("a"), it.broker.topics(), "sent once");
  }

  @Test
  void a_late_acknowledgement_is_counted_and_ends_what_the_journal_knows() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket = it.publish("a", 1);
    it.outbox.cancel(ticket.id());
    it.world.run();
    int packetId = it.broker.packets(Publish.class).get(0).packetId();
    it.broker.line().send(new Puback(packetId, 0, Properties.NONE));
    it.world.run();
    assertEquals(1, it.status().counters().lateAcknowledgements());
    assertTrue(it.journal.calls().contains("settled " + ticket.id()));
    assertFalse(it.journal.sequences().contains(ticket.id()));
  }

  @Test
  void a_message_in_flight_expires_at_its_deadline() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket =
        it.outbox.publish(Message.text("a", "x").withQos(1).withDeadline(Duration.ofSeconds(5)));
    it.world.run();
    it.world.advance(Duration.ofMillis(4_999));
    assertEquals(Optional.empty(), it.outcome(ticket));
    it.world.advance(Duration.ofMillis(1));
    assertEquals(dropped(DropReason.EXPIRED), it.outcome(ticket));
  }

  @Test
  void deadlines_are_kept_after_a_defect_at_one_of_them() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.start();
    it.outbox.publish(Message.text("a", "x").withDeadline(Duration.ofSeconds(5)));
    Ticket later = it.outbox.publish(Message.text("b", "x").withDeadline(Duration.ofSeconds(10)));
    it.world.run();
    it.journal.breakSettledOnce(new IllegalStateException("a defect, thrown by this test"));
    it.world.advance(Duration.ofSeconds(8));
    assertEquals(ProblemKind.DEFECT, it.problem());
    assertEquals(Optional.empty(), it.outcome(later));
    it.world.advance(Duration.ofSeconds(2));
    assertEquals(Optional.of(new Outcome.Dropped(DropReason.EXPIRED, 0, false)), it.outcome(later));
  }

  @Test
  void an_abandoned_message_is_known_after_a_restart_and_is_neither_sent_nor_counted_again() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket ticket = it.publish("a", 1);
    it.outbox.cancel(ticket.id());
    it.world.run();

    LinkWorld later =
        new LinkWorld(new VirtualWorld(2), it.journal.reopened(), Optional.of(LinkWorld.settings()))
            .withBroker()
            .online();

    assertEquals(List.of(), later.broker.topics());
    assertEquals(0, later.status().counters().recovered());
    assertEquals(0, later.status().queue().messages());
    assertFalse(
        later.journal.sequences().contains(ticket.id()), "the broker had forgotten the session");
  }

  @Test
  void a_message_that_makes_the_broker_drop_us_is_found_and_only_it_is_quarantined() {
    LinkWorld it = online();
    poison(it, "poison");
    it.outbox.limits(new Limits(100, 100_000, 1_000, 3));
    Ticket before = it.publish("a", 1);
    Ticket poison = it.publish("poison", 1);
    Ticket behind = it.publish("b", 1);
    Ticket exact = it.publish("c", 2);

    assertTrue(it.world.advanceUntil(Duration.ofMinutes(5), () -> idle(it)), "not stuck");

    assertEquals(dropped(DropReason.QUARANTINED), it.outcome(poison));
    assertEquals(ACKNOWLEDGED, it.outcome(before));
    assertEquals(ACKNOWLEDGED, it.outcome(behind));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, it.outcome(exact).orElseThrow().kind());
    assertEquals(1L, it.status().counters().dropped().get(DropReason.QUARANTINED));
    assertEquals(
        List.of("1 message is put aside; see mqtt:browse --quarantined"), it.status().faults());
    long sent = it.broker.topics().stream().filter("poison"::equals).count();
    assertEquals(2 + 3, sent, "two losses make it suspect, three alone convict it");
    List<PendingMessage> kept = it.outbox.quarantined(10);
    assertEquals(List.of(poison.id()), kept.stream().map(PendingMessage::id).toList());
    assertEquals(5, kept.get(0).attempts());
    assertEquals(ProblemKind.CONNECTION_LOST, kept.get(0).lastProblem().orElseThrow().kind());
    assertEquals(1, it.status().queue().quarantined());
  }

  private static boolean idle(LinkWorld it) {
    return it.status().queue().messages() == 0 && it.state() == ConnectionState.ONLINE;
  }

  @Test
  void a_quarantined_message_is_kept_over_restarts_and_sent_again_by_hand_under_a_new_number() {
    LinkWorld it = online();
    poison(it, "poison");
    it.outbox.limits(new Limits(100, 100_000, 1_000, 1));
    Ticket poison = it.publish("poison", 1);
    assertTrue(it.world.advanceUntil(Duration.ofMinutes(5), () -> idle(it)));
    assertEquals(
        RecoveredMessage.Stage.QUARANTINED,
        it.journal.reopened().recovery().messages().get(0).stage());

    LinkWorld later =
        new LinkWorld(new VirtualWorld(2), it.journal.reopened(), Optional.of(LinkWorld.settings()))
            .withBroker()
            .online();
    assertEquals(List.of(), later.broker.topics(), "not by itself");
    assertEquals(Optional.empty(), later.outbox.retry(4711));

    Ticket again = later.outbox.retry(poison.id()).orElseThrow();
    later.world.run();

    assertTrue(again.id() > poison.id());
    assertEquals(List.of("poison"), later.broker.topics());
    assertEquals(ACKNOWLEDGED, later.outcome(again));
    assertEquals(List.of(), later.outbox.quarantined(10));
    assertTrue(later.journal.sequences().isEmpty(), "nothing is left of it");
  }

  @Test
  void what_was_put_aside_is_thrown_away_by_hand() {
    LinkWorld it = online();
    poison(it, "poison");
    it.outbox.limits(new Limits(100, 100_000, 1_000, 1));
    final Ticket one = it.publish("poison", 1);
    it.publish("poison", 1);
    assertTrue(it.world.advanceUntil(Duration.ofMinutes(9), () -> idle(it)));
    assertEquals(2, it.outbox.quarantined(10).size());
    assertTrue(it.outbox.cancel(one.id()));
    assertFalse(it.outbox.cancel(one.id()));
    assertEquals(1, it.outbox.purgeQuarantined());
    assertEquals(0, it.outbox.purgeQuarantined());
    assertTrue(it.journal.sequences().isEmpty());
  }

  @Test
  void an_overdue_acknowledgement_closes_the_link_and_is_put_down_to_the_oldest() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    Ticket oldest = it.publish("a", 1);
    it.publish("b", 1);
    it.world.advance(Duration.ofSeconds(20));
    assertEquals(ProblemKind.ACK_TIMEOUT, it.problem());
    List<PendingMessage> pending = it.outbox.browse(10);
    assertEquals(List.of(1, 0), pending.stream().map(PendingMessage::attempts).toList());
    assertEquals(oldest.id(), pending.get(0).id());
  }

  @Test
  void another_client_a_reconnect_by_hand_and_a_broker_that_shuts_down_are_no_messages_fault() {
    LinkWorld it = online();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("a", 1);
    it.broker.line().send(new Disconnect(0x8E, Properties.NONE));
    it.world.run();
    assertEquals(ProblemKind.SESSION_TAKEN_OVER, it.problem());
    it.world.advanceUntil(Duration.ofMinutes(20), () -> it.state() == ConnectionState.ONLINE);
    it.link.reconnectNow();
    it.world.run();
    it.world.advanceUntil(Duration.ofMinutes(20), () -> it.state() == ConnectionState.ONLINE);
    it.broker.line().send(new Disconnect(0x8B, Properties.NONE));
    it.world.run();
    assertEquals(ProblemKind.DISCONNECTED_BY_BROKER, it.problem());
    assertEquals(0, it.outbox.browse(1).get(0).attempts());
  }

  @Test
  void an_old_birth_is_never_sent_again_when_the_link_comes_back() {
    Message birth = Message.text("state", "online").withQos(1).withRetain(true);
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.presence = new Presence(Optional.of(birth), Optional.empty());
                      return s;
                    }))
            .withBroker();
    it.broker.ignore(PacketType.PUBLISH);
    it.publish("backlog", 1);
    it.online();
    it.broker.line().channel().reset();
    it.broker.answer(PacketType.PUBLISH);
    it.world.advance(Duration.ofSeconds(5));
    List<Publish> states =
        it.broker.packets(Publish.class).stream().filter(p -> p.topic().equals("state")).toList();
    assertEquals(2, states.size(), "one for each connection");
    assertTrue(states.stream().noneMatch(Publish::duplicate));
    assertEquals("state", it.broker.topics().get(0), "before the backlog");
    assertEquals(0, it.status().queue().messages());
  }
}
