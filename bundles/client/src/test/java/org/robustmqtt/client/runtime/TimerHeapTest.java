package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.door.Loop;

class TimerHeapTest {
  private final TimerHeap heap = new TimerHeap();
  private final List<String> ran = new ArrayList<>();

  @Test
  void tasks_come_by_due_time_and_equal_ones_in_the_order_of_scheduling() {
    add(30, "d");
    add(10, "a");
    add(20, "b");
    add(20, "c");
    runAll(19);
    assertEquals(List.of("a"), ran);
    assertEquals(1, heap.nanosToNext(19));
    runAll(30);
    assertEquals(List.of("a", "b", "c", "d"), ran);
    assertEquals(Long.MAX_VALUE, heap.nanosToNext(30));
  }

  @Test
  void the_origin_of_the_clock_does_not_matter() {
    heap.add(Long.MAX_VALUE - 5, () -> ran.add("before"));
    heap.add(Long.MIN_VALUE + 5, () -> ran.add("after"));
    runAll(Long.MAX_VALUE);
    assertEquals(List.of("before"), ran);
    assertEquals(6, heap.nanosToNext(Long.MAX_VALUE));
  }

  @Test
  void a_cancelled_task_does_not_run_and_may_be_cancelled_again() {
    Loop.Timer timer = add(10, "never");
    add(20, "later");
    timer.cancel();
    timer.cancel();
    assertEquals(20, heap.nanosToNext(0));
    runAll(20);
    assertEquals(List.of("later"), ran);
    timer.cancel();
    assertNull(heap.poll(100));
  }

  @Test
  void timers_set_and_cancelled_for_ever_do_not_grow_it() {
    add(Long.MAX_VALUE / 2, "far");
    for (int i = 0; i < 100_000; i++) {
      add(1_000_000 + i, "never").cancel();
    }
    assertTrue(heap.size() < 200, "size " + heap.size());
  }

  private Loop.Timer add(long due, String name) {
    return heap.add(due, () -> ran.add(name));
  }

  private void runAll(long now) {
    for (Runnable task = heap.poll(now); task != null; task = heap.poll(now)) {
      task.run();
    }
  }
}
