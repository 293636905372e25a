package org.robustmqtt.itests.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The tour itself, as {@code ./hub tour} and {@code ./hub tour --sync} hold it. */
class TourIT {

  private static final Path RUNS = Path.of(System.getProperty("itests.runs"));

  @Test
  void a_killed_broker_and_a_killed_hub_cost_nothing_with_default_settings() throws Exception {
    Verdict verdict = tour("tour", false);
    assertEquals(0, verdict.lost());
    assertEquals(0, verdict.refused());
    assertEquals(0, verdict.reordered());
  }

  @Test
  void with_sync_nothing_accepted_is_at_risk() throws Exception {
    Verdict verdict = tour("tour-sync", true);
    assertEquals(0, verdict.lost());
    assertEquals(0, verdict.atRisk());
  }

  private static Verdict tour(String folder, boolean sync) throws Exception {
    Options options =
        new Options(
            Path.of(System.getProperty("itests.distribution")),
            Path.of(System.getProperty("itests.publisher")),
            RUNS.resolve(folder),
            sync,
            Optional.empty());
    List<String> said = new ArrayList<>();
    Report report = new Tour(options, said::add).run();
    assertTrue(
        report.verdict().kept(),
        () -> String.join("\n", said) + "\n" + String.join("\n", report.lines()));
    assertFalse(Files.exists(options.work()), "a tour that kept the promise cleans up");
    return report.verdict();
  }
}
