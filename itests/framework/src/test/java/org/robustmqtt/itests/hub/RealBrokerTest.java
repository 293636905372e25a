package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.UserProperty;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Clause;
import org.robustmqtt.itests.testkit.FaultProxy;
import org.robustmqtt.itests.testkit.Mosquitto;
import org.robustmqtt.itests.testkit.Patience;

/** What only a real broker can show; skipped where no Mosquitto is installed. */
class RealBrokerTest {
  @TempDir Path folder;
  private final BlockingQueue<ReceivedMessage> heard = new LinkedBlockingQueue<>();
  private Mosquitto broker;
  private Hub hub;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Mosquitto.installed().isPresent(), "no Mosquitto: a real broker is not tested");
    broker = Mosquitto.start(folder.resolve("broker"));
    hub = Hub.start(folder.resolve("hub"));
  }

  @AfterEach
  void stop() throws Exception {
    if (hub != null) {
      hub.close();
      broker.close();
    }
  }

  private RobustMqttConnection connect(String name, String version, String... more)
      throws Exception {
    Map<String, Object> settings = Hub.with(Hub.settings(broker.uri()), "mqttVersion", version);
    for (int i = 0; i < more.length; i += 2) {
      settings = Hub.with(settings, more[i], more[i + 1]);
    }
    hub.configure(name, settings);
    return hub.await(name, ConnectionState.ONLINE);
  }

  private void hear(RobustMqttConnection connection, String filter) {
    connection.subscribe(filter, QoS.EXACTLY_ONCE, heard::add);
    Await.until(
        "granted " + filter,
        () ->
            connection.status().subscriptions().stream()
                .anyMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE));
  }

  private String next() throws Exception {
    return Optional.ofNullable(heard.poll(Patience.millis(), TimeUnit.MILLISECONDS))
        .orElseThrow(() -> new AssertionError("nothing was heard"))
        .text();
  }

  private static void publish(RobustMqttConnection connection, String topic, String text)
      throws Exception {
    acknowledged(connection.publish(Message.text(topic, text).withQos(1)));
  }

  /** Until the broker has the filter again. */
  private void publishUntilHeard(RobustMqttConnection connection, String topic, String text) {
    Await.until(
        "heard " + text,
        () -> {
          connection.publish(Message.text(topic, text).withQos(0));
          return !heard.isEmpty();
        });
  }

  private static void acknowledged(Ticket ticket) throws Exception {
    Outcome outcome =
        ticket.outcome().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
    assertInstanceOf(Outcome.Acknowledged.class, outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(
      v311 = {"MQTT-3.1.2-4", "MQTT-7.1.2-1"},
      v5 = {"MQTT-4.2.0-1", "MQTT-7.1.2-1"})
  void what_comes_while_we_are_away_is_heard_in_order_because_the_session_is_kept(String version)
      throws Exception {
    RobustMqttConnection other = connect("other", version);
    RobustMqttConnection home = connect("home", version);
    hear(home, "in/#");
    home.disconnect();
    hub.await("home", ConnectionState.CLOSED);
    for (int i = 0; i < 20; i++) {
      publish(other, "in/a", "" + i);
    }
    home.connect();
    for (int i = 0; i < 20; i++) {
      assertEquals("" + i, next());
    }
    assertEquals(Optional.of(true), home.status().sessionPresent());
  }

  @Test
  @Clause(v5 = "MQTT-3.1.2-4")
  void with_clean_start_the_broker_drops_the_session() throws Exception {
    RobustMqttConnection other = connect("other", "5");
    RobustMqttConnection home = connect("home", "5", "cleanSessionStart", "true");
    hear(home, "in/#");
    home.disconnect();
    hub.await("home", ConnectionState.CLOSED);
    publish(other, "in/a", "while away");
    home.connect();
    hub.await("home", ConnectionState.ONLINE);
    publishUntilHeard(other, "in/a", "later");
    assertEquals("later", next());
    assertEquals(Optional.of(false), home.status().sessionPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(v311 = "section 3.2.2.2")
  void a_session_that_the_broker_lost_is_subscribed_again(String version) throws Exception {
    RobustMqttConnection home = connect("home", version);
    hear(home, "in/#");
    broker.kill();
    Files.deleteIfExists(folder.resolve("broker").resolve("mosquitto.db"));
    Await.until("lost", () -> home.status().state() != ConnectionState.ONLINE);
    Ticket stored = home.publish(Message.text("in/a", "stored").withQos(2));
    broker.start();
    hub.await("home", ConnectionState.ONLINE);
    assertEquals(Optional.of(false), home.status().sessionPresent());
    acknowledged(stored);
    publishUntilHeard(home, "in/b", "later");
    assertTrue(Set.of("later", "stored").contains(next()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(v311 = "MQTT-3.14.4-3")
  void the_will_fires_after_a_cut_and_not_after_a_disconnect(String version) throws Exception {
    RobustMqttConnection other = connect("other", version);
    hear(other, "state");
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      RobustMqttConnection home =
          connect(
              "home", version, "broker", proxy.uri(), "lwtTopic", "state", "lwtMessage", "gone");
      proxy.cut();
      assertEquals("gone", next());
      hub.await("home", ConnectionState.ONLINE);
      home.disconnect();
      hub.await("home", ConnectionState.CLOSED);
    }
    publish(other, "state", "marker");
    assertEquals("marker", next());
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void user_properties_arrive_as_they_were_sent() throws Exception {
    RobustMqttConnection home = connect("home", "5");
    hear(home, "in/#");
    List<UserProperty> user =
        List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "1"));
    MessageProperties properties =
        MessageProperties.NONE.withUserProperties(user).withResponseTopic("answer");
    for (int i = 0; i < 3; i++) { // from the second on the topic is an alias
      acknowledged(home.publish(Message.text("in/long/topic", "x").withProperties(properties)));
      ReceivedMessage got = heard.poll(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(user, got.properties().userProperties());
      assertEquals(Optional.of("answer"), got.properties().responseTopic());
      assertEquals("in/long/topic", got.topic());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(v311 = "MQTT-4.4.0-1")
  void what_was_cut_off_is_sent_again_and_arrives(String version) throws Exception {
    RobustMqttConnection other = connect("other", version);
    hear(other, "in/#");
    List<Ticket> tickets = new ArrayList<>();
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      RobustMqttConnection home = connect("home", version, "broker", proxy.uri());
      proxy.cutAfter(3000);
      for (int i = 0; i < 300; i++) {
        tickets.add(home.publish(Message.text("in/a", "" + i).withQos(1 + i % 2)));
      }
      for (Ticket ticket : tickets) {
        acknowledged(ticket);
      }
    }
    Set<String> texts = new LinkedHashSet<>();
    while (texts.size() < 300) {
      texts.add(next());
    }
    assertEquals("299", new ArrayList<>(texts).get(299));
  }
}
