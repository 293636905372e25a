package org.robustmqtt.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The maps without boxes do what a map does. */
class LongMapsTest {
  @Test
  void they_agree_with_a_map_under_random_changes() {
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      TreeMap<Long, Integer> model = new TreeMap<>();
      LongMap<Integer> map = new LongMap<>();
      LiveMessages live = new LiveMessages();
      int range = 1 + random.nextInt(2000);
      for (int i = 0; i < 5000; i++) {
        long key = 1 + random.nextInt(range);
        if (random.nextBoolean()) {
          map.put(key, i);
          live.begin(key, key % 3 == 0);
          live.put(key, i + 1);
          model.put(key, i);
        } else {
          Integer old = model.remove(key);
          assertEquals(old, map.remove(key));
          int segment = live.remove(key);
          assertEquals(old == null ? LiveMessages.NONE : old + 1, segment);
        }
        assertEquals(model.size(), map.size());
        assertEquals(model.size(), live.size());
      }
      for (long key = 1; key <= range; key++) {
        assertEquals(model.get(key), map.get(key));
        assertEquals(model.containsKey(key), live.contains(key));
        if (live.contains(key)) {
          assertEquals(model.get(key) + 1, live.get(key));
          assertEquals(key % 3 == 0, live.isQos2(key));
        }
      }
      int rank = 1 + random.nextInt(range);
      long at = live.atRank(rank);
      long expected =
          rank >= model.size()
              ? Long.MAX_VALUE
              : model.keySet().stream().skip(rank - 1).findFirst().orElseThrow();
      assertEquals(expected, at);
      int below = random.nextInt(5000);
      assertArrayEquals(
          model.keySet().stream()
              .filter(key -> model.get(key) + 1 < below)
              .mapToLong(Long::longValue)
              .toArray(),
          live.in((segment, sequence) -> segment < below));
      assertArrayEquals(model.keySet().stream().mapToLong(Long::longValue).toArray(), map.keys());
    }
  }

  @Test
  void a_record_that_is_being_written_has_no_segment_and_does_not_change_that_of_others() {
    LiveMessages live = new LiveMessages();
    live.begin(256, false);
    live.begin(257, true);
    assertEquals(0, live.get(256));
    live.put(256, 7);
    assertEquals(7, live.get(256));
    assertEquals(0, live.get(257));
    live.put(257, 8);
    assertEquals(7, live.get(256));
    assertEquals(8, live.remove(257));
    assertEquals(LiveMessages.NONE, live.get(257));
    assertEquals(7, live.get(256));
  }
}
