package org.robustmqtt.itests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.karaf.KarafProcess;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.FaultProxy;
import org.robustmqtt.itests.testkit.Mosquitto;

/** A hub is killed with -9 while its queue is full. */
class KilledHubIT {
  private static final int MESSAGES = 500;

  @ParameterizedTest
  @ValueSource(strings = {"felix", "equinox"})
  void every_message_on_disk_arrives_in_order_after_the_hub_was_killed_with_a_full_queue(
      String framework) throws Exception {
    Path data = StockHub.RUNS.resolve("kill-broker-" + framework);
    int port = EmbeddedBroker.freePort();
    List<String> numbers =
        IntStream.range(0, MESSAGES).mapToObj(String::valueOf).collect(Collectors.toList());
    try (EmbeddedBroker broker = EmbeddedBroker.start("127.0.0.1", port, data);
        Bystander once = new Bystander(broker.port(), "bystander")) {
      once.subscribe("kill/#");
    } // both are gone: the broker is down, and will remember the bystander's session

    Path ledger = StockHub.RUNS.resolve("kill-ledger-" + framework);
    try (FaultProxy proxy = FaultProxy.to(port);
        KarafProcess karaf = StockHub.make("kill-" + framework, framework, proxy.uri(), ledger)) {
      karaf.start();
      StockHub.awaitUp(karaf);
      String commands =
          numbers.stream()
              .map(number -> "mqtt:publish home kill/all " + number)
              .collect(Collectors.joining("\n"));
      KarafProcess.Answer answer = karaf.command(commands);
      assertTrue(answer.good(), answer.text());
      assertEquals(MESSAGES, answer.text().split("accepted as", -1).length - 1);
      StockHub.awaitText(karaf, "mqtt:info home", MESSAGES + " messages on disk");
      karaf.kill();

      karaf.start();
      StockHub.awaitUp(karaf);
      try (EmbeddedBroker broker = EmbeddedBroker.start("127.0.0.1", port, data);
          Bystander witness = new Bystander(broker.port(), "bystander")) {
        Set<String> heard = new TreeSet<>(witness.await(MESSAGES, StockHub.PATIENCE));
        assertEquals(new TreeSet<>(numbers), heard);
        assertEquals(numbers, firstDeliveries(proxy));
        StockHub.awaitText(karaf, "mqtt:info home", "0 messages on disk");
      }
    }
  }

  /** So many are kept for a client that is away by a Mosquitto with all its defaults. */
  @Test
  void a_thousand_messages_that_mosquitto_kept_for_a_killed_hub_are_heard_once_on_one_connection()
      throws Exception {
    assumeTrue(
        Mosquitto.installed().isPresent(), "NOT RUN: no Mosquitto, a real broker is not tested");
    Path ledger = StockHub.RUNS.resolve("queued-ledger");
    List<String> numbers =
        IntStream.range(0, 1_000).mapToObj(String::valueOf).collect(Collectors.toList());
    try (Mosquitto broker = Mosquitto.startAsInstalled(StockHub.RUNS.resolve("queued-broker"));
        FaultProxy proxy = FaultProxy.to(broker.port());
        Bystander other = new Bystander(broker.port(), "other");
        KarafProcess karaf = StockHub.make("queued", "felix", proxy.uri(), ledger)) {
      karaf.start();
      StockHub.awaitUp(karaf);
      karaf.deploy(Path.of(System.getProperty("itests.probe")));
      proxy.recording().await(Subscribe.class, 1);
      StockHub.awaitText(karaf, "mqtt:info home", "ledger/#");
      int connects = proxy.recording().received(Connect.class).size();
      karaf.kill();

      for (String number : numbers) {
        other.publish("ledger/all", number);
      }
      karaf.start();
      Await.until(
          () -> "all are heard, of 1000: " + lines(ledger).size(),
          () -> lines(ledger).size() >= numbers.size());
      StockHub.awaitUp(karaf);
      assertEquals(numbers, lines(ledger));
      assertEquals(connects + 1, proxy.recording().received(Connect.class).size());
    }
  }

  private static List<String> lines(Path ledger) {
    try {
      return Files.readAllLines(ledger);
    } catch (IOException notYet) {
      return List.of();
    }
  }

  /** Returns what the hub wrote, in its order: what the broker makes of it is the broker's. */
  private static List<String> firstDeliveries(FaultProxy proxy) {
    return proxy.recording().received(Publish.class).stream()
        .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
        .distinct()
        .collect(Collectors.toList());
  }
}
