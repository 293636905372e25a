package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** A connection from {@code conf/services}, by the rules of openHAB's loader. */
class ConfServicesTest {
  @TempDir Path folder;
  private Path services;
  private ScriptedBroker broker;

  @BeforeEach
  void begin() throws IOException {
    services = Files.createDirectories(folder.resolve("conf/services"));
    broker = ScriptedBroker.start().serve(Manners.polite());
  }

  @AfterEach
  void end() {
    broker.close();
  }

  private void write(String file, String... lines) throws IOException {
    Files.writeString(services.resolve(file), String.join("\n", lines), StandardCharsets.UTF_8);
  }

  private void home(String... more) throws IOException {
    write(
        "mqtt.cfg",
        "pid:org.robustmqtt.connection#home",
        "# quick",
        "broker = " + broker.uri(),
        "connectDelay = 0",
        String.join("\n", more));
  }

  private ConfServices loader(Hub hub) {
    return new ConfServices(hub.service(ConfigurationAdmin.class), services);
  }

  private static String pid(Hub hub) throws Exception {
    return hub.service(ConfigurationAdmin.class)
        .listConfigurations("(service.factoryPid=" + Hub.PID + ")")[0]
        .getPid();
  }

  @Test
  void the_shipped_sample_is_a_connection_of_the_name_in_its_first_line() throws Exception {
    Path sample =
        Path.of(System.getProperty("robust.sources"))
            .resolve("../config/org.robustmqtt.connection-sample.cfg");
    String text = Files.readString(sample).replace("mqtt://192.168.1.10", broker.uri());
    write("anything.cfg", text + "\npresenceTopic = k\u00fcche/hub");
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      loader(hub).scan();
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      assertEquals(List.of(), home.status().faults());
      assertEquals(
          "k\u00fcche/hub",
          broker.recording().received(Connect.class).get(0).will().orElseThrow().topic());
    }
  }

  @Test
  void at_a_start_the_file_that_follows_the_stored_configuration_does_not_reconnect()
      throws Exception {
    home();
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      loader(hub).scan();
      hub.await("home", ConnectionState.ONLINE);
    }
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      loader(hub).scan();
      loader(hub).scan();
      home.probe().toCompletableFuture().get();
      assertEquals(1, home.status().counters().connects());
      home("keepAlive = 30s", "queueMaxMessages = 77");
      loader(hub).scan();
      Await.until(
          () -> "the change is in force: " + home.status(),
          () ->
              home.status().queue().maxMessages() == 77
                  && home.status().counters().connects() == 2);
    }
  }

  @Test
  void a_file_that_goes_and_comes_back_has_another_pid_and_the_same_queue() throws Exception {
    broker.refuse();
    home();
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      ConfServices loader = loader(hub);
      loader.scan();
      hub.connection("home").publish(Message.text("a", "1"));
      final String first = pid(hub);
      Files.delete(services.resolve("mqtt.cfg"));
      loader.scan();
      Await.until(
          () -> "it is an orphan: " + hub.directory().orphans(),
          () -> hub.directory().orphans().contains("home"));
      broker.listen();
      home();
      loader.scan();
      assertNotEquals(first, pid(hub));
      assertEquals("a", broker.recording().await(Publish.class, 1).get(0).topic());
    }
  }

  @Test
  void a_line_before_the_first_sends_the_file_elsewhere_and_that_is_said_until_it_is_mended()
      throws Exception {
    write(
        "mqtt.cfg",
        "# my broker",
        "pid:org.robustmqtt.connection#home",
        "broker = " + broker.uri());
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      loader(hub).scan();
      StrayTest.awaitShown(hub, "(org.openhab.mqtt)");
      assertTrue(
          hub.directory()
              .all()
              .get(0)
              .faults()
              .get(0)
              .startsWith(
                  "conf/services/mqtt.cfg: makes no connection, because something stands before"),
          hub.directory().all().get(0).faults().toString());
      home();
      loader(hub).scan();
      hub.await("home", ConnectionState.ONLINE);
      StrayTest.awaitShown(hub, "home");
    }
  }

  @Test
  void a_list_arrives_as_a_collection_and_two_files_are_two_connections() throws Exception {
    home();
    write(
        "other.cfg",
        "pid:org.robustmqtt.connection#other",
        "broker = [" + broker.uri() + "]",
        "maxInflight = 0",
        "connectDelay = 0");
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      loader(hub).scan();
      hub.await("home", ConnectionState.ONLINE);
      RobustMqttConnection other = hub.await("other", ConnectionState.FAULTED);
      List<String> faults = other.status().faults();
      assertEquals(1, faults.size(), faults.toString());
      assertTrue(
          faults.get(0).startsWith("pid:org.robustmqtt.connection#other: maxInflight = \"0\""),
          faults.get(0));
    }
  }
}
