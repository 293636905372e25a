package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;

/** Delivery-rules 6: while the reading is stopped for a listener, the connection lives. */
class LinkBackPressureTest {
  /** More than waits for one listener, and than it has been given already. */
  private static final int MANY = 10_200;

  private static void flood(Peer peer) {
    for (int i = 0; i < MANY; i++) {
      peer.it.broker.line().send(Peer.message(0, 0, "in/a", "x"));
    }
    peer.it.world.run();
  }

  @Test
  void qos_0_over_the_bound_waits_at_the_broker_and_nothing_is_lost_if_the_listener_catches_up() {
    Peer peer = Peer.online(Peer.V5);
    peer.it.world.holdLanes(true);
    flood(peer);
    long received = peer.it.status().counters().received();
    assertTrue(received < MANY, "read " + received);
    peer.passes(Duration.ofMillis(900));
    assertEquals(received, peer.it.status().counters().received());
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(MANY, peer.heard.size());
    assertEquals(0, peer.it.status().counters().overflowed());
    peer.unharmed();
  }

  @Test
  void after_a_second_the_slow_listener_loses_its_oldest_and_the_rest_is_read() {
    Peer peer = Peer.online(Peer.V5);
    peer.it.world.holdLanes(true);
    flood(peer);
    peer.passes(Duration.ofSeconds(1));
    assertEquals(MANY, peer.it.status().counters().received());
    long lost = peer.it.status().counters().overflowed();
    assertTrue(lost > 0);
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(MANY - lost, peer.heard.size());
    peer.unharmed();
  }

  @Test
  void the_stop_is_a_quarter_of_the_keep_alive_or_of_the_ack_timeout_if_that_is_less() {
    assertEquals(1_000_000_000L, Watch.longestStop(60, 20_000_000_000L));
    assertEquals(250_000_000L, Watch.longestStop(1, 20_000_000_000L));
    assertEquals(500_000_000L, Watch.longestStop(60, 2_000_000_000L));
    assertEquals(1_000_000_000L, Watch.longestStop(0, 20_000_000_000L));
  }

  /** In 3.1.1 large unacknowledged messages may stop the reading for as long as a handler takes. */
  @Test
  void while_nothing_is_read_pings_are_written_and_no_answer_is_missed() {
    Peer peer =
        Peer.online(
            Peer.V3,
            shape -> {
              shape.keepAlive = 4;
              shape.ackTimeout = Duration.ofSeconds(5);
            });
    peer.it.world.holdLanes(true);
    peer.ignore(PacketType.PUBLISH);
    for (int id = 1; id <= 20; id++) {
      peer.it.broker.line().send(Peer.message(1, id, "in/a", "x".repeat(1_000_000)));
    }
    peer.it.world.run();
    Ticket ticket = peer.publish("out", 1);
    int packetId = peer.packets(Publish.class).get(0).packetId();
    peer.sends(new Puback(packetId, 0, org.robustmqtt.codec.Properties.NONE));
    peer.passes(Duration.ofSeconds(25));
    assertTrue(peer.open(ticket), "not read");
    int pings = peer.it.broker.packets(Pingreq.class).size();
    assertTrue(pings >= 6 && pings <= 7, pings + " pings in 25 s with a keep alive of 4 s");
    peer.unharmed();
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    assertEquals(20, peer.heard.size());
    peer.passes(Duration.ofSeconds(3)).unharmed();
  }

  /** The time that stood still is not forgotten: a dead broker is found once there is reading. */
  @Test
  void after_the_stop_a_broker_that_does_not_answer_is_found() {
    Peer peer = Peer.online(Peer.V3, shape -> shape.keepAlive = 4);
    peer.it.world.holdLanes(true);
    for (int id = 1; id <= 20; id++) {
      peer.it.broker.line().send(Peer.message(1, id, "in/a", "x".repeat(1_000_000)));
    }
    peer.it.world.run();
    peer.ignore(PacketType.PINGREQ).passes(Duration.ofSeconds(10));
    peer.unharmed();
    peer.it.world.holdLanes(false);
    peer.passes(Duration.ofSeconds(5));
    assertEquals(ProblemKind.KEEP_ALIVE_TIMEOUT, peer.it.problem());
  }

  /** What had run before the stop still counts, and nothing else has to wake the watch. */
  @Test
  void after_the_stop_an_acknowledgement_that_never_comes_is_found_in_its_time() {
    Peer peer = Peer.online(Peer.V3);
    peer.ignore(PacketType.PUBLISH);
    peer.publish("out", 1);
    peer.passes(Duration.ofSeconds(5));
    peer.it.world.holdLanes(true);
    for (int id = 1; id <= 20; id++) {
      peer.it.broker.line().send(Peer.message(1, id, "in/a", "x".repeat(1_000_000)));
    }
    peer.passes(Duration.ofSeconds(20));
    peer.unharmed();
    peer.it.world.holdLanes(false);
    peer.passes(Duration.ofMillis(14_999));
    peer.unharmed();
    peer.passes(Duration.ofMillis(1));
    assertEquals(ProblemKind.ACK_TIMEOUT, peer.it.problem());
  }

  @Test
  void in_mqtt_5_unacknowledged_messages_never_stop_the_reading() {
    Peer peer = Peer.online(Peer.V5);
    peer.it.world.holdLanes(true);
    for (int id = 1; id <= 60; id++) {
      peer.it.broker.line().send(Peer.message(1, id, "in/a", "x".repeat(1_000_000)));
    }
    peer.it.world.run();
    assertEquals(60, peer.it.status().counters().received());
  }

  private static Peer slow(int keepAlive) {
    Peer peer = Peer.online(Peer.V5, shape -> shape.keepAlive = keepAlive);
    peer.ignore(PacketType.PUBLISH, PacketType.PUBREC);
    peer.it.world.holdLanes(true);
    return peer;
  }

  /** Our receive maximum is 64. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_broker_that_exceeds_the_receive_maximum_a_hundredfold_is_heard_once_on_one_connection(
      int qos) {
    Peer peer = slow(60);
    for (int id = 1; id <= 6_400; id++) {
      peer.it.broker.line().send(Peer.message(qos, id, "in/a", "" + id));
    }
    peer.it.world.run();
    assertEquals(6_400, peer.it.status().counters().received());
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    List<String> all = IntStream.rangeClosed(1, 6_400).mapToObj(String::valueOf).toList();
    assertEquals(all, peer.heard);
    assertEquals(6_400, peer.packets().size());
    assertEquals(1, peer.it.status().counters().connects());
    peer.unharmed();
    List<String> told = peer.it.status().faults();
    assertEquals(1, told.size());
    assertTrue(told.get(0).contains("our receive maximum of 64"), told.get(0));
  }

  @Test
  void its_large_messages_are_read_up_to_the_bound_then_one_by_one_and_traffic_goes_on() {
    Peer peer = slow(8);
    for (int id = 1; id <= 100; id++) {
      peer.it.broker.line().send(Peer.message(1, id, "in/a", "x".repeat(1_000_000)));
    }
    peer.it.world.run();
    long read = peer.it.status().counters().received();
    assertTrue(read >= 65 && read <= 66, "beyond the receive maximum it stops: " + read);
    peer.passes(Duration.ofSeconds(20));
    long more = peer.it.status().counters().received() - read;
    assertTrue(more >= 9 && more <= 11, "one each keepAlive/4: " + more);
    int pings = peer.it.broker.packets(Pingreq.class).size();
    assertTrue(pings >= 2, pings + " pings in 20 s with a keep alive of 8 s");
    peer.publish("out", 0);
    assertEquals(1, peer.packets(Publish.class).size());
    peer.unharmed();
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertEquals(100, peer.heard.size());
    assertEquals(1, peer.it.status().counters().connects());
    peer.unharmed();
  }

  @Test
  void a_connection_lost_while_stopped_is_replaced_by_one_that_reads() {
    Peer peer = Peer.online(Peer.V5);
    peer.it.world.holdLanes(true);
    flood(peer);
    peer.it.link.reconnectNow();
    peer.it.world.run();
    peer.awaitOnline();
    peer.sends(Peer.message(1, 1, "in/a", "new"));
    peer.it.world.holdLanes(false);
    peer.it.world.run();
    assertFalse(peer.heard.isEmpty());
    assertEquals("new", peer.heard.get(peer.heard.size() - 1));
  }
}
