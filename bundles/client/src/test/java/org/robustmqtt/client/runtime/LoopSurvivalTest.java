package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.client.door.Loop;

/** Whatever breaks around it, the loop goes on. */
@Timeout(60)
class LoopSurvivalTest {
  private static final long MILLI = 1_000_000;
  private static final long NEVER = TimeUnit.DAYS.toNanos(1);

  private final FailingLoop parts = new FailingLoop();
  private LoopThread loop = parts.loop(NEVER);

  @AfterEach
  void close() {
    parts.heal();
    loop.close();
  }

  @ParameterizedTest
  @EnumSource(FailingLoop.Step.class)
  void an_error_at_any_step_of_a_round_is_told_and_the_next_round_follows(FailingLoop.Step step)
      throws Exception {
    Thread before = onLoop();
    for (int times : new int[] {1, 2, 7}) {
      parts.fail(step, times);
      // Wakes it up all the time, as traffic does.
      while (parts.left() > 0) {
        loop.execute(() -> {});
        LockSupport.parkNanos(MILLI);
      }
      CompletableFuture<Void> timer = new CompletableFuture<>();
      loop.execute(() -> loop.schedule(MILLI, () -> timer.complete(null)));
      timer.get();
    }
    assertEquals(before, onLoop());
    assertTrue(parts.defects().size() >= 1);
  }

  @Test
  void tasks_are_neither_lost_nor_turned_round_while_rounds_fail() throws Exception {
    List<Integer> ran = new CopyOnWriteArrayList<>();
    onLoop();
    for (int i = 0; i < 500; i++) {
      int number = i;
      if (i % 10 == 0) {
        parts.fail(FailingLoop.Step.values()[i / 10 % FailingLoop.Step.values().length], 1);
      }
      loop.execute(() -> ran.add(number));
    }
    parts.heal();
    onLoop();
    assertEquals(500, ran.size());
    for (int i = 0; i < 500; i++) {
      assertEquals(i, ran.get(i));
    }
  }

  @Test
  void a_thread_that_cannot_be_started_is_tried_again_at_once() throws Exception {
    parts.unstartable(3);
    assertEquals("robust-mqtt/loop", onLoop().getName());
  }

  @Test
  void a_thread_that_cannot_be_started_for_long_is_started_by_the_watch() throws Exception {
    loop = parts.loop(MILLI);
    parts.unstartable("robust-mqtt/loop", 100);
    assertEquals("robust-mqtt/loop", onLoop().getName());
    assertTrue(parts.defects().stream().allMatch(OutOfMemoryError.class::isInstance));
  }

  @Test
  void without_any_thread_the_next_task_tries_it_again() throws Exception {
    parts.unstartable(1_000);
    CompletableFuture<Void> first = new CompletableFuture<>();
    loop.execute(() -> first.complete(null));
    assertFalse(first.isDone());
    parts.unstartable(0);
    onLoop();
    first.get();
  }

  @Test
  void a_thread_that_has_ended_is_replaced() throws Exception {
    loop = parts.loop(MILLI);
    parts.stillborn(1);
    assertEquals("robust-mqtt/loop", onLoop().getName());
  }

  @Test
  void a_loop_that_stands_is_replaced_and_everybody_hears_of_it() throws Exception {
    loop = parts.loop(10 * MILLI);
    Hearer hearer = new Hearer();
    CountDownLatch hold = new CountDownLatch(1);
    CompletableFuture<Thread> stuck = new CompletableFuture<>();
    CompletableFuture<Throwable> afterwards = new CompletableFuture<>();
    loop.execute(() -> loop.watchedBy(hearer));
    loop.execute(
        () -> {
          stuck.complete(Thread.currentThread());
          awaitUninterruptibly(hold);
          try {
            loop.schedule(0, () -> {});
            afterwards.complete(new AssertionError("it may not go on"));
          } catch (IllegalStateException e) {
            afterwards.complete(e);
          }
        });
    Throwable why = hearer.replaced.take();
    assertTrue(why.getMessage().startsWith("the loop did not turn for"), why.getMessage());
    assertTrue(
        List.of(why.getStackTrace()).toString().contains("awaitUninterruptibly"),
        "it says where it stands");
    assertNotSame(stuck.get(), onLoop());
    hold.countDown();
    assertEquals("not on the loop", afterwards.get().getMessage());
    stuck.get().join();
    assertEquals("robust-mqtt/loop", onLoop().getName());
  }

  @Test
  void a_loop_that_has_nothing_to_do_stands_still_and_is_well() throws Exception {
    loop.execute(() -> loop.schedule(NEVER, () -> {}));
    onLoop();
    // It may still be on its way to sleep, which takes fewer turns than this.
    for (int well = 0; well < 2 * LoopWatch.LOOKS; well++) {
      if (loop.look() != LoopThread.Sight.WELL) {
        awaitWell();
        well = 0;
      }
    }
    for (int i = 0; i < 2 * LoopWatch.LOOKS; i++) {
      assertEquals(LoopThread.Sight.WELL, loop.look());
    }
  }

  private void awaitWell() {
    while (loop.look() != LoopThread.Sight.WELL) {
      LockSupport.parkNanos(MILLI);
    }
  }

  @Test
  void what_a_task_throws_is_told_to_those_who_may_have_something_half_done() throws Exception {
    Hearer hearer = new Hearer();
    loop.execute(() -> loop.watchedBy(hearer));
    loop.execute(
        () -> {
          throw new StackOverflowError();
        });
    onLoop();
    onLoop();
    assertEquals(1, hearer.failed.get());
    loop.execute(() -> loop.notWatchedBy(hearer));
    loop.execute(
        () -> {
          throw new StackOverflowError();
        });
    onLoop();
    onLoop();
    assertEquals(1, hearer.failed.get());
  }

  @Test
  void only_the_loop_may_set_a_timer() {
    assertThrows(IllegalStateException.class, () -> loop.schedule(0, () -> {}));
  }

  private Thread onLoop() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    loop.execute(() -> thread.complete(Thread.currentThread()));
    return thread.get();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // It does not hear.
        continue;
      }
    }
  }

  private static final class Hearer implements Loop.Accidents {
    private final AtomicInteger failed = new AtomicInteger();
    private final LinkedBlockingQueue<Throwable> replaced = new LinkedBlockingQueue<>();

    @Override
    public void taskFailed() {
      failed.incrementAndGet();
    }

    @Override
    public void replaced(Throwable why) {
      replaced.add(why);
    }
  }
}
