package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;

/** Brokers that close the connection instead of refusing what they do not want. */
class PeerClosesTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private static Peer peer(
      ProtocolVersion version, Predicate<Packet> closesOn, Consumer<LinkWorld.Shape> change) {
    Peer peer =
        Peer.of(
            version,
            shape -> {
              shape.jitter = false;
              change.accept(shape);
            });
    Set<ScriptedBroker.Line> closed = new HashSet<>();
    peer.it.broker.onPacket(
        packet -> {
          ScriptedBroker.Line line = peer.it.broker.line();
          if (!closed.contains(line) && closesOn.test(packet)) {
            closed.add(line);
            line.channel().sendEnd();
          }
          return !closed.contains(line);
        });
    return peer;
  }

  private static Peer peer(ProtocolVersion version, Predicate<Packet> closesOn) {
    return peer(version, closesOn, shape -> {});
  }

  private static boolean asks(Packet packet, String filter) {
    return packet instanceof Subscribe subscribe
        && subscribe.subscriptions().stream().anyMatch(one -> one.filter().equals(filter));
  }

  private static boolean asksForMoreThan(Packet packet, int most) {
    return packet instanceof Subscribe subscribe && subscribe.subscriptions().size() > most;
  }

  private static boolean publishes(Packet packet, String topic) {
    return packet instanceof Publish publish && publish.topic().equals(topic);
  }

  private static long active(Peer peer) {
    return peer.it.status().subscriptions().stream()
        .filter(one -> one.state() == SubscriptionStatus.State.ACTIVE)
        .count();
  }

  private static SubscriptionStatus.State state(Peer peer, String filter) {
    return peer.it.status().subscriptions().stream()
        .filter(one -> one.filter().equals(filter))
        .findFirst()
        .orElseThrow()
        .state();
  }

  /** Returns how many seconds it takes until that is so. */
  private static double seconds(Peer peer, BooleanSupplier goal) {
    long begin = peer.it.world.nanos();
    assertTrue(
        peer.it.world.advanceUntil(LONG, goal), "not reached: " + peer.it.status().problem());
    return (peer.it.world.nanos() - begin) / 1e9;
  }

  private static void listen(Peer peer, int from, int to) {
    for (int i = from; i < to; i++) {
      peer.it.dispatcher.add(
          new ListenerSpec("test", List.of(new TopicFilter("f/" + i)), QoS.AT_LEAST_ONCE, false),
          message -> {});
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_filter_that_it_closes_on_is_found_and_the_others_are_active(ProtocolVersion version) {
    Peer peer = peer(version, packet -> asks(packet, "f/7"));
    listen(peer, 0, 20);
    peer.it.start();
    double others = seconds(peer, () -> active(peer) == 19);
    assertTrue(others <= 5, "19 active after " + others);
    seconds(peer, () -> state(peer, "f/7") == SubscriptionStatus.State.REFUSED);
    seconds(peer, () -> peer.it.state() == ConnectionState.ONLINE);
    int before = version == Peer.V3 ? 1 : 0;
    assertEquals(4 + before, peer.it.broker.lines().size(), "connections");
    assertEquals(ProblemKind.SUBSCRIPTION_REFUSED, peer.it.problem());
    String text = peer.it.status().problem().orElseThrow().text();
    assertTrue(text.contains("f/7"), text);
    Ticket ticket = peer.publish("t", 1);
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    peer.passes(Duration.ofHours(2));
    assertEquals(4 + before, peer.it.broker.lines().size(), "it stays");
    assertEquals(19, active(peer));
  }

  @ParameterizedTest
  @EnumSource(QoS.class)
  void messages_that_come_while_a_filter_is_looked_at_are_all_sent(QoS qos) {
    List<Ticket> tickets = new ArrayList<>();
    List<Peer> made = new ArrayList<>();
    Peer peer =
        peer(
            Peer.V5,
            packet -> {
              if (packet instanceof Subscribe) {
                tickets.add(made.get(0).publish("t", qos.level()));
                tickets.add(made.get(0).publish("u", qos.level()));
              }
              return asks(packet, "f/7");
            });
    made.add(peer);
    listen(peer, 0, 20);
    peer.it.start();
    seconds(peer, () -> state(peer, "f/7") == SubscriptionStatus.State.REFUSED);
    seconds(peer, () -> peer.it.outbox.status().messages() == 0);
    for (Ticket ticket : tickets) {
      Outcome.Kind kind = peer.outcome(ticket);
      assertEquals(qos == QoS.AT_MOST_ONCE ? Outcome.Kind.SENT : Outcome.Kind.ACKNOWLEDGED, kind);
    }
  }

  @Test
  void what_was_put_aside_is_tried_again_for_a_new_listener() {
    List<String> closed = new ArrayList<>(List.of("f/7"));
    Peer peer = peer(Peer.V5, packet -> closed.stream().anyMatch(one -> asks(packet, one)));
    listen(peer, 0, 20);
    peer.it.start();
    seconds(peer, () -> state(peer, "f/7") == SubscriptionStatus.State.REFUSED);
    peer.awaitOnline();
    closed.clear();
    listen(peer, 7, 8);
    seconds(peer, () -> active(peer) == 20);
  }

  @Test
  void a_broker_that_keeps_no_sessions_is_not_lost_again_and_again_for_the_same_filter() {
    Peer peer = peer(Peer.V5, packet -> asks(packet, "f/7"));
    peer.it.broker.forgetSessions(true);
    listen(peer, 0, 20);
    peer.it.start();
    seconds(peer, () -> state(peer, "f/7") == SubscriptionStatus.State.REFUSED);
    peer.awaitOnline();
    seconds(peer, () -> active(peer) == 19);
    int lines = peer.it.broker.lines().size();
    peer.passes(Duration.ofHours(2));
    assertEquals(lines, peer.it.broker.lines().size());
    peer.closes();
    seconds(peer, () -> active(peer) == 19);
    peer.passes(Duration.ofHours(2));
    assertEquals(lines + 1, peer.it.broker.lines().size());
  }

  /** AWS IoT Core. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_broker_that_takes_eight_filters_at_a_time_gets_no_more(ProtocolVersion version) {
    Peer peer = peer(version, packet -> asksForMoreThan(packet, 8));
    listen(peer, 0, 250);
    peer.it.start();
    double time = seconds(peer, () -> active(peer) == 250);
    assertTrue(time <= 3, "250 active after " + time);
    assertEquals(version == Peer.V3 ? 3 : 2, peer.it.broker.lines().size(), "connections");
    peer.forget();
    listen(peer, 250, 350);
    peer.it.world.run();
    assertEquals(350, active(peer));
    assertTrue(
        peer.packets(Subscribe.class).stream().allMatch(one -> one.subscriptions().size() <= 8));
  }

  @Test
  void filters_that_were_granted_before_go_first_and_apart() {
    Peer peer = peer(Peer.V5, packet -> asks(packet, "f/20"));
    listen(peer, 0, 20);
    peer.it.online();
    peer.it.world.run();
    peer.it.broker.forgetSessions(false);
    listen(peer, 20, 21);
    peer.it.world.run();
    seconds(peer, () -> peer.it.state() == ConnectionState.ONLINE);
    peer.it.world.run();
    assertEquals(20, active(peer));
  }

  @Test
  void those_that_were_granted_share_no_subscribe_with_one_of_which_nothing_is_known() {
    Peer peer = peer(Peer.V5, packet -> asks(packet, "f/20"));
    listen(peer, 0, 20);
    peer.it.online();
    peer.it.world.run();
    peer.it.broker.forgetSessions(true);
    peer.closes();
    listen(peer, 20, 21);
    peer.forget();
    seconds(peer, () -> peer.it.state() == ConnectionState.ONLINE);
    peer.it.world.run();
    assertEquals(
        List.of(20, 1),
        peer.packets(Subscribe.class).stream()
            .limit(2)
            .map(one -> one.subscriptions().size())
            .toList());
  }

  /** Was: nothing left in 32 s, and a second client was blamed. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void a_birth_that_it_closes_on_is_put_aside_and_the_messages_leave(int qos) {
    Message birth = Message.text("state", "online").withQos(qos).withRetain(true);
    Peer peer =
        peer(
            Peer.V5,
            packet -> publishes(packet, "state"),
            shape -> shape.presence = new Presence(Optional.of(birth), Optional.empty()));
    peer.it.broker.forgetSessions(true);
    listen(peer, 0, 3);
    peer.it.start();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tickets.add(peer.publish("t" + i, 1));
    }
    double time =
        seconds(
            peer, () -> tickets.stream().allMatch(ticket -> peer.it.outcome(ticket).isPresent()));
    assertTrue(time <= 9, "after " + time);
    tickets.forEach(ticket -> assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket)));
    assertEquals(4, peer.it.broker.lines().size(), "connections, " + time + " s");
    assertEquals(3, active(peer));
    assertEquals(ProblemKind.CONNECTION_LOST, peer.it.problem());
    String text = peer.it.status().problem().orElseThrow().text();
    assertTrue(text.contains("presenceTopic") && text.contains("state"), text);
    peer.passes(Duration.ofHours(2));
    assertEquals(4, peer.it.broker.lines().size());
  }

  @Test
  void a_birth_of_qos_0_is_innocent_where_the_broker_closes_without_it_too() {
    Message birth = Message.text("state", "online").withQos(0);
    Peer peer =
        peer(
            Peer.V5,
            packet -> false,
            shape -> shape.presence = new Presence(Optional.of(birth), Optional.empty()));
    peer.it.online();
    for (int i = 0; i < 9; i++) {
      peer.closes();
      if (peer.it.problem() == ProblemKind.SESSION_TAKEN_OVER) {
        break;
      }
      peer.awaitOnline();
      peer.it.world.run();
    }
    assertEquals(ProblemKind.SESSION_TAKEN_OVER, peer.it.problem());
    peer.forget().awaitOnline();
    peer.it.world.run();
    assertTrue(peer.it.broker.topics().size() >= 5);
    assertEquals("state", peer.packets(Publish.class).get(0).topic(), "it is said again");
  }

  /** Five such losses in a row are those of two clients with one identifier. */
  @Test
  void no_second_client_is_blamed_while_a_message_of_ours_is_not_acknowledged() {
    Peer peer = peer(Peer.V5, packet -> publishes(packet, "bad"));
    peer.it.online();
    peer.publish("bad", 1);
    for (int loss = 1; loss <= 7; loss++) {
      peer.it.world.run();
      assertEquals(ProblemKind.CONNECTION_LOST, peer.it.problem(), "loss " + loss);
      peer.awaitOnline();
    }
    assertTrue(peer.it.broker.lines().size() >= 8);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void a_will_that_it_closes_on_is_left_out_and_named(ProtocolVersion version) {
    Peer peer =
        peer(
            version,
            packet -> packet instanceof Connect connect && connect.will().isPresent(),
            shape -> shape.will = Optional.of(LinkWorld.will("offline")));
    peer.it.start();
    double time = seconds(peer, () -> peer.it.state() == ConnectionState.ONLINE);
    assertTrue(time <= 9, "after " + time);
    String text = peer.it.status().problem().orElseThrow().text();
    assertTrue(text.contains("lwtTopic") && text.contains("state"), text);
    assertEquals(ProblemKind.CONNECT_DENIED, peer.it.problem());
  }

  @Test
  void a_will_that_is_refused_by_its_name_is_left_out_at_once() {
    Peer peer =
        peer(
            Peer.V5, packet -> false, shape -> shape.will = Optional.of(LinkWorld.will("offline")));
    peer.it.broker.connack(
        connect ->
            connect.will().isEmpty()
                ? Optional.empty()
                : Optional.of(new Connack(false, 0x9A, Properties.NONE)));
    peer.it.start();
    double time = seconds(peer, () -> peer.it.state() == ConnectionState.ONLINE);
    assertTrue(time <= 1.1, "after " + time);
    assertEquals(2, peer.it.broker.lines().size());
  }
}
