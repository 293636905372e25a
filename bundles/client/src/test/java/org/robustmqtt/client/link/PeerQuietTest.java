package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrel;

/** Brokers that say nothing, or close, at every step. */
class PeerQuietTest {
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void silent_after_accept_or_connect_is_given_up_in_time_and_tried_again_with_pauses(
      ProtocolVersion version) {
    Peer peer = Peer.of(version).ignore(PacketType.values());
    peer.it.start();
    peer.passes(Duration.ofMinutes(10));
    assertEquals(ProblemKind.CONNACK_TIMEOUT, peer.it.problem());
    int attempts = peer.it.world.net().dialled().size();
    assertTrue(attempts > 10 && attempts <= 61, attempts + " attempts in 10 minutes");
    assertTrue(peer.it.world.net().open() <= 1);
    peer.answer(PacketType.values()).awaitOnline();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void silent_after_publish_is_given_up_after_the_ack_timeout_and_the_message_is_kept(
      ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
    Ticket ticket = peer.publish("a", 1);
    peer.passes(Duration.ofSeconds(19));
    peer.unharmed().passes(Duration.ofSeconds(1));
    assertEquals(ProblemKind.ACK_TIMEOUT, peer.it.problem());
    peer.answer(PacketType.PUBLISH).awaitOnline();
    peer.it.world.run();
    assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.12.4-1", v5 = "MQTT-3.12.4-1")
  void a_ping_without_an_answer_closes(ProtocolVersion version) {
    Peer peer = Peer.online(version).ignore(PacketType.PINGREQ);
    peer.passes(Duration.ofSeconds(79));
    peer.unharmed().passes(Duration.ofSeconds(1));
    assertEquals(ProblemKind.KEEP_ALIVE_TIMEOUT, peer.it.problem());
    assertEquals(Place.PING, peer.it.status().problem().orElseThrow().place());
    peer.answer(PacketType.PINGREQ).awaitOnline();
  }

  /** Counted from what is sent: what is received all the time does not replace a ping. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.1.2-23", v5 = "MQTT-3.1.2-20")
  void while_only_receiving_it_pings_within_the_keep_alive(ProtocolVersion version) {
    Peer peer = Peer.online(version, shape -> shape.keepAlive = 2);
    for (int i = 0; i < 100; i++) {
      peer.sends(Peer.message(0, 0, "in/a", "x")).passes(Duration.ofMillis(100));
    }
    assertEquals(100, peer.heard.size());
    int pings = peer.it.broker.packets(Pingreq.class).size();
    assertTrue(pings >= 5, pings + " pings in 10 s with a keep alive of 2 s");
    peer.unharmed();
  }

  // Closing at every step.

  enum End {
    FIN,
    RESET,
    SILENCE
  }

  static Stream<Arguments> cuts() {
    List<Arguments> all = new ArrayList<>();
    for (ProtocolVersion version : ProtocolVersion.values()) {
      for (End end : End.values()) {
        for (boolean kept : new boolean[] {true, false}) {
          for (PacketType at :
              List.of(
                  PacketType.CONNECT,
                  PacketType.SUBSCRIBE,
                  PacketType.PUBLISH,
                  PacketType.PUBREL,
                  PacketType.PUBACK,
                  PacketType.PUBREC,
                  PacketType.PUBCOMP)) {
            all.add(Arguments.of(version, end, kept, at));
          }
        }
      }
    }
    return all.stream();
  }

  /**
   * The broker reads a packet of this type and ends the connection, three times, with and without
   * keeping its session; then it is good again.
   */
  @ParameterizedTest
  @MethodSource("cuts")
  @Clause(
      v311 = {"MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT-4.4.0-1", "MQTT-3.3.1-1", "section 3.2.2.2"},
      v5 = {"MQTT-4.3.2-3", "MQTT-4.3.3-5", "MQTT-4.4.0-1", "MQTT-3.2.2-5"})
  void cut_at_every_step_nothing_is_lost_and_qos_2_arrives_once_in_each_session(
      ProtocolVersion version, End end, boolean kept, PacketType at) {
    Peer peer = Peer.of(version).listening();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tickets.add(peer.publish("one", 1));
      tickets.add(peer.publish("two", 2));
    }
    Cutter cutter = new Cutter(peer, end, kept, at);
    peer.it.broker.onPacket(cutter::read);
    peer.it.start();
    peer.it.world.advanceUntil(
        Duration.ofMinutes(60), () -> peer.it.status().queue().messages() == 0);
    peer.awaitOnline();
    for (Ticket ticket : tickets) {
      assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    }
    assertTrue(cutter.left < 3, "never cut");
    if (kept) {
      assertEquals(3, arrived(peer.it.broker.packets()), "QoS 2");
    }
    assertEquals(0, peer.it.status().queue().messages());
  }

  /** Ends the connection at a packet, three times. */
  private static final class Cutter {
    private final Peer peer;
    private final End end;
    private final boolean kept;
    private final PacketType at;
    private int left = 3;
    private boolean sent;

    Cutter(Peer peer, End end, boolean kept, PacketType at) {
      this.peer = peer;
      this.end = end;
      this.kept = kept;
      this.at = at;
    }

    /** Returns whether the packet is to be answered. */
    boolean read(Packet packet) {
      if (packet.type() != at || left == 0) {
        if (packet.type() == PacketType.SUBSCRIBE && !sent) {
          sent = true;
          peer.it.broker.line().send(Peer.message(1, 1, "in/a", "x"));
          peer.it.broker.line().send(Peer.message(2, 2, "in/b", "x"));
        }
        return true;
      }
      left--;
      if (!kept) {
        peer.it.broker.forgetSessions(false);
      }
      switch (end) {
        case FIN -> peer.it.broker.line().channel().sendEnd();
        case RESET -> peer.it.broker.line().channel().reset();
        case SILENCE -> peer.it.broker.line().channel().freeze();
      }
      return false;
    }
  }

  /** Counts what a broker that keeps its session takes for new messages of QoS 2. */
  private static int arrived(List<Packet> packets) {
    Set<Integer> open = new HashSet<>();
    int arrived = 0;
    for (Packet packet : packets) {
      if (packet instanceof Publish publish && publish.qos().level() == 2) {
        arrived += open.add(publish.packetId()) ? 1 : 0;
      } else if (packet instanceof Pubrel pubrel) {
        open.remove(pubrel.packetId());
      }
    }
    return arrived;
  }

  /** Half a packet, then the end. */
  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void an_acknowledgement_that_is_cut_in_half_is_none(ProtocolVersion version) {
    for (int bytes = 1; bytes < 4; bytes++) {
      Peer peer = Peer.online(version).ignore(PacketType.PUBLISH);
      Ticket ticket = peer.publish("a", 1);
      int id = peer.packets(Publish.class).get(0).packetId();
      int[] half = java.util.Arrays.copyOf(new int[] {0x40, 2, id >> 8, id & 255}, bytes);
      peer.sendsBytes(half).closes();
      assertTrue(peer.open(ticket));
      peer.answer(PacketType.PUBLISH).awaitOnline();
      peer.it.world.run();
      assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket));
    }
  }

  /** A broker that closes right after each CONNACK: pauses, as if it had refused. */
  @Test
  void a_broker_that_closes_after_every_connack_is_met_with_growing_pauses() {
    Peer peer = Peer.of(Peer.V5, shape -> shape.jitter = false);
    peer.it.start();
    for (int i = 0; i < 10; i++) {
      peer.awaitOnline().closes();
    }
    List<Double> pauses = peer.it.pauses();
    assertTrue(pauses.get(pauses.size() - 1) >= 4, pauses.toString());
    assertEquals(ConnectionState.WAITING, peer.it.state());
  }
}
