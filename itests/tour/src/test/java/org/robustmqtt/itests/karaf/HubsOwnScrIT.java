package org.robustmqtt.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A hub that has Declarative Services of its own, in another version than the KAR carries along, or
 * gets them after it: there is one of them at a time, and the hub's stays when we are gone.
 */
class HubsOwnScrIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path RUNS = Path.of(System.getProperty("itests.runs"));
  private static final String CLIENT = "org.robustmqtt.client";
  private static final String SCR = "org.apache.felix.scr";
  private static final String HUBS = System.getProperty("itests.hub.scr.version");

  private static Path feature(Path folder) throws IOException {
    String bundles;
    try (Stream<Path> jars = Files.list(Path.of(System.getProperty("itests.hub.scr")))) {
      bundles =
          jars.sorted()
              .map(jar -> "<bundle start-level=\"30\">" + jar.toUri() + "</bundle>")
              .collect(Collectors.joining("\n"));
    }
    Files.createDirectories(folder);
    return Files.writeString(
        folder.resolve("hub-scr.xml"),
        "<features name=\"hub-scr\" xmlns=\"http://karaf.apache.org/xmlns/features/v1.6.0\">"
            + "<feature name=\"hub-scr\" version=\"1.0.0\">"
            + bundles
            + "</feature></features>");
  }

  /** Returns the versions of SCR that are active, when they and our client are as wanted. */
  private static List<String> await(KarafProcess karaf, boolean client, List<String> versions)
      throws Exception {
    AtomicReference<List<String>> active = new AtomicReference<>(List.of());
    karaf.ask(
        PATIENCE,
        "bundle:list -t 0 -s --no-format",
        answer -> {
          List<String[]> rows =
              answer
                  .text()
                  .lines()
                  .map(line -> line.split("\t"))
                  .filter(cells -> cells.length >= 5)
                  .toList();
          active.set(
              rows.stream()
                  .filter(cells -> cells[4].strip().equals(SCR))
                  .map(cells -> cells[1].strip() + " " + cells[3].strip())
                  .toList());
          boolean ours =
              rows.stream()
                  .anyMatch(
                      cells ->
                          cells[4].strip().equals(CLIENT) && cells[1].strip().equals("Active"));
          return !rows.isEmpty() && ours == client && active.get().equals(versions);
        });
    return active.get();
  }

  @ParameterizedTest
  @CsvSource({"felix,before", "felix,after", "equinox,before", "equinox,after"})
  void there_is_one_at_a_time_and_the_hubs_stays(String framework, String when) throws Exception {
    Path home = RUNS.resolve("scr-" + framework + "-" + when);
    List<String> hubs = List.of("Active " + HUBS);
    Path kar = Path.of(System.getProperty("itests.kar"));
    Path own = feature(RUNS.resolve("scr-feature"));
    try (KarafProcess karaf =
        KarafProcess.copyOf(Path.of(System.getProperty("itests.stock")), home)) {
      karaf.set("config.properties", "karaf.framework", framework);
      karaf.deploy(when.equals("before") ? own : kar);
      karaf.start();
      if (when.equals("before")) {
        assertEquals(hubs, await(karaf, false, hubs));
        karaf.deploy(kar);
      } else {
        karaf.awaitActive(PATIENCE, CLIENT);
        karaf.deploy(own);
      }
      assertEquals(hubs, await(karaf, true, hubs));
      assertTrue(karaf.command("mqtt:list").good(), "the console answers");

      Files.delete(home.resolve("deploy").resolve(kar.getFileName()));
      assertEquals(hubs, await(karaf, false, hubs), "the hub's own stays");
    }
  }
}
