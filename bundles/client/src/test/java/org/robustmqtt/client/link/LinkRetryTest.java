package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Properties;

/** Waits between attempts, as a link uses them. */
class LinkRetryTest {
  @Test
  void the_first_dial_waits_for_the_settle_time() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().start();
    it.world.advance(Duration.ofMillis(999));
    assertEquals(List.of(), it.world.net().dialled());
    assertEquals(ConnectionState.WAITING, it.state());
    assertTrue(it.status().nextAttempt().isPresent());
    it.world.advance(Duration.ofMillis(1));
    assertEquals(1, it.world.net().dialled().size());
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void the_first_connect_is_retried_like_any_other() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
    it.start();
    it.world.advance(Duration.ofSeconds(20));
    assertEquals(ProblemKind.CONNECTION_REFUSED, it.problem());
    assertEquals(
        "10.0.0.1:1883 refused the connection; look at the port in broker, and whether it runs",
        it.status().problem().orElseThrow().text());
    assertTrue(it.status().attempt() > 3, "attempts " + it.status().attempt());

    it.withBroker();
    it.world.advance(Duration.ofSeconds(4));
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_near_broker_is_tried_at_least_every_four_seconds_for_ever() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.start();
    it.world.advance(Duration.ofHours(1));
    assertTrue(it.pauses().stream().allMatch(pause -> pause <= 4.0), "" + it.pauses());
    double mean = it.pauses().stream().mapToDouble(d -> d).average().orElseThrow();
    assertEquals(2.0, mean, 0.2, "full jitter");
  }

  @Test
  void a_far_broker_is_tried_at_most_every_minute() {
    LinkWorld it =
        new LinkWorld(
            LinkWorld.settings(
                s -> {
                  s.host = "8.8.8.8";
                  return s;
                }));
    it.start();
    it.world.advance(Duration.ofHours(3));
    List<Double> late = it.pauses().subList(20, it.pauses().size());
    assertTrue(late.stream().allMatch(pause -> pause <= 60.0), "" + late);
    double mean = late.stream().mapToDouble(d -> d).average().orElseThrow();
    assertEquals(30.0, mean, 4.0, "full jitter");
  }

  @Test
  void an_unknown_name_is_resolved_anew_for_each_attempt() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.host = "broker.home";
                      return s;
                    }))
            .withBroker();
    it.start();
    it.world.advance(Duration.ofSeconds(30));
    assertEquals(ProblemKind.HOST_UNKNOWN, it.problem());
    assertEquals(Place.DNS, it.status().problem().orElseThrow().place());
    assertEquals(
        "broker.home: its name is not known; look at broker, or at the name server",
        problemText(it));
    assertTrue(it.world.net().resolved() > 3);

    it.world.net().name("broker.home", "10.0.0.7", LinkWorld.IP);
    it.world.advance(Duration.ofSeconds(4));
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void after_the_loss_of_a_stable_link_it_is_back_within_a_second() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.world.advance(Duration.ofSeconds(31));
    int before = it.world.net().dialled().size();
    it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    List<Double> pauses = it.pauses().subList(before, it.pauses().size());
    assertTrue(pauses.size() >= 4, "" + pauses);
    assertTrue(pauses.stream().allMatch(pause -> pause >= 0.25 && pause < 1.0), "" + pauses);

    it.withBroker();
    it.world.advance(Duration.ofSeconds(1));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(ProblemKind.CONNECTION_REFUSED, it.problem(), "the last problem stays");
  }

  @Test
  void a_link_that_flaps_is_slowed_down_and_reset_only_after_the_stable_time() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.jitter = false;
                      s.retryMax = Duration.ofSeconds(60);
                      return s;
                    }))
            .withBroker()
            .online();
    for (int i = 0; i < 5; i++) {
      it.world.advance(Duration.ofSeconds(10));
      it.broker.line().channel().reset();
      assertTrue(
          it.world.advanceUntil(
              Duration.ofMinutes(2), () -> it.state() == ConnectionState.WAITING));
      it.world.advanceUntil(Duration.ofMinutes(2), () -> it.state() == ConnectionState.ONLINE);
    }
    List<Double> pauses = it.pauses();
    assertTrue(
        pauses.subList(0, 3).stream().allMatch(pause -> pause >= 10.25 && pause < 11), "" + pauses);
    assertEquals(List.of(18.0, 26.0), pauses.subList(3, 5));
    assertEquals(5, it.status().attempt());

    it.world.advance(Duration.ofSeconds(30));
    assertEquals(0, it.status().attempt(), "stable");
  }

  @ParameterizedTest
  @CsvSource({
    "0x84, VERSION_REFUSED",
    "0x85, IDENTIFIER_REFUSED",
    "0x86, BAD_CREDENTIALS",
    "0x87, NOT_AUTHORIZED",
    "0x8A, CONNECT_DENIED"
  })
  void a_refusal_for_good_is_not_hammered_and_tried_at_once_with_other_settings(
      String code, ProblemKind kind) {
    LinkSettings settings =
        LinkWorld.settings(
            s -> {
              s.version = LinkSettings.Version.MQTT_5;
              return s;
            });
    LinkWorld it = new LinkWorld(settings).withBroker();
    it.broker.connack(
        connect ->
            connect.username().isPresent()
                ? Optional.empty()
                : Optional.of(new Connack(false, Integer.decode(code), Properties.NONE)));
    it.start();
    it.world.advance(Duration.ofHours(1));
    assertEquals(kind, it.problem());
    assertEquals(Integer.decode(code).intValue(), it.status().problem().orElseThrow().reasonCode());
    assertTrue(it.pauses().stream().allMatch(pause -> pause >= 30), "" + it.pauses());
    assertTrue(it.pauses().size() >= 6, "it goes on trying: " + it.pauses());

    it.link.apply(
        LinkWorld.settings(
            s -> {
              s.version = LinkSettings.Version.MQTT_5;
              s.username = Optional.of("me");
              return s;
            }));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state(), "without any time");
  }

  @Test
  void a_busy_broker_is_tried_again_as_if_it_were_away() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.connack(connect -> Optional.of(new Connack(false, 0x88, Properties.NONE)));
    it.start();
    it.world.advance(Duration.ofSeconds(60));
    assertEquals(ProblemKind.BROKER_UNAVAILABLE, it.problem());
    assertTrue(it.pauses().stream().allMatch(pause -> pause <= 4.0), "" + it.pauses());
  }

  @Test
  void another_client_with_the_same_identifier_is_not_fought() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    for (int i = 0; i < 6; i++) {
      it.broker.line().send(new Disconnect(0x8E, Properties.NONE));
      it.world.advanceUntil(Duration.ofMinutes(10), () -> it.state() == ConnectionState.WAITING);
      assertEquals(ProblemKind.SESSION_TAKEN_OVER, it.problem());
      it.world.advanceUntil(Duration.ofMinutes(10), () -> it.state() == ConnectionState.ONLINE);
    }
    double least = 2.5;
    for (double pause : it.pauses()) {
      assertTrue(pause >= least, "" + it.pauses());
      least *= 2;
    }
  }

  @Test
  void another_client_with_the_same_identifier_is_named_where_the_broker_just_hangs_up() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    for (int i = 1; i <= 6; i++) {
      hangUp(it);
      assertEquals(
          i < 5 ? ProblemKind.CONNECTION_LOST : ProblemKind.SESSION_TAKEN_OVER, it.problem());
      it.world.advanceUntil(Duration.ofMinutes(10), () -> it.state() == ConnectionState.ONLINE);
    }
    double last = it.pauses().get(5);
    assertTrue(last >= 5, "not fought: " + it.pauses());

    it.world.advance(Duration.ofSeconds(60));
    hangUp(it);
    assertEquals(ProblemKind.CONNECTION_LOST, it.problem(), "after a stable link");
  }

  @Test
  void a_broker_that_restarts_time_and_again_is_not_taken_for_another_client() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    for (int i = 0; i < 7; i++) {
      it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
      hangUp(it);
      assertEquals(ProblemKind.CONNECTION_LOST, it.problem());
      it.world.advanceUntil(
          Duration.ofMinutes(1), () -> it.problem() == ProblemKind.CONNECTION_REFUSED);
      it.withBroker();
      it.world.advanceUntil(Duration.ofMinutes(1), () -> it.state() == ConnectionState.ONLINE);
    }
  }

  private static void hangUp(LinkWorld it) {
    it.broker.line().channel().sendEnd();
    assertTrue(
        it.world.advanceUntil(Duration.ofMinutes(2), () -> it.state() == ConnectionState.WAITING));
  }

  @Test
  void fixed_waits_stay_the_same() {
    LinkWorld it =
        new LinkWorld(
            LinkWorld.settings(
                s -> {
                  s.strategy = RetrySettings.Strategy.FIXED;
                  s.retryMin = Duration.ofSeconds(7);
                  s.jitter = false;
                  return s;
                }));
    it.start();
    it.world.advance(Duration.ofSeconds(40));
    assertEquals(List.of(7.0, 7.0, 7.0, 7.0, 7.0), it.pauses());
  }

  @Test
  void a_far_broker_is_not_hurried_back_to() {
    LinkWorld it = new LinkWorld(far());
    ScriptedBroker broker = new ScriptedBroker(it.world.net(), FAR, LinkWorld.PORT);
    it.online();
    it.world.advance(Duration.ofSeconds(31));
    it.world.net().refuse(FAR, LinkWorld.PORT);
    broker.line().channel().reset();
    it.world.advance(Duration.ofMinutes(1));
    List<Double> pauses = it.pauses();
    assertTrue(pauses.get(0) < 32, "the first attempt within retryMin: " + pauses);
    assertTrue(pauses.size() < 10, "no quick return: " + pauses);
  }

  private static final String FAR = "8.8.8.8";

  private static LinkSettings far() {
    return LinkWorld.settings(
        s -> {
          s.host = FAR;
          return s;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "10.255.0.1, true",
    "172.16.0.1, true",
    "172.32.0.1, false",
    "192.168.1.5, true",
    "169.254.3.4, true",
    "100.64.0.1, false",
    "8.8.8.8, false",
    "::1, true",
    "fe80::1, true",
    "fd00::5, true",
    "2001:db8::1, false"
  })
  void the_local_network_is_loopback_link_local_and_what_is_private(String address, boolean near)
      throws UnknownHostException {
    assertEquals(near, Retries.near(InetAddress.getByName(address)));
  }

  @Test
  void a_patient_link_waits_longer_and_longer_while_nothing_is_urgent() {
    LinkWorld it = patient(4, false);
    it.start();
    it.publish("a", 1);
    it.world.advance(Duration.ofHours(6));
    it.publish("a", 1);
    int attempts = it.world.net().dialled().size();
    assertTrue(attempts <= 24 && attempts >= 12, "attempts " + attempts);
    double last = it.pauses().get(attempts - 2);
    assertTrue(last >= 900 && last <= 1_800, "" + it.pauses());
    assertNoHourHasMore(4, it);
  }

  @Test
  void an_urgent_message_does_not_wait_as_long_and_the_budget_holds() {
    LinkWorld it = patient(12, true);
    it.start();
    it.world.advance(Duration.ofMinutes(90));
    int before = it.world.net().dialled().size();
    double waiting = (it.world.nanos() - it.world.net().dialledAt().get(before - 1)) / 1e9;
    it.publish("a", 1);
    it.world.advance(Duration.ofSeconds(1));
    it.publish("a", 1);
    it.world.advance(Duration.ofSeconds((long) Math.max(0, 300 - waiting)));
    assertEquals(before + 1, it.world.net().dialled().size(), "waited " + waiting + " s");
    it.world.advance(Duration.ofHours(3));
    List<Double> later = it.pauses().subList(before, it.pauses().size());
    assertTrue(later.stream().allMatch(pause -> pause >= 299 && pause <= 601), "" + later);
    assertNoHourHasMore(12, it);
    it.withBroker();
    it.world.advance(Duration.ofSeconds(601));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(2, it.broker.topics().size());
  }

  private static LinkWorld patient(int attempts, boolean wake) {
    LinkSettings settings =
        LinkWorld.settings(
            s -> {
              s.strategy = RetrySettings.Strategy.PATIENT;
              s.attemptsPerHour = attempts;
              return s;
            });
    DeliveryPolicy policy =
        DeliveryPolicy.of(
            DeliveryPolicy.DEFAULT_NAME, Optional.empty(), draft -> draft.wake = wake);
    return new LinkWorld(
        new VirtualWorld(1),
        new MemoryJournal(),
        Optional.of(settings),
        new PolicyTable(policy, List.of()),
        Link.Hub.ofNone());
  }

  private static void assertNoHourHasMore(int most, LinkWorld it) {
    List<Long> at = it.world.net().dialledAt();
    for (int i = most; i < at.size(); i++) {
      long hour = at.get(i) - at.get(i - most);
      assertTrue(hour >= Duration.ofHours(1).toNanos(), "attempts " + it.pauses());
    }
  }

  @Test
  void reconnect_now_is_a_way_by_hand_too() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.strategy = RetrySettings.Strategy.NONE;
                      return s;
                    }))
            .withBroker()
            .start();
    it.link.reconnectNow();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    it.link.disconnect();
    it.world.advance(Duration.ofSeconds(10));
    assertEquals(ConnectionState.CLOSED, it.state());
  }

  @Test
  void without_a_retry_strategy_only_connect_connects() {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.strategy = RetrySettings.Strategy.NONE;
                      return s;
                    }))
            .withBroker()
            .start();
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(List.of(), it.world.net().dialled());
    it.link.connect();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(ProblemKind.CONNECTION_LOST, it.problem());
    assertEquals(1, it.world.net().dialled().size());
  }

  @Test
  void reconnect_now_ends_a_wait() {
    LinkWorld it = new LinkWorld(LinkWorld.settings());
    it.start();
    it.world.advance(Duration.ofSeconds(300));
    it.withBroker();
    it.link.reconnectNow();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void reconnect_now_while_online_says_goodbye_and_keeps_the_session() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();
    it.link.reconnectNow();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(2, it.broker.lines().size());
    assertTrue(it.broker.lines().get(0).closedByClient());
    assertEquals(1, it.broker.packets(Disconnect.class).size());
    assertEquals(Optional.of(true), it.status().sessionPresent());
  }

  @Test
  void the_session_is_resumed_and_what_was_in_flight_is_sent_again() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    it.broker.ignore(org.robustmqtt.codec.PacketType.PUBLISH);
    it.online();
    Ticket ticket = it.publish("a", 1);
    it.broker.answer(org.robustmqtt.codec.PacketType.PUBLISH);
    it.broker.line().channel().reset();
    it.world.advance(Duration.ofSeconds(5));
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(ticket));
    assertEquals(List.of("a", "a"), it.broker.topics());
    List<Connect> connects = it.broker.packets(Connect.class);
    assertTrue(connects.get(0).cleanStart());
    assertFalse(connects.get(1).cleanStart());
  }

  @Test
  void a_session_that_we_do_not_know_is_replaced_at_once() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    boolean[] first = {true};
    it.broker.connack(
        connect -> {
          boolean present = first[0];
          first[0] = false;
          return Optional.of(new Connack(present, 0, Properties.NONE));
        });
    it.start();
    it.world.advance(LinkWorld.SECOND);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(ProblemKind.SESSION_UNKNOWN, it.problem());
    assertEquals(List.of(0.0), it.pauses());
  }

  private static String problemText(LinkWorld it) {
    return it.status().problem().orElseThrow().text();
  }
}
