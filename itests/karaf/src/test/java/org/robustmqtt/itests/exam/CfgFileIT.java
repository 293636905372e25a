package org.robustmqtt.itests.exam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.osgi.framework.ServiceReference;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;

/** A file in {@code etc} appears, changes, becomes wrong, is corrected and goes. */
public class CfgFileIT extends KarafTest {
  private Optional<RobustMqttConnection> connection(String name) {
    return Connections.find(context, name);
  }

  @Test
  public void a_file_is_a_connection_that_follows_every_change_of_the_file() throws Exception {
    String broker = "broker = " + mqtt(embedded());
    try (CfgFile file = CfgFile.connection("garden")) {
      file.write(broker, "connectDelay = 0");
      RobustMqttConnection garden = Connections.await(context, "garden", ConnectionState.ONLINE);
      assertEquals("garden", garden.name());
      assertEquals(
          Outcome.Kind.ACKNOWLEDGED,
          garden
              .publish(Message.text("garden/gate", "open"))
              .outcome()
              .toCompletableFuture()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .kind());

      file.settled();
      file.write(broker, "connectDelay = 0", "queueMaxMessages = 123");
      await(
          () -> "the limit applies: " + garden.status().queue(),
          () -> garden.status().queue().maxMessages() == 123);
      assertEquals("no reconnect", 1, garden.status().counters().connects());

      file.settled();
      file.write(broker, "connectDelay = 0", "queueMaxMessages = many", "maxInflight = -1");
      await(
          () -> "both faults are shown: " + garden.status().faults(),
          () -> garden.status().faults().size() == 2);
      String faults = garden.status().faults().toString();
      assertTrue(faults, faults.contains("queueMaxMessages") && faults.contains("many"));
      assertTrue(faults, faults.contains("maxInflight"));
      assertEquals(ConnectionState.ONLINE, garden.status().state());
      assertEquals("the old one runs", 123, garden.status().queue().maxMessages());

      file.settled();
      file.write(broker, "connectDelay = 0", "queueMaxMessages = 124");
      await(
          () -> "corrected: " + garden.status().faults(),
          () -> garden.status().faults().isEmpty() && garden.status().queue().maxMessages() == 124);
      assertEquals("no reconnect", 1, garden.status().counters().connects());
    }
    await(() -> "the service is gone", () -> connection("garden").isEmpty());
    ConnectionDirectory directory =
        context.getService(context.getServiceReference(ConnectionDirectory.class));
    await(
        () -> "its queue is an orphan: " + directory.orphans(),
        () -> directory.orphans().contains("garden"));
    shell("mqtt:purge --orphan garden");
    assertFalse(directory.orphans().contains("garden"));
  }

  @Test
  public void a_file_names_two_connections_of_one_name_and_the_second_is_faulted()
      throws Exception {
    String broker = "broker = " + mqtt(embedded());
    try (CfgFile first = CfgFile.connection("first");
        CfgFile second = CfgFile.connection("second")) {
      first.write(broker, "connectDelay = 0", "name = twin");
      Connections.await(context, "twin", ConnectionState.ONLINE);
      second.write(broker, "connectDelay = 0", "name = twin");
      await(
          () -> "the second is listed as faulted: " + shell("mqtt:list"),
          () -> shell("mqtt:list").contains("FAULTED"));
      Collection<ServiceReference<RobustMqttConnection>> services =
          context.getServiceReferences(RobustMqttConnection.class, "(mqtt.connection=twin)");
      assertEquals(1, services.size());
    }
    await(() -> "both are gone", () -> connection("twin").isEmpty());
  }

  @Test
  public void a_file_in_utf_8_is_read_as_it_was_written_and_the_check_names_what_karaf_took_away()
      throws Exception {
    try (CfgFile file = CfgFile.connection("kitchen")) {
      file.write(
          "broker = " + mqtt(embedded()),
          "connectDelay = 0",
          "clientID = k\u00fcche",
          "username = a${b}c");
      RobustMqttConnection kitchen = Connections.await(context, "kitchen", ConnectionState.ONLINE);
      assertEquals("k\u00fcche", kitchen.status().clientId());
      file.settled();
      String check = shell("mqtt:check org.robustmqtt.connection-kitchen.cfg");
      assertTrue(check, check.contains("line 4: username: Karaf puts something else"));
    }
    await(() -> "the service is gone", () -> connection("kitchen").isEmpty());
    shell("mqtt:purge --orphan kitchen");
  }

  @Test
  public void values_from_elsewhere_are_resolved_by_the_hub_and_shown_by_nothing_of_ours()
      throws Exception {
    Path secret = Path.of(System.getProperty("karaf.etc"), "itest-secret");
    Files.writeString(secret, "geheim-17");
    try (CfgFile file = CfgFile.connection("shed")) {
      file.write(
          "broker = " + mqtt(embedded()),
          "connectDelay = 0",
          "username = me",
          "password = $[secret:itest-secret]",
          "clientID = $[prop:karaf.name]-$[env:NOT_SET_ANYWHERE;default=shed]");
      RobustMqttConnection shed = Connections.await(context, "shed", ConnectionState.ONLINE);
      assertEquals(System.getProperty("karaf.name") + "-shed", shed.status().clientId());
      List<String> shown = new ArrayList<>();
      shown.add(shell("mqtt:info shed"));
      shown.add(shell("mqtt:list"));
      shown.add(shell("service:list org.robustmqtt.RobustMqttConnection"));
      shown.add(shell("log:display"));
      shown.add(shed.toString() + shed.status());
      shown.forEach(text -> assertFalse(text, text.contains("geheim")));
      // the hub's own command shows what it has resolved, as the page says
      String hub = shell("config:list \"(service.factoryPid=org.robustmqtt.connection)\"");
      assertTrue(hub, hub.contains("password = geheim-17"));

      file.settled();
      file.write(
          "broker = " + mqtt(embedded()),
          "connectDelay = 0",
          "username = me",
          "password = $[secret:itest-not-there]");
      await(
          () -> "what is not there is a fault: " + shed.status().faults(),
          () -> shed.status().faults().size() == 1);
      String fault = shed.status().faults().get(0);
      assertTrue(fault, fault.contains("password = ****: contains \"$[secret:itest-not-there]\""));
      assertEquals(ConnectionState.ONLINE, shed.status().state());
    } finally {
      Files.delete(secret);
    }
    await(() -> "the service is gone", () -> connection("shed").isEmpty());
    shell("mqtt:purge --orphan shed");
  }
}
