package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;

/** What one thread cannot show; delivery-rules 11. Nothing here is timed. */
class OutboxStressTest {
  private static final int PUBLISHERS = 8;
  private static final int EACH = 2_000;
  private static final Limits LIMITS = new Limits(200, 1 << 20, 1_000, 10);
  private static final Limits SMALLER = new Limits(20, 1 << 10, 500, 10);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SteppedJournal journal = new SteppedJournal();
  private final Map<Long, AtomicInteger> outcomes = new ConcurrentHashMap<>();
  private final Clock clock = new VirtualWorld(1).doors().clock();
  private final Lanes lanes =
      new Lanes() {
        @Override
        public Executor lane() {
          return threads;
        }

        @Override
        public Executor pool() {
          return threads;
        }

        @Override
        public boolean isCurrent() {
          return false;
        }
      };
  private final Outbox outbox =
      new Outbox(
          "home",
          clock,
          journal,
          LIMITS,
          new Outbox.Found(
              List.of(), List.of(), 0, ClockRules.DEFAULT, Map.of(), Handover.nothing()),
          PolicyTable.SINGLE,
          Outbox.Window.STANDARD,
          this::settled,
          lanes);

  private void settled(Entry entry, Outcome outcome) {
    outcomes.computeIfAbsent(entry.sequence(), id -> new AtomicInteger()).incrementAndGet();
    journal.settled(entry.sequence(), written -> entry.announce(outcome));
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static Message message(SplittableRandom random) {
    Durability durability = Durability.values()[random.nextInt(3)];
    return Message.of("topic/" + random.nextInt(5), new byte[random.nextInt(50)])
        .withQos(random.nextInt(3))
        .withDurability(durability);
  }

  /** Publishes until it is done or the outbox is closed; returns the tickets. */
  private List<Ticket> publisher(int seed, CountDownLatch start) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    List<Ticket> tickets = new ArrayList<>();
    start.await();
    for (int i = 0; i < EACH; i++) {
      try {
        tickets.add(outbox.publish(message(random), Duration.ofMinutes(5)));
      } catch (NotAcceptedException e) {
        assertEquals(NotAcceptedException.Reason.CLOSED, e.reason());
        return tickets;
      }
    }
    return tickets;
  }

  /** The loop: takes, settles, returns, expires. */
  private Void loop(AtomicBoolean stop) {
    SplittableRandom random = new SplittableRandom(99);
    List<Long> out = new ArrayList<>();
    while (!stop.get() || !out.isEmpty() || outbox.status().messages() > 0) {
      Optional<Entry> entry = outbox.next(random.nextInt(8) > 0);
      entry.ifPresent(taken -> out.add(taken.sequence()));
      if (out.size() > 20 || entry.isEmpty() && !out.isEmpty()) {
        long sequence = out.remove(random.nextInt(out.size()));
        if (random.nextInt(10) == 0) {
          outbox.requeue(sequence);
        } else {
          outbox.settle(sequence, new Outcome.Acknowledged(0, false));
          outbox.settle(sequence, new Outcome.Sent());
        }
      }
      outbox.expire();
    }
    return null;
  }

  /** Cancels, purges and configures other limits now and then, and checks every number it sees. */
  private Void meddler(AtomicBoolean stop) {
    SplittableRandom random = new SplittableRandom(5);
    while (!stop.get()) {
      outbox.browse(20).stream()
          .filter(message -> random.nextInt(4) == 0)
          .forEach(message -> outbox.cancel(message.id()));
      if (random.nextInt(50) == 0) {
        outbox.purge();
      }
      if (random.nextInt(10) == 0) {
        outbox.limits(random.nextBoolean() ? SMALLER : LIMITS);
      }
      checkTotals();
    }
    outbox.limits(LIMITS);
    return null;
  }

  private void checkTotals() {
    Outbox.Totals totals = outbox.totals();
    assertEquals(
        totals.accepted().accepted() + totals.accepted().recovered(),
        totals.ended().outcomes() + totals.queue().messages(),
        "accepted + recovered = outcomes + pending");
    assertTrue(totals.queue().messages() <= LIMITS.maxMessages());
    assertTrue(totals.queue().bytes() <= LIMITS.maxBytes());
    assertTrue(totals.queue().inFlight() <= totals.queue().messages());
  }

  private Void journalThread(AtomicBoolean stop) {
    while (!stop.get()) {
      if (journal.step() == 0) {
        Thread.onSpinWait();
      }
    }
    journal.stepAll();
    return null;
  }

  private static <T> T done(Future<T> future) throws Exception {
    return future.get(5, TimeUnit.MINUTES);
  }

  private Future<List<Ticket>> start(int seed, CountDownLatch start) {
    Callable<List<Ticket>> publisher = () -> publisher(seed, start);
    return threads.submit(publisher);
  }

  @Test
  void eight_publishers_against_the_loop_cancels_and_purges_get_one_outcome_for_each_message()
      throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    AtomicBoolean stopLoop = new AtomicBoolean();
    AtomicBoolean stopMeddler = new AtomicBoolean();
    AtomicBoolean stopWriter = new AtomicBoolean();
    List<Future<List<Ticket>>> publishers = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS; i++) {
      publishers.add(start(i, start));
    }
    Future<Void> loop = threads.submit(() -> loop(stopLoop));
    Future<Void> meddler = threads.submit(() -> meddler(stopMeddler));
    Future<Void> writer = threads.submit(() -> journalThread(stopWriter));
    start.countDown();

    List<Ticket> tickets = new ArrayList<>();
    for (Future<List<Ticket>> publisher : publishers) {
      tickets.addAll(done(publisher));
    }
    stopLoop.set(true);
    done(loop);
    stopMeddler.set(true);
    done(meddler);
    // last: what the others have ended is told by the journal
    stopWriter.set(true);
    done(writer);

    assertEquals(PUBLISHERS * EACH, tickets.size());
    for (Ticket ticket : tickets) {
      assertEquals(1, outcomes.get(ticket.id()).get());
      ticket.stored().toCompletableFuture().get(5, TimeUnit.MINUTES);
      ticket.outcome().toCompletableFuture().get(5, TimeUnit.MINUTES);
    }
    assertEquals(tickets.size(), outcomes.size());
    checkTotals();
    assertEquals(0, outbox.status().messages());
    assertEquals(0, outbox.status().bytes());
    assertEquals(0, journal.crash().messages().size());
  }

  @Test
  void closing_amidst_eight_publishers_leaves_nothing_but_what_the_journal_has() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    AtomicBoolean stopMeddler = new AtomicBoolean();
    AtomicBoolean stopWriter = new AtomicBoolean();
    List<Future<List<Ticket>>> publishers = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS; i++) {
      publishers.add(start(i + 100, start));
    }
    Future<Void> meddler = threads.submit(() -> meddler(stopMeddler));
    Future<Void> writer = threads.submit(() -> journalThread(stopWriter));
    start.countDown();
    while (outbox.totals().accepted().accepted() < 1_000) {
      Thread.onSpinWait();
    }
    outbox.close();
    Set<Long> accepted = new HashSet<>();
    for (Future<List<Ticket>> publisher : publishers) {
      done(publisher).forEach(ticket -> accepted.add(ticket.id()));
    }
    stopMeddler.set(true);
    done(meddler);
    stopWriter.set(true);
    done(writer);
    journal.close();

    checkTotals();
    assertEquals(accepted.size(), outbox.totals().accepted().accepted());
    Set<Long> kept = new HashSet<>();
    journal.crash().messages().forEach(message -> kept.add(message.stored().sequence()));
    for (long id : accepted) {
      boolean ended = outcomes.containsKey(id);
      assertFalse(ended && kept.contains(id), "settled and kept: " + id);
      assertTrue(ended || kept.contains(id), "neither settled nor kept: " + id);
    }
    outcomes.values().forEach(count -> assertEquals(1, count.get()));
    assertEquals(kept.size(), outbox.status().messages());
  }
}
