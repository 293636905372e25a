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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.door.Clock;

/** Listeners that never return. */
class ListenerThreadsTest {
  private static final long LONG_SECONDS = 60;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final LinkedBlockingQueue<Runnable> looks = new LinkedBlockingQueue<>();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final CountDownLatch hold = new CountDownLatch(1);
  private final ListenerThreads lanes =
      new ListenerThreads(
          new Clock() {
            @Override
            public long nanos() {
              return now.get();
            }

            @Override
            public long wallMillis() {
              return 0;
            }
          },
          looks::add,
          defects::add);

  @AfterEach
  void end() {
    hold.countDown();
    lanes.close();
    assertEquals(List.of(), defects);
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
