package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Energy;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;

/** A link that saves energy is open only while there is a reason. */
class LinkEnergyTest {
  private static final Duration AGE = Duration.ofHours(1);
  private static final Duration UNUSED = Duration.ofSeconds(10);
  private static final int MANY = 5;

  private final LinkWorld it = link(settings(Energy.BATTERY));

  private static LinkSettings settings(Energy energy) {
    return settings(energy, s -> s);
  }

  private static LinkSettings settings(Energy energy, UnaryOperator<LinkWorld.Shape> more) {
    return LinkWorld.settings(
        s -> {
          s.energy = new EnergySettings(energy, MANY, AGE.toNanos(), UNUSED.toNanos());
          s.strategy = RetrySettings.Strategy.PATIENT;
          s.attemptsPerHour = 12;
          return more.apply(s);
        });
  }

  private static LinkWorld link(LinkSettings settings) {
    DeliveryPolicy lazy = DeliveryPolicy.of("lazy", Optional.empty(), draft -> draft.wake = false);
    return new LinkWorld(
        new VirtualWorld(1),
        new MemoryJournal(),
        Optional.of(settings),
        new PolicyTable(DeliveryPolicy.DEFAULT, List.of(new PolicyTable.Rule("lazy/#", lazy))),
        Link.Hub.ofNone());
  }

  private LinkWorld idle() {
    it.withBroker().online();
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state());
    return it;
  }

  private int connects() {
    return it.broker.packets(Connect.class).size();
  }

  @ParameterizedTest
  @EnumSource(Energy.class)
  void only_a_link_that_saves_energy_is_closed_when_nothing_is_to_do(Energy energy) {
    LinkWorld any = link(settings(energy)).withBroker().online();
    any.world.advance(UNUSED.minusMillis(1));
    assertEquals(ConnectionState.ONLINE, any.state());
    any.world.advance(Duration.ofHours(5));
    boolean saves = energy != Energy.MAINS;
    assertEquals(saves ? ConnectionState.IDLE : ConnectionState.ONLINE, any.state());
    assertEquals(saves ? 1 : 0, any.broker.packets(Disconnect.class).size());
    assertEquals(1, any.broker.lines().size());
    assertEquals(Optional.empty(), any.status().problem());
    assertEquals(saves ? 0 : 1, any.world.net().open());
  }

  @Test
  void an_urgent_message_opens_it_and_the_rest_rides_along() {
    idle();
    it.publish("lazy/a", 1);
    it.world.advance(Duration.ofMinutes(30));
    assertEquals(ConnectionState.IDLE, it.state());
    assertEquals(1, connects());
    Ticket alarm = it.publish("alarm", 1);
    assertEquals(ConnectionState.ONLINE, it.state(), "without any time");
    assertEquals(List.of("lazy/a", "alarm"), it.broker.topics());
    assertTrue(it.outcome(alarm).isPresent());
    assertFalse(it.broker.packets(Connect.class).get(1).cleanStart(), "the session is kept");
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state());
  }

  @Test
  void many_messages_open_it() {
    idle();
    for (int i = 1; i < MANY; i++) {
      it.publish("lazy/a", 1);
      assertEquals(ConnectionState.IDLE, it.state());
    }
    it.publish("lazy/a", 1);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(MANY, it.broker.topics().size());
  }

  @Test
  void an_old_message_opens_it() {
    idle();
    it.publish("lazy/a", 0);
    it.world.advance(Duration.ofMinutes(40));
    it.publish("lazy/a", 0);
    it.world.advance(Duration.ofMinutes(19).plusSeconds(59));
    assertEquals(ConnectionState.IDLE, it.state());
    it.world.advance(Duration.ofSeconds(2));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(2, it.broker.topics().size());
  }

  @Test
  void a_message_that_is_cancelled_is_no_reason_any_more() {
    idle();
    it.outbox.cancel(it.publish("lazy/a", 1).id());
    it.world.advance(Duration.ofHours(5));
    assertEquals(ConnectionState.IDLE, it.state());
    assertEquals(1, connects());
  }

  @Test
  void it_stays_open_while_messages_go_to_and_fro() {
    it.withBroker().online();
    for (int i = 0; i < 20; i++) {
      it.world.advance(Duration.ofSeconds(6));
      it.publish("lazy/a", 0);
      assertEquals(ConnectionState.ONLINE, it.state());
    }
    it.listen("in", QoS.AT_MOST_ONCE, message -> {});
    for (int i = 0; i < 20; i++) {
      it.world.advance(Duration.ofSeconds(6));
      it.broker
          .line()
          .send(
              new Publish(
                  false,
                  QoS.AT_MOST_ONCE,
                  false,
                  "in",
                  0,
                  org.robustmqtt.codec.Properties.NONE,
                  new byte[1]));
      it.world.run();
      assertEquals(ConnectionState.ONLINE, it.state());
    }
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state());
    assertEquals(1, connects());
  }

  @Test
  void it_is_not_closed_while_an_acknowledgement_is_out() {
    it.withBroker();
    it.broker.ignore(PacketType.PUBLISH);
    it.online();
    it.publish("a", 1);
    it.world.advance(UNUSED.plusSeconds(5));
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_filter_that_the_broker_does_not_know_opens_it() {
    idle();
    it.listen("in/#", QoS.AT_LEAST_ONCE, message -> {});
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(1, it.broker.packets(Subscribe.class).size());
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state());
  }

  @Test
  void who_waits_until_it_is_idle_hears_that_the_device_may_sleep() {
    it.withBroker().online();
    Ticket ticket = it.publish("a", 1);
    CompletionStage<Void> sleep = it.link.whenIdle();
    List<ConnectionState> told = new ArrayList<>();
    sleep.thenRun(() -> told.add(it.state()));
    it.world.run();
    assertTrue(it.outcome(ticket).isPresent());
    assertEquals(List.of(ConnectionState.IDLE), told, "closed at once, not after a while");

    it.publish("lazy/a", 1);
    assertEquals(ConnectionState.IDLE, it.state());
    told.clear();
    it.link.whenIdle().thenRun(() -> told.add(it.state()));
    it.world.run();
    assertEquals(List.of("a", "lazy/a"), it.broker.topics());
    assertEquals(List.of(ConnectionState.IDLE), told, "what waits is sent first");
  }

  @Test
  void it_can_be_switched_at_run_time() {
    idle();
    it.link.apply(settings(Energy.MAINS));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    it.world.advance(Duration.ofHours(1));
    assertEquals(ConnectionState.ONLINE, it.state());
    it.link.apply(settings(Energy.METERED));
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state());
    assertEquals(2, connects());
  }

  @Test
  void by_hand_it_opens_closes_and_ends() {
    idle();
    it.link.reconnectNow();
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
    it.world.advance(UNUSED);
    it.link.disconnect();
    it.publish("alarm", 1);
    it.world.advance(Duration.ofHours(3));
    assertEquals(ConnectionState.CLOSED, it.state());
    it.link.connect();
    it.world.run();
    assertEquals(List.of("alarm"), it.broker.topics());
    it.world.advance(UNUSED);
    assertTrue(it.now(it.link.stop(Duration.ofSeconds(1)).thenApply(gone -> true)).isPresent());
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(0, it.world.timersSet());
  }

  @Test
  void other_credentials_are_tried_at_once() {
    idle();
    it.link.apply(
        settings(
            Energy.BATTERY,
            s -> {
              s.username = Optional.of("me");
              return s;
            }));
    it.world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void there_is_no_attempt_for_what_has_expired() {
    idle();
    it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
    it.outbox.publish(Message.text("button", "x").withQos(1).withDeadline(Duration.ofSeconds(15)));
    it.world.advance(Duration.ofHours(6));
    assertEquals(ConnectionState.IDLE, it.state());
    List<Long> at = it.world.net().dialledAt();
    assertTrue(at.size() > 2, it.pauses().toString());
    assertTrue(at.get(at.size() - 1) - at.get(1) <= 15_000_000_000L, it.pauses().toString());
  }

  /** The figures of docs/configuration.md. */
  @Test
  void an_outage_of_six_hours_costs_at_most_the_configured_attempts() {
    idle();
    it.world.net().refuse(LinkWorld.IP, LinkWorld.PORT);
    int before = it.world.net().dialled().size();
    List<Ticket> tickets = new ArrayList<>();
    Consumer<String> publish = topic -> tickets.add(it.publish(topic, 1));
    for (int minute = 0; minute < 360; minute++) {
      publish.accept("lazy/temperature");
      if (minute % 60 == 30) {
        publish.accept("alarm");
      }
      it.world.advance(Duration.ofMinutes(1));
    }
    int attempts = it.world.net().dialled().size() - before;
    it.withBroker();
    long back = it.world.nanos();
    assertTrue(
        it.world.advanceUntil(Duration.ofHours(1), () -> it.outbox.status().messages() == 0));
    double seconds = (it.world.nanos() - back) / 1e9;
    String figures =
        String.format(
            "%d attempts, %d of %d delivered %.0f s after the return",
            attempts, it.broker.topics().size(), tickets.size(), seconds);
    assertTrue(attempts <= 6 * 12, figures);
    assertTrue(attempts >= 6, figures);
    assertEquals(tickets.size(), it.broker.topics().size(), figures);
    assertTrue(seconds <= 300, figures);
    it.world.advance(UNUSED);
    assertEquals(ConnectionState.IDLE, it.state(), figures);
  }
}
