package org.robustmqtt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a line may be called met. */
class RowTest {
  private static Row.Verdict verdict(boolean met, double spread) {
    return Row.of("what", "1", "1", met, spread, "").verdict();
  }

  @Test
  void within_the_budget_and_rounds_that_agree_is_met() {
    assertEquals(Row.Verdict.MET, verdict(true, 0.3));
  }

  @Test
  void within_the_budget_but_rounds_too_far_apart_is_unsteady() {
    assertEquals(Row.Verdict.UNSTEADY, verdict(true, 0.31));
  }

  @Test
  void too_few_rounds_to_know_a_spread_are_unsteady() {
    assertEquals(Row.Verdict.UNSTEADY, verdict(true, Double.NaN));
  }

  @Test
  void beyond_the_budget_is_open_whatever_the_spread() {
    assertEquals(Row.Verdict.OPEN, verdict(false, 0.1));
    assertEquals(Row.Verdict.OPEN, verdict(false, 2));
  }

  @Test
  void a_line_shows_its_spread_beside_its_verdict() {
    String line = Row.of("what", "1", "0.9", false, 0.123, "peer 0.8").toString();
    assertTrue(line.startsWith("| what | 1 | 0.9 | **open** | 12 % | "), line);
    assertTrue(line.endsWith(" | peer 0.8 |"), line);
  }
}
