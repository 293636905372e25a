package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Helpers.Work;

/** Work that does not come back costs its own kind and subject only. */
@Timeout(60)
class HelperPoolTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(10);
  private static final long SOON = 1_000_000;

  private final FailingLoop parts = new FailingLoop();
  private final LoopThread loop = parts.loop(LONG);
  private final HelperThreads helpers =
      new HelperThreads(loop, parts::thread, defect -> parts.defects().add(defect));
  private final CountDownLatch hold = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();

  @AfterEach
  void close() {
    hold.countDown();
    parts.heal();
    loop.close();
    helpers.close();
  }

  @Test
  void silent_names_do_not_keep_tls_and_files_from_their_turn() throws Exception {
    silent(100, LONG);
    assertEquals("tls", call(Work.TLS, "10.0.0.1:8883", () -> "tls", LONG).get());
    assertEquals("files", call(Work.FILES, "10.0.0.1:8883", () -> "files", LONG).get());
  }

  @Test
  void fourteen_silent_names_do_not_keep_another_from_being_resolved() throws Exception {
    silent(14, LONG);
    assertEquals("here", call(Work.RESOLVE, "other", () -> "here", LONG).get());
  }

  @Test
  void one_silent_name_costs_one_thread_however_many_ask_for_it() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(
          call(
              Work.RESOLVE,
              "silent",
              () -> {
                running.countDown();
                hold.await();
                return "here";
              },
              LONG));
    }
    running.await();
    assertEquals(1, threads().size());
    hold.countDown();
    for (CompletableFuture<String> answer : answers) {
      assertEquals("here", answer.get());
    }
  }

  @Test
  void names_that_were_silent_leave_threads_to_those_that_answer() throws Exception {
    HelperPool.Size size = HelperThreads.size(Work.RESOLVE);
    CountDownLatch first = new CountDownLatch(1);
    List<CompletableFuture<String>> late = new ArrayList<>();
    for (int i = 0; i < size.most(); i++) {
      late.add(
          call(
              Work.RESOLVE,
              "silent" + i,
              () -> {
                uninterruptibly(first);
                return "too late";
              },
              SOON));
    }
    for (CompletableFuture<String> answer : late) {
      assertInstanceOf(TimeoutException.class, failure(answer));
    }
    CompletableFuture<String> waits = call(Work.RESOLVE, "other", () -> "here", LONG);
    onLoop();
    assertFalse(waits.isDone(), "all threads are in the hands of the resolver");
    first.countDown();
    assertEquals("here", waits.get());

    silent(size.most(), LONG);
    assertEquals("here", call(Work.RESOLVE, "other", () -> "here", LONG).get());
    assertTrue(begun.get() <= size.slow(), begun + " have a thread");
  }

  @Test
  void work_for_which_no_thread_can_be_started_is_done_when_one_can() throws Exception {
    onLoop();
    for (int i = 0; i < 3; i++) {
      parts.unstartable(1);
      assertEquals("here", call(Work.FILES, "a:8883", () -> "here", LONG).get());
    }
    assertEquals(3, parts.defects().size());
  }

  @Test
  void a_helper_that_cannot_reach_the_loop_at_once_is_not_lost() throws Exception {
    for (int i = 0; i < 100; i++) {
      CompletableFuture<String> answer =
          call(
              Work.TLS,
              "a:8883",
              () -> {
                parts.failAnywhere(FailingLoop.Step.ADD, 3);
                return "here";
              },
              LONG);
      assertEquals("here", answer.get());
    }
  }

  private void silent(int count, long deadline) throws Exception {
    for (int i = 0; i < count; i++) {
      call(
          Work.RESOLVE,
          "silent" + i,
          () -> {
            begun.incrementAndGet();
            uninterruptibly(hold);
            return "too late";
          },
          deadline);
    }
    onLoop();
  }

  /** A resolver in the operating system does not hear an interrupt either. */
  private static void uninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        continue;
      }
    }
  }

  private static Throwable failure(CompletableFuture<String> answer) throws Exception {
    return answer.handle((ok, cause) -> cause).get();
  }

  private CompletableFuture<String> call(
      Work kind, String subject, Callable<String> work, long deadline) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    loop.execute(
        () ->
            helpers.call(
                kind,
                subject,
                work,
                deadline,
                new Helpers.Answer<>() {
                  @Override
                  public void done(String value) {
                    answer.complete(value);
                  }

                  @Override
                  public void failed(Throwable cause) {
                    answer.completeExceptionally(cause);
                  }
                }));
    return answer;
  }

  private void onLoop() throws Exception {
    CompletableFuture<Void> ran = new CompletableFuture<>();
    loop.execute(() -> ran.complete(null));
    ran.get();
    assertTrue(ran.isDone());
  }

  /** Those that have ended may still be leaving. */
  private static Set<String> threads() {
    Set<String> names = new java.util.TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("robust-mqtt/helper")
          && List.of(thread.getStackTrace()).toString().contains("HelperPoolTest")) {
        names.add(thread.getName());
      }
    }
    return names;
  }
}
