package org.robustmqtt.itests.exam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;

/** The console, as a person sees it. */
public class ShellIT extends KarafTest {
  private static final String NOWHERE = "mqtt://127.0.0.1:1";

  private void shows(String command, String... parts) {
    String printed = shell(command);
    for (String part : parts) {
      assertTrue(command + " does not show \"" + part + "\":\n" + printed, printed.contains(part));
    }
  }

  @Test
  public void without_a_connection_list_says_where_to_write_one() {
    await(
        () -> "no connection is left of other tests: " + shell("mqtt:list"),
        () -> !shell("mqtt:list").contains("ONLINE"));
    shows("mqtt:list", "etc/org.robustmqtt.connection-home.cfg", "conf/services/", "broker");
  }

  @Test
  public void list_and_info_show_the_connection_and_no_secret() throws Exception {
    try (CfgFile file = CfgFile.connection("shown")) {
      file.write(
          "broker = " + mqtt(embedded()),
          "connectDelay = 0",
          "username = anna",
          "password = never-to-be-seen");
      Connections.await(context, "shown", ConnectionState.ONLINE);
      shows("mqtt:list", "shown", "ONLINE");
      shows("mqtt:info shown", "ONLINE", mqtt(embedded()), "robust-mqtt");
      assertFalse(shell("mqtt:info shown").contains("never-to-be-seen"));
      assertFalse(shell("mqtt:list --no-format").contains("never-to-be-seen"));
    }
    await(() -> "gone", () -> Connections.find(context, "shown").isEmpty());
  }

  @Test
  public void a_published_message_is_heard_by_another_client() throws Exception {
    try (CfgFile file = CfgFile.connection("talk");
        Independent other = new Independent(embedded())) {
      file.write("broker = " + mqtt(embedded()), "connectDelay = 0");
      Connections.await(context, "talk", ConnectionState.ONLINE);
      other.subscribe("talk/+");
      shell("mqtt:publish -w -q 1 talk talk/one hello");
      assertEquals("talk/one hello", other.next());
    }
    await(() -> "gone", () -> Connections.find(context, "talk").isEmpty());
  }

  @Test
  public void what_waits_can_be_browsed_and_purged() throws Exception {
    try (CfgFile file = CfgFile.connection("wait")) {
      file.write("broker = " + NOWHERE, "connectDelay = 0");
      await(() -> "the connection is there", () -> Connections.find(context, "wait").isPresent());
      RobustMqttConnection connection = Connections.find(context, "wait").orElseThrow();
      shell("mqtt:publish wait wait/one first");
      shell("mqtt:publish wait wait/two second");
      assertEquals(2, connection.pending().messages());
      shows("mqtt:browse wait", "wait/one", "wait/two");
      shell("mqtt:purge wait");
      assertEquals(0, connection.pending().messages());
    }
    await(() -> "gone", () -> Connections.find(context, "wait").isEmpty());
  }

  @Test
  public void a_person_disconnects_connects_and_reconnects() throws Exception {
    try (CfgFile file = CfgFile.connection("hand")) {
      file.write("broker = " + mqtt(embedded()), "connectDelay = 0");
      RobustMqttConnection hand = Connections.await(context, "hand", ConnectionState.ONLINE);
      shell("mqtt:disconnect hand");
      Connections.await(context, "hand", ConnectionState.CLOSED);
      shell("mqtt:connect hand");
      Connections.await(context, "hand", ConnectionState.ONLINE);
      long before = hand.status().counters().connects();
      shell("mqtt:reconnect hand");
      await(
          () -> "it has connected once more: " + hand.status().counters(),
          () -> hand.status().counters().connects() == before + 1);
    }
    await(() -> "gone", () -> Connections.find(context, "hand").isEmpty());
  }

  @Test
  public void the_policy_of_a_topic_is_shown_and_a_file_is_checked() throws Exception {
    try (CfgFile file = CfgFile.connection("rules")) {
      file.write(
          "broker = " + NOWHERE,
          "policy.alarm = home/+/alarm/# | preset=alarm",
          "policy.house = home/# | preset=telemetry");
      await(() -> "the connection is there", () -> Connections.find(context, "rules").isPresent());
      shows("mqtt:policy rules home/hall/alarm", "alarm", "home/+/alarm/#", "home/# (house)");
      shows("mqtt:policy rules garden", "default", "no filter matches");
      shows("mqtt:check", "org.robustmqtt.connection-rules.cfg: all has arrived as it is written");
    }
    await(() -> "gone", () -> Connections.find(context, "rules").isEmpty());
  }

  @Test
  public void an_unknown_connection_is_named() {
    shows("mqtt:info nobody", "nobody");
  }
}
