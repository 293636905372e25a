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
          live.put(key, i, i + 1);
          model.put(key, i);
        } else {
          Integer old = model.remove(key);
          assertEquals(old, map.remove(key));
          long place = live.remove(key);
          assertEquals(
              old == null ? -1 : old,
              place == LiveMessages.NONE ? -1 : LiveMessages.segment(place));
        }
        assertEquals(model.size(), map.size());
        assertEquals(model.size(), live.size());
      }
      for (long key = 1; key <= range; key++) {
        assertEquals(model.get(key), map.get(key));
        assertEquals(model.containsKey(key), live.contains(key));
        if (live.contains(key)) {
          assertEquals(model.get(key) + 1, LiveMessages.bytes(live.get(key)));
        }
      }
      assertArrayEquals(model.keySet().stream().mapToLong(Long::longValue).toArray(), map.keys());
    }
  }
}
