package org.robustmqtt.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.tour.Witness;

/**
 * The KAR in a Karaf as it is downloaded, without any repository to fetch from, on the framework of
 * Karaf and on that of openHAB.
 */
class OfflineKarIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path RUNS = Path.of(System.getProperty("itests.runs"));
  private static final int MESSAGES = 100;

  @ParameterizedTest
  @ValueSource(strings = {"felix", "equinox"})
  void installs_without_network_connects_and_delivers(String framework) throws Exception {
    Path home = RUNS.resolve("offline-" + framework);
    try (EmbeddedBroker broker = EmbeddedBroker.start(RUNS.resolve("broker-" + framework));
        Witness witness = Witness.subscribe(broker.port(), 10);
        KarafProcess karaf = KarafProcess.copyOf(stockKaraf(), home)) {
      karaf.set("config.properties", "karaf.framework", framework);
      karaf.write("etc/org.robustmqtt.connection-home.cfg", "broker = " + broker.uri() + "\n");
      karaf.properties(publisher(home));
      karaf.deploy(Path.of(System.getProperty("itests.kar")));
      karaf.start();

      Map<String, String> states = karaf.awaitActive(PATIENCE, "org.robustmqtt.client");
      assertEquals(
          Map.of(
              "org.robustmqtt.api", "Active",
              "org.robustmqtt.codec", "Active",
              "org.robustmqtt.persistence", "Active",
              "org.robustmqtt.client", "Active",
              "org.robustmqtt.shell", "Active",
              "org.apache.felix.scr", "Active"),
          only(states, "org.robustmqtt", "org.apache.felix.scr"));
      assertTrue(
          karaf
              .command("config:list \"(service.pid=org.robustmqtt.persistence)\"")
              .text()
              .contains("directory = " + home.resolve("data/robust-mqtt")),
          "the feature settles where the queue lives");

      karaf.deploy(Path.of(System.getProperty("itests.publisher")));
      assertTrue(witness.await(MESSAGES, PATIENCE), () -> "heard " + witness.count());
      assertTrue(Files.isDirectory(home.resolve("data/robust-mqtt")));
      assertEquals(List.of(), fetched(home.resolve("data/repository")));
    }
  }

  private static Map<String, String> publisher(Path home) {
    Map<String, String> properties = new HashMap<>();
    properties.put("robustmqtt.tour.notes", home.resolve("notes.txt").toString());
    properties.put("robustmqtt.tour.total", Integer.toString(MESSAGES));
    properties.put("robustmqtt.tour.topics", "10");
    properties.put("robustmqtt.tour.rate", "1000");
    properties.put("robustmqtt.tour.durability", "default");
    properties.put("robustmqtt.tour.gateAt", Integer.toString(MESSAGES));
    properties.put("robustmqtt.tour.gate", home.resolve("gate").toString());
    properties.put("robustmqtt.tour.owner", Long.toString(ProcessHandle.current().pid()));
    return properties;
  }

  private static Path stockKaraf() {
    return Path.of(System.getProperty("itests.stock"));
  }

  private static Map<String, String> only(Map<String, String> states, String... prefixes) {
    Map<String, String> chosen = new HashMap<>(states);
    chosen.keySet().removeIf(name -> Stream.of(prefixes).noneMatch(name::startsWith));
    chosen.keySet().removeIf(name -> name.startsWith("org.robustmqtt.itests"));
    return chosen;
  }

  private static List<Path> fetched(Path repository) throws Exception {
    if (!Files.exists(repository)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(repository)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
