package org.robustmqtt.persistence.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.robustmqtt.persistence.door.Rounds;

/** The journal thread and its watch: nothing ends them but a decision. */
class JournalThreadTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(50);

  /** Rounds that end the thread when they are told to. */
  private static class Counted implements Rounds.Work {
    final AtomicInteger rounds = new AtomicInteger();
    final AtomicInteger stuck = new AtomicInteger();
    final AtomicBoolean over = new AtomicBoolean();

    @Override
    public long round() {
      rounds.incrementAndGet();
      return over.get() ? FINISHED : NOTHING;
    }

    @Override
    public void stuck() {
      stuck.incrementAndGet();
    }
  }

  /** Some threads that the system does not give out, by the order in which they are asked for. */
  private static ThreadFactory failing(int from, int count, AtomicInteger asked) {
    return task ->
        new Thread(task) {
          @Override
          public void start() {
            int number = asked.incrementAndGet();
            if (number >= from && number < from + count) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            super.start();
          }
        };
  }

  private static void end(JournalThread thread, Counted work) throws InterruptedException {
    work.over.set(true);
    thread.wake();
    assertTrue(thread.join(60_000), "both threads end");
  }

  @Test
  void a_round_that_throws_is_followed_by_another() throws Exception {
    Counted work =
        new Counted() {
          @Override
          public long round() {
            long result = super.round();
            if (rounds.get() < 3) {
              throw new OutOfMemoryError("injected");
            }
            return result;
          }
        };
    // With the usual limit the watch would start another thread after ten seconds.
    JournalThread thread = new JournalThread(work, 2 * LONG);
    assertTrue(thread.wake());
    assertTrue(thread.await(() -> work.rounds.get() >= 3, LONG), "by the same thread");
    end(thread, work);
  }

  @Test
  void a_thread_that_cannot_be_started_is_told_and_started_at_the_next_wish() throws Exception {
    Counted work = new Counted();
    AtomicInteger asked = new AtomicInteger();
    JournalThread thread = new JournalThread(work, LONG, failing(1, 2, asked));
    assertFalse(thread.wake());
    assertFalse(thread.wake());
    assertTrue(thread.wake());
    assertTrue(thread.await(() -> work.rounds.get() > 0, LONG));
    end(thread, work);
  }

  @Test
  void a_watch_that_cannot_be_started_is_started_with_a_later_round() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    AtomicBoolean waits = new AtomicBoolean();
    Counted work =
        new Counted() {
          @Override
          public long round() {
            if (waits.getAndSet(false)) {
              await(release);
            }
            return super.round();
          }

          @Override
          public void stuck() {
            super.stuck();
            told.countDown();
          }
        };
    AtomicInteger asked = new AtomicInteger();
    JournalThread thread = new JournalThread(work, SHORT, failing(2, 2, asked));
    assertTrue(thread.wake(), "the rounds run without it");
    assertTrue(thread.await(() -> asked.get() >= 3, LONG), "tried again with the first round");
    thread.wake();
    assertTrue(thread.await(() -> asked.get() >= 4, LONG));
    waits.set(true);
    thread.wake();
    assertTrue(told.await(60, TimeUnit.SECONDS), "it watches");
    release.countDown();
    end(thread, work);
  }

  @Test
  void a_thread_that_takes_over_and_cannot_be_started_is_tried_again() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean waits = new AtomicBoolean(true);
    Counted work =
        new Counted() {
          @Override
          public long round() {
            if (waits.getAndSet(false)) {
              await(release);
            }
            return super.round();
          }
        };
    AtomicInteger asked = new AtomicInteger();
    JournalThread thread = new JournalThread(work, SHORT, failing(3, 1, asked));
    assertTrue(thread.wake());
    assertTrue(
        thread.await(() -> work.rounds.get() > 0, LONG), "another thread runs the rounds at last");
    assertTrue(work.stuck.get() >= 2 && release.getCount() == 1, "while the first still waits");
    release.countDown();
    end(thread, work);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
