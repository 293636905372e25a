package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.door.Clock;

/** Listeners that never return, and threads that do not start. */
class ListenerThreadsTest {
  private static final long LONG_SECONDS = 60;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final LinkedBlockingQueue<Runnable> looks = new LinkedBlockingQueue<>();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final CountDownLatch hold = new CountDownLatch(1);
  private final AtomicInteger unstartable = new AtomicInteger();
  private final AtomicBoolean clockFails = new AtomicBoolean();
  private List<String> expected = List.of();
  private final ListenerThreads lanes =
      new ListenerThreads(
          new Clock() {
            @Override
            public long nanos() {
              if (clockFails.get()) {
                throw new OutOfMemoryError("clock");
              }
              return now.get();
            }

            @Override
            public long wallMillis() {
              return 0;
            }
          },
          (nanos, look) -> looks.add(look),
          thread -> {
            if (unstartable.getAndDecrement() > 0) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            return thread;
          },
          defects::add);

  @AfterEach
  void end() {
    hold.countDown();
    lanes.close();
    assertEquals(expected, defects.stream().map(Throwable::getMessage).toList());
  }

  @Test
  void work_for_which_no_thread_can_be_started_is_done_when_one_can() throws Exception {
    unstartable.set(2);
    expected = List.of("unable to create native thread", "unable to create native thread");
    Executor lane = lanes.lane();
    List<Integer> ran = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    lane.execute(() -> ran.add(1));
    lanes.pool().execute(() -> ran.add(2));
    lane.execute(
        () -> {
          ran.add(3);
          last.complete(null);
        });
    assertEquals(List.of(), ran);
    look(ListenerThreads.RETRY_NANOS);
    last.get(LONG_SECONDS, TimeUnit.SECONDS);
    assertEquals(List.of(1, 3), ran.stream().filter(number -> number != 2).toList());
  }

  @Test
  void a_lane_goes_on_and_loses_no_task_when_the_clock_fails() throws Exception {
    clockFails.set(true);
    expected = List.of("clock", "clock");
    Executor lane = lanes.lane();
    CompletableFuture<Void> first = new CompletableFuture<>();
    CompletableFuture<Void> second = new CompletableFuture<>();
    lane.execute(() -> first.complete(null));
    lane.execute(() -> second.complete(null));
    first.get(LONG_SECONDS, TimeUnit.SECONDS);
    second.get(LONG_SECONDS, TimeUnit.SECONDS);
    clockFails.set(false);
  }

  @Test
  void the_pool_says_that_it_is_crowded_and_loses_nothing_of_what_it_has() throws Exception {
    stick(ListenerThreads.THREADS);
    AtomicInteger ran = new AtomicInteger();
    assertTrue(lanes.awaitRoom(0));
    for (int i = 0; i < ListenerThreads.CROWDED; i++) {
      lanes.pool().execute(ran::incrementAndGet);
    }
    assertFalse(lanes.awaitRoom(0));
    CompletableFuture<Boolean> within = new CompletableFuture<>();
    hold.countDown();
    assertTrue(lanes.awaitRoom(TimeUnit.SECONDS.toNanos(LONG_SECONDS)));
    lanes.pool().execute(() -> within.complete(lanes.awaitRoom(0)));
    assertTrue(within.get(LONG_SECONDS, TimeUnit.SECONDS), "a thread of the pool does not wait");
    lanes.close();
    assertEquals(ListenerThreads.CROWDED, ran.get());
  }

  @Test
  void a_listener_that_is_stuck_is_replaced_so_that_the_others_go_on() throws Exception {
    stick(ListenerThreads.THREADS);
    CompletableFuture<Void> other = new CompletableFuture<>();
    lanes.lane().execute(() -> other.complete(null));
    look(ListenerThreads.STUCK_NANOS - 1);
    assertFalse(other.isDone(), "slow is not stuck");
    look(1);
    other.get(LONG_SECONDS, TimeUnit.SECONDS);
    // One more may be due from before the new thread had come.
    Optional.ofNullable(looks.poll()).ifPresent(Runnable::run);
    assertTrue(looks.isEmpty(), "nothing waits, so nobody looks");
  }

  @Test
  void there_is_an_end_to_being_replaced() throws Exception {
    int most = ListenerThreads.THREADS + ListenerThreads.STUCK;
    for (int stuck = 0; stuck < most; stuck += ListenerThreads.THREADS) {
      CountDownLatch entered = stickSoon(ListenerThreads.THREADS);
      if (stuck > 0) {
        look(ListenerThreads.STUCK_NANOS);
      }
      assertTrue(entered.await(LONG_SECONDS, TimeUnit.SECONDS));
    }
    CompletableFuture<Void> other = new CompletableFuture<>();
    lanes.lane().execute(() -> other.complete(null));
    look(ListenerThreads.STUCK_NANOS);
    assertFalse(other.isDone());
    hold.countDown();
    other.get(LONG_SECONDS, TimeUnit.SECONDS);
  }

  private void stick(int count) throws InterruptedException {
    assertTrue(stickSoon(count).await(LONG_SECONDS, TimeUnit.SECONDS));
  }

  private CountDownLatch stickSoon(int count) {
    CountDownLatch entered = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      lanes
          .lane()
          .execute(
              () -> {
                entered.countDown();
                try {
                  hold.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
    return entered;
  }

  /** The time passes, and the look that is due takes place. */
  private void look(long nanos) throws InterruptedException {
    now.addAndGet(nanos);
    Runnable look = looks.poll(LONG_SECONDS, TimeUnit.SECONDS);
    assertNotNull(look, "somebody looks while something waits");
    look.run();
  }
}
