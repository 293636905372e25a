package org.robustmqtt.itests.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.SubscriptionStatus.State;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Clause;
import org.robustmqtt.itests.testkit.Mosquitto;
import org.robustmqtt.itests.testkit.Patience;

/** What a real broker refuses, lowers, closes and logs; skipped where none is installed. */
class RealBrokerRulesTest {
  @TempDir Path folder;
  private Optional<Mosquitto> broker = Optional.empty();
  private Optional<Hub> hub = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    assumeTrue(
        Mosquitto.installed().isPresent(), "NOT RUN: no Mosquitto, a real broker is not tested");
    hub = Optional.of(Hub.start(folder.resolve("hub")));
  }

  @AfterEach
  void stop() throws Exception {
    if (hub.isPresent()) {
      hub.get().close();
    }
    broker.ifPresent(Mosquitto::close);
  }

  private Mosquitto broker(String... lines) throws Exception {
    Mosquitto started = Mosquitto.start(folder.resolve("broker"), lines);
    broker = Optional.of(started);
    return started;
  }

  private void configure(String name, String version, String... more) throws Exception {
    Map<String, Object> settings =
        Hub.with(Hub.settings(broker.orElseThrow().uri()), "mqttVersion", version);
    for (int i = 0; i < more.length; i += 2) {
      settings = Hub.with(settings, more[i], more[i + 1]);
    }
    hub.orElseThrow().configure(name, settings);
  }

  private RobustMqttConnection connect(String name, String version, String... more)
      throws Exception {
    configure(name, version, more);
    return hub.orElseThrow().await(name, ConnectionState.ONLINE);
  }

  private static Map<String, SubscriptionStatus> filters(RobustMqttConnection connection) {
    Map<String, SubscriptionStatus> filters = new TreeMap<>();
    connection.status().subscriptions().forEach(one -> filters.put(one.filter(), one));
    return filters;
  }

  private static void awaitState(RobustMqttConnection connection, String filter, State state) {
    Await.until(
        filter + " " + state,
        () ->
            filters(connection).containsKey(filter)
                && filters(connection).get(filter).state() == state);
  }

  private long logged(String text) {
    return Pattern.compile(Pattern.quote(text))
        .matcher(broker.orElseThrow().log())
        .results()
        .count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(v311 = "MQTT-3.1.2-23", v5 = "MQTT-3.1.2-20")
  void with_nothing_to_send_pings_keep_the_connection(String version) throws Exception {
    broker("log_type all");
    RobustMqttConnection home = connect("home", version, "keepAlive", "1");
    Await.until("three pings", () -> logged("Received PINGREQ from") >= 3);
    assertEquals(ConnectionState.ONLINE, home.status().state());
    assertEquals(Optional.empty(), home.status().problem());
    assertEquals(0, logged("exceeded timeout"));
  }

  private Mosquitto guarded() throws Exception {
    Path rules = folder.resolve("acl");
    Files.writeString(rules, "topic readwrite #\ntopic deny secret/#\n");
    return broker("acl_file " + rules);
  }

  @Test
  @Clause(v311 = "MQTT-3.3.5-2")
  void an_older_broker_acknowledges_what_it_refuses_so_that_proves_nothing() throws Exception {
    guarded();
    RobustMqttConnection home = connect("home", "3.1.1");
    assertEquals(new Outcome.Acknowledged(0, false), outcome(home, "secret/a"));
  }

  @Test
  void a_newer_broker_says_what_it_refuses() throws Exception {
    guarded();
    RobustMqttConnection home = connect("home", "5");
    assertEquals(new Outcome.Dropped(DropReason.REFUSED, 0x87, false), outcome(home, "secret/a"));
  }

  private static Outcome outcome(RobustMqttConnection connection, String topic) throws Exception {
    return connection
        .publish(Message.text(topic, "x").withQos(1))
        .outcome()
        .toCompletableFuture()
        .get(Patience.millis(), TimeUnit.MILLISECONDS);
  }

  @Test
  @Clause(v5 = "MQTT-3.8.4-7")
  void a_lower_granted_qos_is_taken_and_shown() throws Exception {
    broker("max_qos 1");
    RobustMqttConnection home = connect("home", "5");
    home.subscribe("in/#", QoS.EXACTLY_ONCE, message -> {});
    awaitState(home, "in/#", State.ACTIVE);
    assertEquals(QoS.EXACTLY_ONCE, filters(home).get("in/#").qos());
    assertEquals(1, filters(home).get("in/#").reasonCode());
  }

  @Test
  @Clause(v311 = "MQTT-3.10.4-5")
  void a_filter_that_was_not_there_is_unsubscribed_all_the_same() throws Exception {
    Mosquitto mosquitto = broker("log_type all");
    RobustMqttConnection home = connect("home", "3.1.1", "clientID", "hub");
    home.subscribe("in/#", QoS.AT_LEAST_ONCE, message -> {});
    awaitState(home, "in/#", State.ACTIVE);
    home.disconnect();
    hub.orElseThrow().await("home", ConnectionState.CLOSED);
    unsubscribeAs("hub", mosquitto.port(), "in/#");

    home.connect();
    hub.orElseThrow().await("home", ConnectionState.ONLINE);
    assertEquals(Optional.of(true), home.status().sessionPresent());
    home.unsubscribe("in/#");
    Await.until("answered", () -> logged("Sending UNSUBACK to hub") == 2);
    assertEquals(new Outcome.Acknowledged(0, false), outcome(home, "t"));
  }

  /** Takes a filter off behind the back of its owner: what only a foreign client would do. */
  private static void unsubscribeAs(String clientId, int port, String filter) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) Patience.millis());
      ByteArrayOutputStream connect = new ByteArrayOutputStream();
      connect.writeBytes(new byte[] {0x10, (byte) (12 + clientId.length()), 0, 4});
      connect.writeBytes("MQTT".getBytes(US_ASCII));
      connect.writeBytes(new byte[] {4, 0, 0, 60, 0, (byte) clientId.length()});
      connect.writeBytes(clientId.getBytes(US_ASCII));
      socket.getOutputStream().write(connect.toByteArray());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertEquals(0x20020100, in.readInt(), "CONNACK, session present");
      ByteArrayOutputStream unsubscribe = new ByteArrayOutputStream();
      unsubscribe.writeBytes(
          new byte[] {(byte) 0xA2, (byte) (4 + filter.length()), 0, 9, 0, (byte) filter.length()});
      unsubscribe.writeBytes(filter.getBytes(US_ASCII));
      unsubscribe.writeBytes(new byte[] {(byte) 0xE0, 0});
      socket.getOutputStream().write(unsubscribe.toByteArray());
      assertEquals(0xB0020009, in.readInt(), "UNSUBACK");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.1.1", "5"})
  @Clause(v5 = "MQTT-3.1.4-3")
  void two_clients_of_one_identifier_are_named_and_do_not_fight(String version) throws Exception {
    broker();
    configure("one", version, "clientID", "hub", "retryMin", "100ms", "retryMax", "1s");
    configure("two", version, "clientID", "hub", "retryMin", "100ms", "retryMax", "1s");
    AtomicReference<ConnectionStatus> found = new AtomicReference<>();
    Await.until(
        () ->
            "taken over, and waiting: "
                + hub.orElseThrow().connection("one").status().problem()
                + ", "
                + hub.orElseThrow().connection("two").status().problem()
                + broker.orElseThrow().log(),
        () ->
            Stream.of("one", "two")
                .map(name -> hub.orElseThrow().connection(name).status())
                .filter(RealBrokerRulesTest::takenOver)
                .peek(found::set)
                .findFirst()
                .isPresent());
    ConnectionStatus waiting = found.get();
    Problem problem = waiting.problem().orElseThrow();
    Duration pause = Duration.between(problem.at(), waiting.nextAttempt().orElseThrow());
    assertFalse(pause.compareTo(Duration.ofSeconds(2)) < 0, problem + ", waits " + pause);
  }

  private static boolean takenOver(ConnectionStatus status) {
    return status.state() == ConnectionState.WAITING
        && status.nextAttempt().isPresent()
        && status.problem().filter(p -> p.kind() == ProblemKind.SESSION_TAKEN_OVER).isPresent();
  }
}
