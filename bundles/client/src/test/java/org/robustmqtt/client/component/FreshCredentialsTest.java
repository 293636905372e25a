package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.codec.Connect;

/** Passwords that are rotated count from the next connect on. */
class FreshCredentialsTest {
  private static final String FILE = "/etc/mqtt.password";

  private final LiveWorld it = new LiveWorld(1);

  private List<String> passwords() {
    return it.broker.packets(Connect.class).stream()
        .map(
            connect ->
                connect
                    .password()
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse("none"))
        .toList();
  }

  private void file(String text) {
    it.world.file(FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  private void reconnect() {
    it.service().reconnectNow();
    it.pass(Duration.ofSeconds(1));
    it.online();
  }

  @Test
  void a_password_file_that_was_rewritten_is_read_anew_at_each_connect() {
    file("first\n");
    it.configure(LiveWorld.configuration(Map.of("username", "me", "passwordFile", FILE))).online();
    file("  p\u00e4ss\\w${o}rd #2\r\n");
    it.settle();
    assertEquals(List.of("first"), passwords());
    reconnect();
    it.broker.line().channel().sendEnd();
    it.pass(Duration.ofSeconds(2));
    it.online();
    assertEquals(List.of("first", "p\u00e4ss\\w${o}rd #2", "p\u00e4ss\\w${o}rd #2"), passwords());
  }

  @Test
  void a_password_file_that_is_missing_or_empty_is_said_and_tried_again_as_usual() {
    it.configure(LiveWorld.configuration(Map.of("username", "me", "passwordFile", FILE)));
    it.pass(Duration.ofSeconds(1));
    assertEquals(0, it.connects());
    Problem problem = it.service().status().problem().orElseThrow();
    assertEquals(Place.CONFIG, problem.place());
    assertEquals("passwordFile " + FILE + ": there is no such file", problem.text());
    file(" \n");
    it.pass(Duration.ofSeconds(10));
    assertEquals(
        "passwordFile " + FILE + ": is empty",
        it.service().status().problem().orElseThrow().text());
    file("there");
    it.online();
    assertEquals(List.of("there"), passwords());
  }

  @Test
  void a_secret_that_is_not_there_at_first_is_looked_for_again() {
    Map<String, Object> file = LiveWorld.configuration(Map.of("username", "me"));
    Map<String, Object> resolved = new HashMap<>(file);
    file.put("password", "$[secret:mqtt]");
    resolved.putAll(file);
    it.elsewhere = Optional.of(() -> Optional.of(Map.copyOf(resolved)));
    it.configure(file);
    assertEquals(ConnectionState.FAULTED, it.service().status().state());
    it.pass(Duration.ofSeconds(60));
    assertEquals(ConnectionState.FAULTED, it.service().status().state());

    resolved.put("password", "there");
    it.pass(Duration.ofSeconds(10));

    it.online();
    assertEquals(List.of("there"), passwords());
    assertEquals(List.of(), it.service().status().faults());
    it.pass(Duration.ofSeconds(60));
    assertEquals(0, it.lane.waiting(), "nothing is looked for any more");
  }

  @Test
  void a_link_that_stands_is_not_touched_by_a_file_that_goes() {
    file("first");
    it.configure(LiveWorld.configuration(Map.of("username", "me", "passwordFile", FILE))).online();
    it.world.removeFile(FILE);
    it.pass(Duration.ofMinutes(5));
    assertEquals(ConnectionState.ONLINE, it.service().status().state());
    assertEquals(1, it.connects());
  }

  @Test
  void a_secret_that_is_rotated_needs_no_touch_of_the_configuration() {
    Map<String, Object> answer = new HashMap<>();
    it.elsewhere = Optional.of(() -> Optional.of(answer));
    answer.putAll(LiveWorld.configuration(Map.of("username", "me", "password", "first")));
    it.configure(answer).online();
    answer.put("password", "second");
    reconnect();
    answer.put("password", "third");
    it.broker.line().channel().sendEnd();
    it.pass(Duration.ofSeconds(2));
    it.online();
    assertEquals(List.of("first", "second", "third"), passwords());
  }

  @Test
  void a_secret_that_the_hub_cannot_resolve_any_more_is_never_sent() {
    Map<String, Object> answer = new HashMap<>();
    it.elsewhere = Optional.of(() -> Optional.of(answer));
    answer.putAll(LiveWorld.configuration(Map.of("username", "me", "password", "first")));
    it.configure(answer).online();
    answer.put("password", "$[secret:mqtt]");
    it.service().reconnectNow();
    it.pass(Duration.ofSeconds(1));
    String text = it.service().status().problem().orElseThrow().text();
    assertEquals(
        "configuration org.robustmqtt.connection~home: password = ****: contains"
            + " \"$[secret:mqtt]\", which the hub did not resolve; check the name in it",
        text);
    answer.put("password", "back");
    it.online();
    assertEquals(List.of("first", "back"), passwords());
  }

  @Test
  void credentials_of_another_broker_or_of_a_faulty_configuration_are_not_taken() {
    Map<String, Object> answer = new HashMap<>();
    it.elsewhere = Optional.of(() -> Optional.of(answer));
    answer.putAll(LiveWorld.configuration(Map.of("username", "me", "password", "first")));
    it.configure(answer).online();
    answer.put("password", "of another");
    answer.put("broker", "mqtt://10.0.0.2");
    reconnect();
    answer.put("broker", "mqtt://10.0.0.1");
    answer.put("maxInflight", "many");
    reconnect();
    assertEquals(List.of("first", "first", "first"), passwords());
  }

  @Test
  void a_configuration_that_says_the_same_again_does_not_reconnect() {
    file("first");
    Map<String, Object> said =
        LiveWorld.configuration(Map.of("username", "me", "passwordFile", FILE));
    it.configure(said).online();
    said.put("queueMaxMessages", "77");
    it.configure(said);
    it.pass(Duration.ofSeconds(5));
    assertEquals(1, it.connects());
    assertFalse(it.service().status().toString().contains("first"));
  }
}
