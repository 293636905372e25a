package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of configurations that make no connection. */
class StrayTextTest {
  private static final String PID = MqttComponent.PID;

  @Test
  void a_file_without_a_name_or_with_a_tilde_is_told_the_name_it_should_have() {
    assertEquals(
        "org.robustmqtt.connection.cfg: makes no connection; rename the file to"
            + " org.robustmqtt.connection-home.cfg",
        StrayText.of(PID, Optional.of("org.robustmqtt.connection.cfg")));
    assertEquals(
        "org.robustmqtt.connection~attic.cfg: makes no connection; rename the file to"
            + " org.robustmqtt.connection-attic.cfg",
        StrayText.of(PID + "~attic", Optional.of("org.robustmqtt.connection~attic.cfg")));
  }

  @Test
  void a_settings_page_without_a_context_is_told_the_line_to_write() {
    assertEquals(
        "configuration org.robustmqtt.connection#ui: makes no connection, because it is a single"
            + " one; delete it (config:delete org.robustmqtt.connection#ui), and begin a file in"
            + " conf/services with the line pid:org.robustmqtt.connection#ui",
        StrayText.of(PID + "#ui", Optional.empty()));
    assertEquals(
        "configuration org.robustmqtt.connection: makes no connection, because it is a single one;"
            + " delete it (config:delete org.robustmqtt.connection), and begin a file in"
            + " conf/services with the line pid:org.robustmqtt.connection#home",
        StrayText.of(PID, Optional.empty()));
  }

  @Test
  void something_before_the_pid_line_is_told_by_the_name_of_the_file() {
    assertEquals(
        "conf/services/mqtt.cfg: makes no connection, because something stands before its pid:"
            + " line; make \"pid:org.robustmqtt.connection#mqtt\" the very first line; what then"
            + " stays of it goes by config:delete org.openhab.mqtt",
        StrayText.of("org.openhab.mqtt", Optional.empty()));
  }

  @Test
  void the_page_says_what_is_read() throws IOException {
    Path page = Path.of(System.getProperty("basedir", "."), "../../docs/configuration.md");
    String text = Files.readString(page);
    for (String read :
        new String[] {
          StrayText.of("org.openhab.mqtt", Optional.empty()),
          StrayText.of(PID, Optional.of("org.robustmqtt.connection.cfg")),
          StrayText.of(PID + "~attic", Optional.of("org.robustmqtt.connection~attic.cfg")),
          StrayText.of(PID + "#ui", Optional.empty())
        }) {
      assertTrue(text.contains("| `" + read + "` |"), read);
    }
  }
}
