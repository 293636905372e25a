package org.robustmqtt.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The order of the journals in a round. */
class JournalWorkerTest {
  @Test
  void those_where_somebody_waits_come_first_and_the_order_stays_else() {
    assertEquals(
        List.of(1, 3, 5, 0, 2, 4),
        JournalWorker.inOrder(List.of(0, 1, 2, 3, 4, 5), number -> number % 2 == 1));
  }

  @Test
  void publishers_that_begin_and_end_waiting_while_the_order_is_made_do_not_break_it() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<Integer> asked = new ArrayList<>();
      List<Integer> all = IntStream.range(0, 40 + seed).boxed().toList();
      List<Integer> order =
          JournalWorker.inOrder(
              all,
              number -> {
                asked.add(number);
                return random.nextBoolean();
              });
      assertEquals(all, order.stream().sorted().toList(), "each is there once");
      assertEquals(all, asked, "and was asked once");
    }
  }
}
