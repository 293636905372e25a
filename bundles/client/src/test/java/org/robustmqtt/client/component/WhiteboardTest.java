package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.InboundRule;

/** Listeners and connections find each other, whichever comes first. */
class WhiteboardTest {
  private static final String OWNER = "bundle com.x [23], service 99";

  private final Whiteboard whiteboard = new Whiteboard();
  private final FakeRooms home =
      new FakeRooms("home", new FakeJournal("/j", null), Optional.empty());
  private final FakeRooms away =
      new FakeRooms("away", new FakeJournal("/j", null), Optional.empty());
  private int changes;

  private static ListenerReader.Asked asked(Map<String, Object> properties) {
    return ListenerReader.messages(OWNER, properties);
  }

  private static Listening listening(Map<String, Object> properties) {
    return Listening.messages(message -> {}, asked(properties));
  }

  @Test
  void the_properties_are_understood_in_every_form() {
    ListenerReader.Asked asked =
        asked(
            Map.of(
                "mqtt.topics",
                List.of("a/#", "b", "b"),
                "mqtt.connection",
                new String[] {"home", "away"},
                "mqtt.qos",
                2L,
                "mqtt.ack",
                "manual",
                "mqtt.retained",
                "mark",
                "mqtt.queued",
                "ignore",
                "mqtt.maxAge",
                "15s"));

    assertEquals(List.of(), asked.faults());
    assertEquals(Set.of("home", "away"), asked.connections());
    assertEquals(
        List.of(new TopicFilter("a/#"), new TopicFilter("b")),
        asked.spec().orElseThrow().filters());
    assertEquals(
        new InboundRule(
            Optional.of(QoS.EXACTLY_ONCE),
            Optional.of(InboundRule.Treatment.MARK),
            Optional.of(InboundRule.Treatment.IGNORE),
            OptionalLong.of(15_000_000_000L)),
        asked.spec().orElseThrow().asked());
    assertTrue(asked.spec().orElseThrow().manual());
  }

  @Test
  void automatic_acknowledgement_is_the_default_and_all_else_is_left_to_the_connection() {
    ListenerReader.Asked asked =
        asked(
            Map.of(
                "mqtt.topics",
                "a",
                "mqtt.connection",
                new String[0],
                "mqtt.qos",
                -1,
                "mqtt.retained",
                "",
                "mqtt.maxAge",
                ""));

    assertEquals(InboundRule.NOTHING, asked.spec().orElseThrow().asked());
    assertFalse(asked.spec().orElseThrow().manual());
    assertTrue(asked.means("any"));
  }

  @Test
  void everything_that_is_wrong_is_told_with_bundle_service_and_value() {
    ListenerReader.Asked asked =
        asked(
            Map.of(
                "mqtt.topics", new String[] {"a/#/b", "ok"},
                "mqtt.connection", "my house",
                "mqtt.qos", "3",
                "mqtt.ack", "never",
                "mqtt.retained", "maybe",
                "mqtt.queued", "1",
                "mqtt.maxAge", "15"));

    assertEquals(
        List.of(
            OWNER + ": mqtt.connection = \"my house\": allowed: 1 to 64 of A-Z a-z 0-9 . _ -",
            OWNER
                + ": mqtt.topics = \"a/#/b\": filter \"a/#/b\": '#' must be a whole level and the"
                + " last one (MQTT-4.7.1-1)",
            OWNER + ": mqtt.qos = \"3\": allowed: 0, 1, 2",
            OWNER + ": mqtt.retained = \"maybe\": allowed: deliver, mark, ignore",
            OWNER + ": mqtt.queued = \"1\": allowed: deliver, mark, ignore",
            OWNER + ": mqtt.maxAge = \"15\": a number without a unit; write 15s, 15m or 15h",
            OWNER + ": mqtt.ack = \"never\": allowed: auto, manual"),
        asked.faults());
    assertEquals(Optional.empty(), asked.spec());
  }

  @Test
  void a_listener_without_topics_is_wrong() {
    assertEquals(
        List.of(OWNER + ": mqtt.topics is missing; allowed: topic filters"),
        asked(Map.of()).faults());
  }

  @Test
  void a_listener_without_a_connection_goes_to_each_also_to_later_ones() {
    whiteboard.join("home", home);
    whiteboard.add(listening(Map.of("mqtt.topics", "a")));
    whiteboard.join("away", away);

    assertEquals(1, home.listening.size());
    assertEquals(1, away.listening.size());
  }

  @Test
  void a_listener_with_a_connection_goes_to_that_only() {
    whiteboard.join("home", home);
    whiteboard.join("away", away);

    whiteboard.add(listening(Map.of("mqtt.topics", "a", "mqtt.connection", "away")));

    assertEquals(List.of(), home.listening);
    assertEquals(1, away.listening.size());
  }

  @Test
  void a_wrong_listener_is_not_called_and_shown_at_the_connections_it_means() {
    whiteboard.onChange(() -> changes++);
    whiteboard.join("home", home);
    Listening wrong =
        listening(Map.of("mqtt.topics", "a", "mqtt.qos", "7", "mqtt.connection", "home"));

    whiteboard.add(wrong);

    assertEquals(List.of(), home.listening);
    assertEquals(
        List.of(OWNER + ": mqtt.qos = \"7\": allowed: 0, 1, 2"), whiteboard.faults("home"));
    assertEquals(List.of(), whiteboard.faults("away"));
    assertEquals(1, changes);

    whiteboard.remove(wrong);
    assertEquals(List.of(), whiteboard.faults("home"));
    assertEquals(2, changes);
  }

  @Test
  void a_corrected_listener_is_called() {
    whiteboard.join("home", home);
    Listening listening = listening(Map.of("mqtt.topics", "a", "mqtt.qos", "7"));
    whiteboard.add(listening);

    whiteboard.change(listening, asked(Map.of("mqtt.topics", "a", "mqtt.qos", "0")));

    assertEquals(1, home.listening.size());
    assertEquals(List.of(), whiteboard.faults("home"));
  }

  @Test
  void a_listener_that_is_removed_ends_and_unsubscribes_nothing() {
    whiteboard.join("home", home);
    Listening listening = listening(Map.of("mqtt.topics", "a"));
    whiteboard.add(listening);

    whiteboard.remove(listening);

    assertEquals(List.of(), home.listening);
    assertTrue(home.told.stream().noneMatch(line -> line.startsWith("unsubscribe")));
  }

  @Test
  void equal_properties_change_nothing() {
    whiteboard.join("home", home);
    Listening listening = listening(Map.of("mqtt.topics", "a"));
    whiteboard.add(listening);
    List<String> before = List.copyOf(home.told);

    whiteboard.change(listening, asked(Map.of("mqtt.topics", new String[] {"a"})));

    assertEquals(before, home.told);
  }

  @Test
  void other_topics_are_added_before_the_old_ones_end() {
    whiteboard.join("home", home);
    Listening listening = listening(Map.of("mqtt.topics", "a"));
    whiteboard.add(listening);

    whiteboard.change(listening, asked(Map.of("mqtt.topics", "b")));

    assertEquals(
        List.of("add " + OWNER + " [a]", "add " + OWNER + " [b]", "remove " + OWNER + " [a]"),
        home.told);
  }

  @Test
  void other_connections_leave_those_that_stay_meant_alone() {
    whiteboard.join("home", home);
    whiteboard.join("away", away);
    Listening listening = listening(Map.of("mqtt.topics", "a", "mqtt.connection", "home"));
    whiteboard.add(listening);

    whiteboard.change(
        listening,
        asked(Map.of("mqtt.topics", "a", "mqtt.connection", new String[] {"home", "away"})));

    assertEquals(List.of("add " + OWNER + " [a]"), home.told);
    assertEquals(List.of("add " + OWNER + " [a]"), away.told);
  }

  @Test
  void a_connection_that_was_made_again_is_joined_anew() {
    Listening listening = listening(Map.of("mqtt.topics", "a"));
    whiteboard.add(listening);
    whiteboard.join("home", home);
    whiteboard.leave("home");
    FakeRooms again = new FakeRooms("home", new FakeJournal("/j", null), Optional.empty());

    whiteboard.join("home", again);

    assertEquals(List.of(), home.listening);
    assertEquals(1, again.listening.size());
  }

  @Test
  void listeners_for_outcomes_and_states_name_connections_too() {
    whiteboard.join("home", home);
    whiteboard.join("away", away);

    whiteboard.add(
        Listening.outcomes(
            settlement -> {}, ListenerReader.others("o", Map.of("mqtt.connection", "home"))));
    whiteboard.add(Listening.states(status -> {}, ListenerReader.others("s", Map.of())));

    assertEquals(List.of("outcomes o", "states s"), home.told);
    assertEquals(List.of("states s"), away.told);
  }
}
