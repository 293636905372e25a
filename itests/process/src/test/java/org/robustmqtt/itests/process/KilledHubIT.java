package org.robustmqtt.itests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.karaf.KarafProcess;
import org.robustmqtt.itests.testkit.FaultProxy;

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

  /** Returns what the hub wrote, in its order: what the broker makes of it is the broker's. */
  private static List<String> firstDeliveries(FaultProxy proxy) {
    return proxy.recording().received(Publish.class).stream()
        .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
        .distinct()
        .collect(Collectors.toList());
  }
}
