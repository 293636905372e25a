package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttemptBudgetTest {
  private static final long HOUR = 3_600_000_000_000L;

  private final AttemptBudget budget = new AttemptBudget();

  @Test
  void the_first_attempts_are_free_and_the_next_when_the_first_is_an_hour_old() {
    for (int i = 0; i < 3; i++) {
      assertEquals(0, budget.untilFree(3, i));
      budget.attempted(i);
    }
    assertEquals(HOUR - 10, budget.untilFree(3, 10));
    assertEquals(0, budget.untilFree(3, HOUR));
    assertEquals(0, budget.untilFree(4, 10), "a larger budget is in force at once");
    assertEquals(HOUR - 8, budget.untilFree(1, 10), "a smaller one counts what was");
  }

  @Test
  void attempts_come_evenly_who_asks_for_it() {
    assertEquals(0, budget.untilEven(12, 5));
    budget.attempted(5);
    assertEquals(HOUR / 12 - 1, budget.untilEven(12, 6));
    assertEquals(0, budget.untilEven(12, HOUR));
  }

  @Test
  void an_attempt_that_met_the_broker_costs_nothing() {
    budget.attempted(0);
    budget.met();
    assertEquals(0, budget.untilFree(1, 1));
    assertEquals(HOUR - 1, budget.untilEven(1, 1), "but it was one");
  }

  @Test
  void no_hour_has_more_than_its_number_however_the_attempts_come() {
    SplittableRandom random = new SplittableRandom(3);
    for (int perHour : new int[] {1, 2, 12, 60, AttemptBudget.MOST}) {
      AttemptBudget any = new AttemptBudget();
      List<Long> made = new ArrayList<>();
      long now = 0;
      for (int i = 0; i < 4 * perHour + 10; i++) {
        now += random.nextLong(HOUR / perHour);
        now += any.untilFree(perHour, now);
        any.attempted(now);
        made.add(now);
        int first = made.size() - 1 - perHour;
        assertTrue(first < 0 || now - made.get(first) >= HOUR, perHour + " an hour");
      }
    }
  }
}
