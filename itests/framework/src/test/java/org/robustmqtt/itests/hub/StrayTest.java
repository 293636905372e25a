package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.itests.testkit.Await;

/** Configurations that were meant for a connection and are none. */
class StrayTest {
  @TempDir Path folder;

  /** Waits until exactly these are shown by mqtt:list. */
  static void awaitShown(Hub hub, String... names) {
    Await.until(
        () -> List.of(names) + " are shown: " + hub.directory().all(),
        () -> names(hub).equals(List.of(names)));
  }

  private static List<String> names(Hub hub) {
    return hub.directory().all().stream().map(ConnectionStatus::name).toList();
  }

  private static Configuration single(Hub hub, String pid, Map<String, ?> properties)
      throws Exception {
    Configuration made = hub.service(ConfigurationAdmin.class).getConfiguration(pid, null);
    made.update(new Hashtable<>(properties));
    return made;
  }

  @Test
  void single_configurations_of_our_pid_are_shown_with_what_to_write_until_they_are_gone()
      throws Exception {
    try (Hub hub = Hub.start(folder)) {
      final Configuration page = single(hub, Hub.PID, Map.of("broker", "mqtt://10.0.0.1"));
      final Configuration tilde =
          single(
              hub,
              Hub.PID + "~attic",
              Map.of(
                  "felix.fileinstall.filename",
                  "file:/etc/org.robustmqtt.connection~attic.cfg",
                  "password",
                  "geheim"));
      awaitShown(hub, "(org.robustmqtt.connection)", "(org.robustmqtt.connection~attic)");
      ConnectionStatus shown = hub.directory().all().get(1);
      assertEquals(ConnectionState.FAULTED, shown.state());
      assertEquals(
          List.of(
              "org.robustmqtt.connection~attic.cfg: makes no connection; rename the file to"
                  + " org.robustmqtt.connection-attic.cfg"),
          shown.faults());
      tilde.delete();
      awaitShown(hub, "(org.robustmqtt.connection)");
      page.delete();
      awaitShown(hub);
    }
  }

  @Test
  void those_that_were_there_before_us_are_found_too() throws Exception {
    try (Hub hub = Hub.start(folder)) {
      hub.bundle(Hub.CLIENT).stop();
      single(hub, Hub.PID + "#ui", Map.of("broker", "mqtt://10.0.0.1"));
      hub.bundle(Hub.CLIENT).start();
      awaitShown(hub, "(org.robustmqtt.connection#ui)");
    }
  }

  @Test
  void a_configuration_of_another_is_left_alone() throws Exception {
    try (Hub hub = Hub.start(folder)) {
      single(hub, "org.openhab.mqtt", Map.of("broker.url", "tcp://10.0.0.1", "pwd", "geheim"));
      single(hub, "org.openhab.other", Map.of("broker", "Smith and Sons"));
      single(hub, "org.another", Map.of("broker", "mqtt://10.0.0.1"));
      final Configuration ours =
          single(hub, "org.openhab.mine", Map.of("broker", "mqtt://(10*.0.0.1", "pwd", "geheim"));
      awaitShown(hub, "(org.openhab.mine)");
      assertFalse(hub.directory().all().get(0).faults().toString().contains("geheim"));
      ours.delete();
      awaitShown(hub);
    }
  }
}
