package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The component lane: one task at a time, in order, and no thread for nothing. */
class ComponentLaneTest {
  private final List<Throwable> defects = Collections.synchronizedList(new ArrayList<>());
  private final ComponentLane lane = new ComponentLane(defects::add);

  @AfterEach
  void close() {
    lane.close();
  }

  private Thread threadOfTheLane() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    lane.execute(() -> thread.complete(Thread.currentThread()));
    return thread.get(30, TimeUnit.SECONDS);
  }

  @Test
  void tasks_run_one_at_a_time_and_in_order() throws Exception {
    List<Integer> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    for (int i = 0; i < 100; i++) {
      int number = i;
      lane.execute(() -> order.add(number));
    }
    lane.execute(done::countDown);

    assertTrue(done.await(30, TimeUnit.SECONDS));
    assertEquals(100, order.size());
    for (int i = 0; i < 100; i++) {
      assertEquals(i, order.get(i));
    }
  }

  @Test
  void a_task_that_throws_is_told_and_the_lane_goes_on() throws Exception {
    Error error = new Error("defect");
    lane.execute(
        () -> {
          throw error;
        });

    assertEquals("robust-mqtt/component", threadOfTheLane().getName());
    assertEquals(List.of(error), defects);
  }

  @Test
  void a_thread_that_cannot_be_started_is_tried_again() throws Exception {
    AtomicInteger failures = new AtomicInteger(3);
    List<Throwable> told = Collections.synchronizedList(new ArrayList<>());
    try (ComponentLane failing =
        new ComponentLane(
            (name, work) -> {
              if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Threads.daemon(name, work);
            },
            told::add)) {
      CompletableFuture<String> ran = new CompletableFuture<>();
      failing.execute(() -> ran.complete(Thread.currentThread().getName()));
      assertEquals("robust-mqtt/component", ran.get(30, TimeUnit.SECONDS));
      assertEquals(1, told.size());
    }
  }

  @Test
  void the_thread_is_a_daemon_and_ends_when_there_is_nothing_to_do() throws Exception {
    Thread thread = threadOfTheLane();

    assertTrue(thread.isDaemon());
    thread.join(TimeUnit.SECONDS.toMillis(30));
    assertFalse(thread.isAlive());
    assertEquals("robust-mqtt/component", threadOfTheLane().getName());
  }

  @Test
  void a_scheduled_task_runs_on_the_lane_and_can_be_taken_back() throws Exception {
    CompletableFuture<String> ran = new CompletableFuture<>();
    List<String> wrong = new ArrayList<>();
    Runnable back = lane.schedule(60_000, () -> wrong.add("ran"));
    lane.schedule(1, () -> ran.complete(Thread.currentThread().getName()));

    assertEquals("robust-mqtt/component", ran.get(30, TimeUnit.SECONDS));
    back.run();
    Thread thread = threadOfTheLane();
    thread.join(TimeUnit.SECONDS.toMillis(30));

    assertFalse(thread.isAlive(), "nothing waits for its time any more");
    assertEquals(List.of(), wrong);
  }

  @Test
  void a_closed_lane_has_run_what_it_had_and_takes_nothing() throws Exception {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    lane.execute(() -> ran.add("before"));

    lane.close();
    lane.execute(() -> ran.add("after"));
    lane.schedule(0, () -> ran.add("later"));

    assertEquals(List.of("before"), ran);
  }
}
