package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;

/**
 * Delivery-rules 1 and 8: tickets that are completed by two threads while two others ask for them.
 * Each round is one ticket, all at once; what a thread saw is judged afterwards.
 */
class TicketStressTest {
  private static final int ROUNDS = 20_000;
  private static final Outcome ACKNOWLEDGED = new Outcome.Acknowledged(0, false);

  private final ExecutorService actors = Executors.newFixedThreadPool(4);
  private final ExecutorService pool = Executors.newFixedThreadPool(2);

  @AfterEach
  void end() {
    actors.shutdownNow();
    pool.shutdownNow();
  }

  /** What one thread saw of a ticket. */
  private record Seen(boolean outcomeDone, boolean storedDone) {}

  private static boolean done(CompletionStage<?> stage) {
    return ((CompletableFuture<?>) stage).isDone();
  }

  /** Looks in the order in which a broken promise shows: first the outcome, then the writing. */
  private static Seen look(Promise ticket) {
    boolean outcome = done(ticket.outcome());
    return new Seen(outcome, done(ticket.stored()));
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(2, TimeUnit.MINUTES);
  }

  @Test
  void both_futures_complete_once_and_stored_never_after_the_outcome() throws Exception {
    CyclicBarrier start = new CyclicBarrier(4);
    for (int round = 0; round < ROUNDS; round++) {
      Promise ticket = new Promise(round, pool);
      AtomicInteger storedTimes = new AtomicInteger();
      AtomicInteger outcomeTimes = new AtomicInteger();
      List<Callable<Seen>> all = new ArrayList<>();
      all.add(
          () -> {
            start.await();
            ticket.stored(Stored.ON_DISK);
            ticket.stored(Stored.FAILED);
            return look(ticket);
          });
      all.add(
          () -> {
            start.await();
            ticket.outcome(ACKNOWLEDGED);
            ticket.outcome(new Outcome.Sent());
            return look(ticket);
          });
      all.add(
          () -> {
            start.await();
            ticket.stored().thenRun(storedTimes::incrementAndGet);
            return look(ticket);
          });
      all.add(
          () -> {
            start.await();
            ticket.outcome().thenRun(outcomeTimes::incrementAndGet);
            return look(ticket);
          });
      for (Future<Seen> seen : actors.invokeAll(all)) {
        assertTrue(!get(seen).outcomeDone() || get(seen).storedDone(), "round " + round);
      }
      Stored stored = get(ticket.stored().toCompletableFuture());
      assertTrue(stored == Stored.ON_DISK || stored == Stored.SETTLED_FIRST, stored.toString());
      assertEquals(ACKNOWLEDGED, get(ticket.outcome().toCompletableFuture()));
      assertEquals(stored, ticket.storedNow().orElseThrow());
      get(ticket.stored().thenRun(() -> {}).toCompletableFuture());
      get(ticket.outcome().thenRun(() -> {}).toCompletableFuture());
      drainPool();
      assertEquals(1, storedTimes.get(), "round " + round);
      assertEquals(1, outcomeTimes.get(), "round " + round);
    }
  }

  /** Waits until each of the two threads of the pool is done with what it had. */
  private void drainPool() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Future<Integer> one = pool.submit(() -> both.await());
    Future<Integer> other = pool.submit(() -> both.await());
    get(one);
    get(other);
  }

  @Test
  void what_users_do_to_their_futures_changes_nothing_for_anyone_else() throws Exception {
    for (int round = 0; round < ROUNDS / 4; round++) {
      Promise ticket = new Promise(round, pool);
      Future<?> vandal =
          actors.submit(
              () -> {
                ticket.outcome().toCompletableFuture().cancel(true);
                ticket.outcome().toCompletableFuture().complete(new Outcome.Sent());
                ticket.stored().toCompletableFuture().obtrudeValue(Stored.FAILED);
                ticket.stored().toCompletableFuture().completeExceptionally(new Error("mine"));
              });
      Future<?> completer = actors.submit(() -> ticket.outcome(ACKNOWLEDGED));
      CompletableFuture<Outcome> mine = ticket.outcome().toCompletableFuture();
      get(vandal);
      get(completer);
      assertEquals(ACKNOWLEDGED, get(mine));
      assertEquals(Stored.SETTLED_FIRST, get(ticket.stored().toCompletableFuture()));
    }
  }

  @Test
  void a_dependent_that_throws_even_an_error_hinders_no_other() throws Exception {
    Promise ticket = new Promise(1, pool);
    CompletionStage<Void> thrower =
        ticket
            .outcome()
            .thenAccept(
                outcome -> {
                  throw new StackOverflowError("a user's");
                });
    CompletableFuture<Outcome> other = ticket.outcome().toCompletableFuture();
    ticket.outcome(ACKNOWLEDGED);
    assertEquals(ACKNOWLEDGED, get(other));
    assertEquals("seen", get(thrower.handle((nothing, problem) -> "seen").toCompletableFuture()));
  }
}
