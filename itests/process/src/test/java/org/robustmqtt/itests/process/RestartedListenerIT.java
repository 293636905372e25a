package org.robustmqtt.itests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.karaf.KarafProcess;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.FaultProxy;

/** A listener's bundle and then the hub are restarted while another client publishes. */
class RestartedListenerIT {
  private static final int PART = 250;

  /** Publishes a part of the numbers, beside what the test does. */
  private static CompletableFuture<Void> publish(Bystander other, int part) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            for (int i = 0; i < PART; i++) {
              other.publish("ledger/all", String.valueOf(part * PART + i));
            }
          } catch (MqttException broken) {
            throw new IllegalStateException(broken);
          }
        });
  }

  private static void join(CompletableFuture<Void> part) throws Exception {
    part.get(StockHub.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static Set<String> lines(Path ledger) {
    try {
      return new TreeSet<>(Files.readAllLines(ledger));
    } catch (IOException notYet) {
      return Set.of();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"felix", "equinox"})
  void every_message_is_heard_and_nothing_is_ever_unsubscribed(String framework) throws Exception {
    Path ledger = StockHub.RUNS.resolve("listener-ledger-" + framework);
    Set<String> all =
        IntStream.range(0, 4 * PART)
            .mapToObj(String::valueOf)
            .collect(Collectors.toCollection(TreeSet::new));
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(StockHub.RUNS.resolve("listener-broker-" + framework));
        FaultProxy proxy = FaultProxy.to(broker.port());
        Bystander other = new Bystander(broker.port(), "other");
        KarafProcess karaf =
            StockHub.make("listener-" + framework, framework, proxy.uri(), ledger)) {
      karaf.start();
      StockHub.awaitUp(karaf);
      karaf.deploy(Path.of(System.getProperty("itests.probe")));
      proxy.recording().await(Subscribe.class, 1);
      StockHub.awaitText(karaf, "mqtt:info home", "ledger/#");

      CompletableFuture<Void> first = publish(other, 0);
      assertTrue(karaf.command("bundle:restart org.robustmqtt.itests.probe").good());
      join(first);

      CompletableFuture<Void> second = publish(other, 1);
      StockHub.stop(karaf);
      join(second);
      CompletableFuture<Void> third = publish(other, 2);
      karaf.start();
      join(third);
      StockHub.awaitUp(karaf);

      CompletableFuture<Void> fourth = publish(other, 3);
      karaf.kill();
      karaf.start();
      join(fourth);

      Await.until(
          () -> "all are heard, missing: " + missing(all, lines(ledger)),
          () -> lines(ledger).size() >= all.size());
      assertEquals(all, lines(ledger));
      assertEquals(List.of(), proxy.recording().received(Unsubscribe.class));
    }
  }

  private static Set<String> missing(Set<String> all, Set<String> heard) {
    Set<String> missing = new TreeSet<>(all);
    missing.removeAll(heard);
    return missing;
  }
}
