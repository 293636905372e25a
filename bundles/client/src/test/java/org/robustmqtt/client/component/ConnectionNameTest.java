package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the name of a connection comes from. */
class ConnectionNameTest {
  @Test
  void where_the_hub_tells_no_file_its_first_line_is_named_as_the_source() {
    assertEquals(
        "pid:org.robustmqtt.connection#home",
        ConnectionName.source("x.0f44", Map.of("openhab.servicecontext", "home")));
  }

  private static final String FILE = "felix.fileinstall.filename";
  private static final String PID = "org.robustmqtt.connection~pid";

  @Test
  void the_key_comes_first_then_the_context_then_the_file_then_the_pid() {
    String file = "file:/hub/etc/org.robustmqtt.connection-file.cfg";
    assertEquals(
        Optional.of("key"),
        ConnectionName.of(
            PID, Map.of("name", "key", "openhab.servicecontext", "context", FILE, file)));
    assertEquals(
        Optional.of("context"),
        ConnectionName.of(PID, Map.of("openhab.servicecontext", "context", FILE, file)));
    assertEquals(Optional.of("file"), ConnectionName.of(PID, Map.of(FILE, file)));
    assertEquals(Optional.of("pid"), ConnectionName.of(PID, Map.of()));
    assertEquals(
        Optional.of("pid"), ConnectionName.of(PID, Map.of("name", "", FILE, "file:/a/b.cfg")));
  }

  @Test
  void a_file_is_split_at_its_first_hyphen() {
    assertEquals(
        Optional.of("first-floor.east"),
        ConnectionName.of(
            PID, Map.of(FILE, "file:/my-hub/etc/org.robustmqtt.connection-first-floor.east.cfg")));
    assertEquals(
        Optional.of("home"),
        ConnectionName.of(
            PID, Map.of(FILE, "file:/hub/etc/org.robustmqtt.connection-home.cfg.json")));
    assertEquals(
        Optional.of("home"),
        ConnectionName.of(
            PID, Map.of(FILE, "file:C:\\hub\\etc\\org.robustmqtt.connection-home.cfg")));
  }

  @Test
  void without_any_name_that_is_the_fault() {
    Parsed parsed =
        SettingsParser.parse("org.robustmqtt.connection.1234", Map.of("broker", "mqtt://b"));

    assertEquals(Optional.empty(), parsed.name());
    assertEquals(
        List.of(
            "configuration org.robustmqtt.connection.1234: name is missing; allowed: 1 to 64 of"
                + " A-Z a-z 0-9 . _ -"),
        parsed.faults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"home", "a", "A.b_c-9", "..."})
  void a_valid_name(String name) {
    assertTrue(ConnectionName.valid(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "\u00fc", "..", ".", "a~b", "$[env:X]"})
  void a_name_that_is_not_allowed(String name) {
    assertFalse(ConnectionName.valid(name));
  }

  @Test
  void a_name_has_at_most_64_characters() {
    assertTrue(ConnectionName.valid("x".repeat(64)));
    assertFalse(ConnectionName.valid("x".repeat(65)));
  }
}
