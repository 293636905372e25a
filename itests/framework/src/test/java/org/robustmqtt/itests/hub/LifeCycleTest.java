package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.itests.testkit.Threads;

/** A configuration becomes a connection, changes while it runs, and goes. */
class LifeCycleTest {
  @TempDir Path folder;

  private static Outcome outcome(Ticket ticket) throws Exception {
    return ticket.outcome().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
  }

  private static boolean shows(ConnectionStatus status, String part) {
    return status.faults().stream().anyMatch(line -> line.contains(part));
  }

  @Test
  void without_a_configuration_there_is_no_service_and_no_thread() throws Exception {
    try (Hub hub = Hub.start(folder)) {
      assertEquals(List.of(), hub.directory().all());
      assertEquals(
          Optional.empty(),
          Optional.ofNullable(hub.context().getServiceReference(RobustMqttConnection.class)));
      Threads.awaitNone(Hub.THREADS);
    }
  }

  @Test
  void a_configuration_becomes_a_service_and_a_published_message_reaches_the_broker()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Ticket ticket = home.publish(Message.text("house/door", "open"));
      assertInstanceOf(Outcome.Acknowledged.class, outcome(ticket));
      Publish sent = broker.recording().await(Publish.class, 1).get(0);
      assertEquals("house/door", sent.topic());
      assertArrayEquals("open".getBytes(java.nio.charset.StandardCharsets.UTF_8), sent.payload());
      assertEquals("home", home.name());
    }
  }

  @Test
  void the_service_says_its_name_and_none_of_its_settings() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Map<String, Object> settings =
          Hub.with(
              Hub.with(Hub.settings(broker.uri()), "username", "anna"), "password", "top-secret");
      hub.configure("home", settings);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      ServiceReference<RobustMqttConnection> reference = hub.reference("home").orElseThrow();
      Set<String> keys = new HashSet<>(Arrays.asList(reference.getPropertyKeys()));
      assertTrue(keys.contains("mqtt.connection"));
      settings.keySet().forEach(key -> assertFalse(keys.contains(key), key));
      for (String key : keys) {
        assertFalse(String.valueOf(reference.getProperty(key)).contains("top-secret"), key);
      }
      assertFalse(home.status().toString().contains("top-secret"));
      assertFalse(home.toString().contains("top-secret"));
      Connect connect = broker.recording().await(Connect.class, 1).get(0);
      assertEquals(Optional.of("anna"), connect.username());
    }
  }

  @Test
  void an_equal_configuration_does_not_reconnect_and_another_broker_does() throws Exception {
    try (ScriptedBroker first = ScriptedBroker.start().serve(Manners.polite());
        ScriptedBroker second = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(first.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      hub.configure("home", Hub.settings(first.uri()));
      hub.configure("home", Hub.with(Hub.settings(first.uri()), "queueMaxMessages", "77"));
      Await.until("the limit applies", () -> home.status().queue().maxMessages() == 77);
      assertEquals(1, first.connections());
      hub.configure("home", Hub.with(Hub.settings(second.uri()), "queueMaxMessages", "77"));
      second.recording().await(Connect.class, 1);
      assertEquals(1, first.connections());
      assertEquals(home, hub.connection("home"), "the service stays");
    }
  }

  @Test
  void a_wrong_configuration_leaves_the_old_one_running_and_names_every_fault_until_corrected()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Map<String, Object> good = Hub.settings(broker.uri());
      hub.configure("home", good);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      hub.configure(
          "home", Hub.with(Hub.with(good, "keepAlive", "soon"), "broker", "gopher://127.0.0.1:70"));
      Await.until(
          () -> "both faults are shown: " + home.status().faults(),
          () -> shows(home.status(), "keepAlive") && shows(home.status(), "broker"));
      assertInstanceOf(Outcome.Acknowledged.class, outcome(home.publish(Message.text("t", "1"))));
      assertEquals(ConnectionState.ONLINE, home.status().state());
      hub.configure("home", good);
      Await.until("the faults are gone", () -> home.status().faults().isEmpty());
      assertEquals(1, broker.connections());
    }
  }

  @Test
  void a_faulty_first_configuration_queues_and_delivers_when_corrected() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Map<String, Object> good = Hub.settings(broker.uri());
      hub.configure("home", Hub.with(good, "broker", "127.0.0.1"));
      RobustMqttConnection home = hub.await("home", ConnectionState.FAULTED);
      Await.until("the fault is shown", () -> shows(home.status(), "broker"));
      Ticket ticket = home.publish(Message.text("t", "early"));
      hub.configure("home", good);
      assertInstanceOf(Outcome.Acknowledged.class, outcome(ticket));
      assertEquals(home, hub.connection("home"), "the service stays");
    }
  }

  @Test
  void a_reference_that_the_hub_did_not_resolve_is_a_fault_and_is_sent_to_no_broker()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "clientID", "$[secret:hidden-name]"));
      RobustMqttConnection home = hub.await("home", ConnectionState.FAULTED);
      Await.until("the fault is shown", () -> shows(home.status(), "clientID"));
      assertEquals(0, broker.connections());
    }
  }

  @Test
  void an_unknown_key_is_named_with_its_nearest_neighbour_and_the_connection_runs()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.with(Hub.settings(broker.uri()), "keepALive", "30"));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Await.until("the key is named", () -> shows(home.status(), "keepAlive"));
    }
  }

  @Test
  void a_deleted_configuration_says_goodbye_takes_the_service_and_leaves_an_orphan()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Configuration configuration = hub.configure("home", Hub.settings(broker.uri()));
      hub.await("home", ConnectionState.ONLINE);
      configuration.delete();
      broker.recording().await(Disconnect.class, 1);
      Await.until("the service is gone", () -> hub.reference("home").isEmpty());
      Await.until(
          () -> "the journal is an orphan: " + hub.directory().orphans(),
          () -> hub.directory().orphans().equals(List.of("home")));
      assertEquals(List.of(), hub.directory().all());
      assertTrue(hub.directory().purgeOrphan("home"));
      assertEquals(List.of(), hub.directory().orphans());
    }
  }

  @Test
  void the_second_configuration_of_a_name_is_faulted_until_the_name_is_free() throws Exception {
    try (ScriptedBroker first = ScriptedBroker.start().serve(Manners.polite());
        ScriptedBroker second = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Configuration one = hub.configure("one", Hub.with(Hub.settings(first.uri()), "name", "home"));
      hub.await("home", ConnectionState.ONLINE);
      hub.configure("two", Hub.with(Hub.settings(second.uri()), "name", "home"));
      Await.until(
          () -> "two are listed: " + hub.directory().all(),
          () -> hub.directory().all().size() == 2);
      assertEquals(
          1,
          hub.directory().all().stream()
              .filter(status -> status.state() == ConnectionState.FAULTED)
              .count());
      assertEquals(0, second.connections());
      one.delete();
      second.recording().await(Connect.class, 1);
      hub.await("home", ConnectionState.ONLINE);
      assertEquals(1, hub.directory().all().size());
    }
  }

  @Test
  void disabled_is_closed_and_still_queues() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Map<String, Object> settings = Hub.settings(broker.uri());
      hub.configure("home", Hub.with(settings, "enabled", "false"));
      RobustMqttConnection home = hub.await("home", ConnectionState.CLOSED);
      Ticket ticket = home.publish(Message.text("t", "later"));
      assertEquals(1, home.pending().messages());
      assertEquals(0, broker.connections());
      hub.configure("home", settings);
      assertInstanceOf(Outcome.Acknowledged.class, outcome(ticket));
    }
  }

  @Test
  void two_connections_are_independent() throws Exception {
    try (ScriptedBroker first = ScriptedBroker.start().serve(Manners.polite());
        ScriptedBroker second = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("one", Hub.settings(first.uri()));
      hub.configure("two", Hub.settings(second.uri()));
      RobustMqttConnection one = hub.await("one", ConnectionState.ONLINE);
      RobustMqttConnection two = hub.await("two", ConnectionState.ONLINE);
      first.refuse();
      first.accept().reset();
      Await.until("one is offline", () -> one.status().state() != ConnectionState.ONLINE);
      assertInstanceOf(Outcome.Acknowledged.class, outcome(two.publish(Message.text("t", "2"))));
      assertEquals(ConnectionState.ONLINE, two.status().state());
      assertEquals(1, second.connections());
    }
  }
}
