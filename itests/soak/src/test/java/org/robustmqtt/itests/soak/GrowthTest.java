package org.robustmqtt.itests.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final long WINDOW = 600;

  private static Growth growth(long heapPerSample, long filesPerSample) {
    Growth growth = new Growth(WINDOW);
    for (int i = 0; i < 60; i++) {
      long queue = i % 2 == 0 ? 0 : 20_000_000;
      growth.add(
          new Growth.Sample(
              i * 60L, 10_000_000 + queue + i * heapPerSample, 20, 30 + i * filesPerSample, 0));
    }
    return growth;
  }

  @Test
  void what_comes_and_goes_does_not_grow() {
    assertEquals(List.of(), growth(0, 0).grown());
  }

  @Test
  void a_heap_that_is_never_as_small_again_grows() {
    assertEquals(List.of("heap grew from 12000000 to 18000000"), growth(200_000, 0).grown());
  }

  @Test
  void a_file_a_minute_is_noticed() {
    assertEquals(List.of("open files grew from 40 to 70"), growth(0, 1).grown());
  }

  @Test
  void without_a_second_window_nothing_is_said() {
    Growth growth = new Growth(WINDOW);
    for (int i = 0; i < 9; i++) {
      growth.add(new Growth.Sample(i * 60L, i * 10_000_000L, i * 10L, i * 10L, 0));
    }
    assertEquals(List.of(), growth.grown());
  }
}
