package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;

/** A hub that is still starting: it may hand over what it stored first, and the file later. */
class HubStartTest {
  private static final Map<String, Object> OLD = LiveWorld.configuration(Map.of());
  private static final Map<String, Object> EDITED =
      LiveWorld.configuration(Map.of("broker", "mqtt://10.0.0.2"));

  private final LiveWorld it = new LiveWorld(1);
  private final ScriptedBroker edited = new ScriptedBroker(it.world.net(), "10.0.0.2", 1883);

  private void starting() {
    it.starting =
        Optional.of(
            new HubStart.Awaited(
                "the hub to reach start level 100",
                HubStart.LONGEST.toNanos(),
                HubStart.LONGEST_PARKING.toNanos()));
  }

  private void started() {
    it.starting = Optional.empty();
    it.connections.hubStarted();
    it.settle();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 60, 119})
  void only_the_broker_of_the_edited_file_is_ever_contacted_and_gets_what_waits(int seconds) {
    starting();
    it.configure(OLD);
    it.service().publish(Message.text("door", "open"));
    it.pass(Duration.ofSeconds(seconds));
    assertEquals(ConnectionState.WAITING, it.service().status().state());
    assertEquals(Optional.of("the hub to reach start level 100"), it.service().status().waitsFor());
    it.configure(EDITED);
    assertEquals(0, edited.lines().size());
    started();
    it.online();
    assertEquals(Optional.empty(), it.service().status().waitsFor());
    assertEquals(0, it.broker.lines().size());
    assertEquals(1, edited.packets(Connect.class).size());
    assertEquals(List.of("door"), edited.topics());
  }

  @Test
  void the_settle_time_follows_the_start_of_the_hub() {
    starting();
    it.configure(LiveWorld.configuration(Map.of("connectDelay", "5s")));
    it.pass(Duration.ofSeconds(30));
    started();
    it.pass(Duration.ofMillis(4_999));
    assertEquals(0, it.connects());
    it.pass(Duration.ofMillis(1));
    assertEquals(1, it.connects());
  }

  @Test
  void a_hub_that_does_not_finish_starting_is_not_waited_for_longer_than_two_minutes() {
    starting();
    it.configure(OLD);
    it.pass(Duration.ofMillis(119_999));
    assertEquals(0, it.connects());
    it.pass(Duration.ofMillis(1));
    it.online();
    started();
    it.pass(Duration.ofMinutes(5));
    assertEquals(1, it.connects());
  }

  @Test
  void no_command_dials_before_the_hub_has_started() {
    starting();
    it.configure(OLD);
    it.service().reconnectNow();
    it.service().disconnect();
    it.service().connect();
    it.pass(Duration.ofSeconds(60));
    assertEquals(0, it.connects());
    assertEquals(ConnectionState.WAITING, it.service().status().state());
    started();
    it.online();
  }

  @Test
  void what_is_faulty_closed_or_manual_at_the_start_of_the_hub_stays_so() {
    starting();
    it.configure(LiveWorld.configuration(Map.of("retry", "none")));
    started();
    it.pass(Duration.ofSeconds(10));
    assertEquals(ConnectionState.CLOSED, it.service().status().state());
    assertEquals(0, it.connects());
  }

  @Test
  void on_a_hub_that_runs_nothing_is_waited_for() {
    it.configure(OLD).online();
    assertEquals(1, it.connects());
  }

  /** Seconds after us: when the hub has started, and when the listener is there. */
  @ParameterizedTest
  @CsvSource({"0, 59", "90, 120", "130, 120", "300, 350"})
  void fifty_commands_of_qos_1_wait_for_a_listener_that_starts_long_after_us(
      int hub, int listener) {
    List<String> heard = new ArrayList<>();
    it.configure(OLD).online();
    it.service().subscribe("command", QoS.AT_LEAST_ONCE, message -> {});
    it.settle();
    it.connections.deleted("org.robustmqtt.connection~" + LiveWorld.NAME);
    it.pass(Duration.ofSeconds(10));
    starting();
    it.configure(OLD);
    boolean sent = false;
    for (int second = 0; second <= 420; second++) {
      if (second == hub) {
        started();
      }
      if (second == listener) {
        it.service().subscribe("command", QoS.AT_LEAST_ONCE, message -> heard.add(message.text()));
      }
      it.settle();
      if (!sent && it.service().status().state() == ConnectionState.ONLINE) {
        IntStream.rangeClosed(1, 50).forEach(this::command);
        sent = true;
      }
      it.pass(Duration.ofSeconds(1));
    }
    assertTrue(sent);
    assertEquals(IntStream.rangeClosed(1, 50).mapToObj(Integer::toString).toList(), heard);
    assertEquals(50, it.broker.packets(Puback.class).size());
    assertEquals(0, it.service().status().counters().unclaimed());
  }

  private void command(int number) {
    it.broker
        .line()
        .send(
            new Publish(
                false,
                QoS.AT_LEAST_ONCE,
                false,
                "command",
                number,
                Properties.NONE,
                Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void without_any_listener_they_are_given_up_a_minute_after_the_hub_has_started() {
    starting();
    it.configure(OLD);
    it.pass(Duration.ofSeconds(120));
    it.online();
    command(1);
    it.pass(Duration.ofSeconds(100));
    started();
    it.pass(Duration.ofSeconds(59));
    assertEquals(0, it.broker.packets(Puback.class).size());
    it.pass(Duration.ofSeconds(1));
    assertEquals(1, it.broker.packets(Puback.class).size());
    assertEquals(1, it.service().status().counters().unclaimed());
  }

  @Test
  void without_any_start_of_the_hub_they_are_given_up_after_ten_minutes_and_their_time() {
    starting();
    it.configure(OLD);
    it.pass(Duration.ofSeconds(120));
    it.online();
    command(1);
    it.pass(Duration.ofSeconds(530));
    assertEquals(0, it.broker.packets(Puback.class).size());
    it.pass(Duration.ofSeconds(20));
    assertEquals(1, it.broker.packets(Puback.class).size());
  }

  @Test
  void the_level_of_a_hub_is_the_higher_of_what_framework_and_system_say() {
    // Karaf: the framework begins at 1, the property of the system has the real one
    assertEquals(100, HubStart.target("1", "100"));
    assertEquals(80, HubStart.target("80", null));
    assertEquals(30, HubStart.target(null, " 30 "));
    assertEquals(1, HubStart.target(null, null));
    assertEquals(1, HubStart.target("all", ""));
    assertEquals(7, HubStart.target("2147483648000", "7"));
  }
}
