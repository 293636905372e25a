package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.itests.authority.Authority;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.FaultProxy;
import org.robustmqtt.itests.testkit.Mosquitto;
import org.robustmqtt.itests.testkit.Patience;

/** TLS with real brokers, each on its own TLS: OpenSSL in Mosquitto, Netty in Artemis. */
class TlsBrokersTest {
  private static final String PASSWORD = "changeit";
  private static final int LARGE = 3_000_000;

  @TempDir Path folder;

  private final Authority authority = Authority.named("Home CA");
  private final Authority stranger = Authority.named("Stranger CA");

  /** A broker that is there until it is closed. */
  private record Broker(String uri, Closeable running) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      running.close();
    }
  }

  /** Starts a broker that shows this certificate. */
  private Broker start(String kind, Authority.Issued shown, boolean clients, String version)
      throws Exception {
    if (kind.equals("mosquitto")) {
      return mosquitto(shown, clients, version);
    }
    Path keys = Files.write(folder.resolve("broker.p12"), shown.store("PKCS12", PASSWORD));
    Path trust =
        Files.write(folder.resolve("clients.p12"), authority.trustStore("PKCS12", PASSWORD));
    EmbeddedBroker broker =
        EmbeddedBroker.startSecured(
            folder.resolve("artemis"),
            new EmbeddedBroker.Security(keys, clients ? trust : null, PASSWORD, version));
    return new Broker(broker.uri(), broker::close);
  }

  private Broker mosquitto(Authority.Issued shown, boolean clients, String version)
      throws Exception {
    boolean there = Mosquitto.installed().isPresent();
    if (!there) {
      System.getLogger("tests").log(System.Logger.Level.ERROR, "MOSQUITTO IS NOT INSTALLED");
    }
    assumeTrue(there, "mosquitto is not installed");
    Mosquitto broker =
        Mosquitto.startSecured(
            folder.resolve("mosquitto"),
            shown,
            clients ? Optional.of(authority) : Optional.empty(),
            "tls_version " + version.toLowerCase(java.util.Locale.ROOT));
    return new Broker(broker.uri(), broker::close);
  }

  private Authority.Issued good() {
    return authority.issue("localhost", "127.0.0.1");
  }

  private Map<String, Object> settings(String uri) throws Exception {
    Map<String, Object> settings = new HashMap<>(Hub.settings(uri));
    settings.put("trustStore", write("ca.pem", authority.pem()).toString());
    settings.put("maximumPacketSize", "8MB");
    return settings;
  }

  private Map<String, Object> withOwn(Map<String, Object> settings, Authority.Issued own)
      throws Exception {
    settings.put("certificate", write("own.pem", own.certificatePem()).toString());
    settings.put("privateKey", write("own.key", own.keyPem()).toString());
    return settings;
  }

  private Path write(String name, byte[] content) throws Exception {
    return Files.write(folder.resolve(name), content);
  }

  private static Problem problem(RobustMqttConnection connection, ProblemKind kind) {
    Await.until(
        () -> "a problem " + kind + "; it is " + connection.status().problem(),
        () -> connection.status().problem().filter(is -> is.kind() == kind).isPresent());
    Problem problem = connection.status().problem().orElseThrow();
    assertEquals(Place.TLS, problem.place(), problem.toString());
    return problem;
  }

  @ParameterizedTest
  @CsvSource({"mosquitto, TLSv1.2", "mosquitto, TLSv1.3", "artemis, TLSv1.2", "artemis, TLSv1.3"})
  void both_sides_prove_who_they_are_and_large_messages_go_both_ways(String kind, String version)
      throws Exception {
    try (Broker broker = start(kind, good(), true, version);
        Hub hub = Hub.start(folder.resolve("hub"))) {
      Map<String, Object> settings = withOwn(settings(broker.uri()), authority.issue("hub-7"));
      settings.put("tlsProtocols", version);
      hub.configure("home", settings);
      RobustMqttConnection connection = hub.await("home", ConnectionState.ONLINE);
      TlsStatus tls = connection.status().tls().orElseThrow();
      assertEquals(version, tls.protocol());
      assertEquals("CN=localhost", tls.broker().subject());
      assertEquals("CN=Home CA", tls.broker().issuer());
      assertEquals("CN=hub-7", tls.own().orElseThrow().subject());

      CompletableFuture<byte[]> heard = new CompletableFuture<>();
      MqttSubscriptionHandle handle =
          connection.subscribe(
              "large", QoS.AT_LEAST_ONCE, message -> heard.complete(message.payload()));
      Await.until(
          "the broker has the subscription",
          () ->
              connection.status().subscriptions().stream()
                  .anyMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE));
      byte[] payload = new byte[LARGE];
      for (int i = 0; i < LARGE; i++) {
        payload[i] = (byte) (i * 31);
      }
      Outcome outcome =
          connection
              .publish(Message.of("large", payload).withQos(1))
              .outcome()
              .toCompletableFuture()
              .get(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(Outcome.Kind.ACKNOWLEDGED, outcome.kind());
      assertArrayEquals(payload, heard.get(Patience.millis(), TimeUnit.MILLISECONDS));
      handle.close();
      connection.disconnect();
      hub.await("home", ConnectionState.CLOSED);
    }
  }

  @ParameterizedTest
  @CsvSource({"mosquitto, TLSv1.2", "mosquitto, TLSv1.3", "artemis, TLSv1.2", "artemis, TLSv1.3"})
  void a_client_without_a_certificate_or_with_a_strangers_is_told_so_and_a_new_file_is_enough(
      String kind, String version) throws Exception {
    try (Broker broker = start(kind, good(), true, version);
        Hub hub = Hub.start(folder.resolve("hub"))) {
      Map<String, Object> settings = settings(broker.uri());
      settings.put("tlsProtocols", version);
      hub.configure("home", settings);
      RobustMqttConnection connection = hub.connection("home");
      problem(connection, ProblemKind.TLS_CLIENT_REFUSED);

      Map<String, Object> own = withOwn(new HashMap<>(settings), stranger.issue("hub-7"));
      hub.configure("home", own);
      Await.until(
          () -> "our certificate is named in " + connection.status().problem(),
          () -> connection.status().problem().orElseThrow().text().contains("CN=hub-7"));

      withOwn(own, authority.issue("hub-8"));
      connection.reconnectNow();
      hub.await("home", ConnectionState.ONLINE);
      assertEquals(
          "CN=hub-8", connection.status().tls().orElseThrow().own().orElseThrow().subject());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mosquitto", "artemis"})
  void an_unknown_authority_is_told(String kind) throws Exception {
    try (Broker broker = start(kind, stranger.issue("127.0.0.1"), false, "TLSv1.3");
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", settings(broker.uri()));
      Problem problem = problem(hub.connection("home"), ProblemKind.TLS_UNTRUSTED);
      assertTrue(problem.text().contains("was issued by CN=Stranger CA"), problem.text());
      // A file is enough here too.
      write("ca.pem", stranger.pem());
      hub.connection("home").reconnectNow();
      hub.await("home", ConnectionState.ONLINE);
    }
  }

  @Test
  void a_certificate_for_another_host_or_of_the_past_is_told() throws Exception {
    Authority.Issued past =
        authority.issue(Authority.ec(), Duration.ofDays(-9), Duration.ofDays(-1), "127.0.0.1");
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      try (Broker broker = start("mosquitto", authority.issue("other.home"), false, "TLSv1.3")) {
        hub.configure("home", settings(broker.uri()));
        Problem problem = problem(hub.connection("home"), ProblemKind.TLS_WRONG_HOST);
        assertTrue(problem.text().contains("is for other.home, not for 127.0.0.1"), problem.text());
        Map<String, Object> open = settings(broker.uri());
        open.put("hostnameValidated", "false");
        hub.configure("home", open);
        RobustMqttConnection connection = hub.await("home", ConnectionState.ONLINE);
        assertTrue(
            connection.status().faults().toString().contains("hostnameValidated"),
            connection.status().faults().toString());
      }
      try (Broker broker = start("mosquitto", past, false, "TLSv1.3")) {
        hub.configure("home", settings(broker.uri()));
        problem(hub.connection("home"), ProblemKind.TLS_EXPIRED);
      }
    }
  }

  @Test
  void a_broker_that_stalls_in_mid_handshake_ends_by_the_deadline_and_is_met_again()
      throws Exception {
    try (Broker broker = start("mosquitto", good(), false, "TLSv1.3");
        FaultProxy proxy = FaultProxy.to(Integer.parseInt(broker.uri().replaceAll(".*:", "")));
        Hub hub = Hub.start(folder.resolve("hub"))) {
      proxy.stall();
      Map<String, Object> settings = settings("mqtts://127.0.0.1:" + proxy.port());
      settings.put("connectTimeout", "2s");
      hub.configure("home", settings);
      problem(hub.connection("home"), ProblemKind.TLS_STALLED);
      proxy.flow();
      RobustMqttConnection connection = hub.await("home", ConnectionState.ONLINE);

      proxy.cut();
      Await.until(
          "the cut is seen, and the broker is met again",
          () ->
              connection.status().counters().connects() == 2
                  && connection.status().state() == ConnectionState.ONLINE);
    }
  }

  @Test
  void a_port_without_tls_and_tls_towards_a_port_without_it_are_told() throws Exception {
    assumeTrue(Mosquitto.installed().isPresent(), "mosquitto is not installed");
    try (Mosquitto plain = Mosquitto.start(folder.resolve("plain"));
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", settings(plain.uri().replace("mqtt:", "mqtts:")));
      Await.until(
          () -> "a hint at the port; it is " + hub.connection("home").status().problem(),
          () ->
              hub.connection("home")
                  .status()
                  .problem()
                  .filter(is -> is.place() == Place.TLS && is.text().contains("port"))
                  .isPresent());
    }
  }
}
