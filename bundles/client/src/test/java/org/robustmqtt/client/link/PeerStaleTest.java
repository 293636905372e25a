package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.InboundRule;
import org.robustmqtt.client.listeners.InboundRule.Treatment;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrel;

/** What a broker kept for us while we were away: a door does not open hours later. */
class PeerStaleTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<String> heard = new ArrayList<>();

  private Peer peer(ProtocolVersion version, InboundRule rule) {
    Peer peer = Peer.of(version);
    peer.it.dispatcher.add(
        new ListenerSpec("door", List.of(new TopicFilter("door")), false, rule),
        message -> heard.add(message.text()));
    return peer.start();
  }

  private static InboundRule ignoringQueued() {
    return new InboundRule(
        Optional.of(QoS.EXACTLY_ONCE),
        Optional.empty(),
        Optional.of(Treatment.IGNORE),
        OptionalLong.empty());
  }

  private static InboundRule maxAge(Duration age) {
    return new InboundRule(
        Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.of(age.toNanos()));
  }

  private static Publish door(int qos, int id, String text) {
    return Peer.message(qos, id, "door", text);
  }

  private static long pings(Peer peer) {
    return peer.it.broker.packets().stream().filter(Pingreq.class::isInstance).count();
  }

  /** The link is lost, and the session resumed. */
  private static void returned(Peer peer) {
    peer.closes().connack(true, 0).awaitOnline();
    peer.it.world.run();
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void what_comes_before_the_answer_to_a_ping_was_queued_and_what_comes_after_it_was_not(
      ProtocolVersion version) {
    Peer peer = peer(version, ignoringQueued());
    peer.sends(door(1, 1, "before"));
    returned(peer);
    peer.ignore(PacketType.PINGREQ);
    long pings = pings(peer);
    peer.sends(door(1, 2, "open"), door(0, 0, "close")).passes(SECOND);
    assertEquals(pings + 1, pings(peer));
    peer.sends(door(1, 3, "open"), new Pingresp(), door(1, 4, "now"));
    assertEquals(List.of("before", "now"), heard);
    assertEquals(3, peer.it.status().counters().stale());
    assertEquals(0, peer.it.dispatcher.receivedPending());
    peer.passes(Duration.ofSeconds(10));
    assertEquals(pings + 1, pings(peer));
    peer.unharmed();
  }

  @Test
  void exchanges_of_qos_2_that_are_not_over_fill_the_brokers_window_too() {
    Peer peer = peer(Peer.V5, ignoringQueued());
    returned(peer);
    peer.ignore(PacketType.PUBREC);
    for (int id = 1; id <= 10; id++) {
      peer.sends(door(2, id, "queued"));
    }
    peer.passes(Duration.ofSeconds(2)).sends(door(2, 11, "queued"));
    assertEquals(List.of(), heard);
    for (int id = 1; id <= 11; id++) {
      peer.sends(new Pubrel(id, 0, org.robustmqtt.codec.Properties.NONE));
    }
    peer.passes(SECOND).sends(door(2, 12, "now"));
    assertEquals(List.of("now"), heard);
  }

  /** The ping that was asked for before and its answer say nothing. */
  @Test
  void the_answer_to_another_ping_does_not_end_the_quiet_period() {
    Peer peer = peer(Peer.V5, ignoringQueued());
    returned(peer);
    peer.ignore(PacketType.PINGREQ);
    peer.it.link.probe();
    peer.it.world.run();
    peer.passes(SECOND);
    peer.sends(new Pingresp(), door(1, 1, "queued"), new Pingresp(), door(1, 2, "now"));
    assertEquals(List.of("now"), heard);
  }

  @Test
  void a_message_of_an_outage_that_was_shorter_than_its_age_may_be_is_heard() {
    Peer peer = peer(Peer.V5, maxAge(Duration.ofMinutes(1)));
    peer.passes(Duration.ofSeconds(30)).sends(door(1, 1, "before"));
    returned(peer);
    peer.sends(door(1, 2, "short"));
    peer.passes(Duration.ofMinutes(5));
    returned(peer);
    peer.sends(door(1, 3, "idle before"));
    peer.passes(SECOND).sends(door(1, 4, "now"));
    assertEquals(List.of("before", "short", "idle before", "now"), heard);
  }

  @Test
  void after_a_start_of_the_hub_everything_that_comes_at_once_may_be_old() {
    Peer before = peer(Peer.V5, maxAge(Duration.ofDays(1)));
    Peer peer = before.restarted();
    peer.connack(true, 0);
    peer.it.dispatcher.add(
        new ListenerSpec(
            "door", List.of(new TopicFilter("door")), false, maxAge(Duration.ofDays(1))),
        message -> heard.add(message.text()));
    peer.start().sends(door(1, 1, "queued")).passes(SECOND).sends(door(1, 2, "now"));
    assertEquals(List.of("now"), heard);
  }
}
