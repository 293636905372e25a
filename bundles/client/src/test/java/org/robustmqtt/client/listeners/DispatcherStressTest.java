package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;

/** What one thread cannot show of listeners. Nothing here is timed. */
class DispatcherStressTest {
  private static final int MESSAGES = 5_000;
  private static final int WINDOW = 40;

  private final ExecutorService loopThread = Executors.newSingleThreadExecutor();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Doors virtual = new VirtualWorld(1).doors();
  private volatile Thread onLoop;

  /** A loop on a thread of its own on which time stands still, so no timer is ever due. */
  private final Loop loop =
      new Loop() {
        @Override
        public boolean isCurrent() {
          return Thread.currentThread() == onLoop;
        }

        @Override
        public void execute(Runnable task) {
          loopThread.execute(
              () -> {
                onLoop = Thread.currentThread();
                task.run();
              });
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
          assertTrue(delayNanos > 0);
          return () -> {};
        }
      };

  private final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return 1;
        }

        @Override
        public long wallMillis() {
          return 1;
        }
      };

  private final Lanes lanes =
      new Lanes() {
        @Override
        public Executor lane() {
          AtomicReference<CompletableFuture<Void>> last =
              new AtomicReference<>(CompletableFuture.completedFuture(null));
          return task -> last.updateAndGet(before -> before.thenRunAsync(task, threads));
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

  private final AtomicLong handled = new AtomicLong();
  private final Set<Long> handledOnce = ConcurrentHashMap.newKeySet();
  private final CountDownLatch all = new CountDownLatch(1);
  private final Dispatcher dispatcher =
      new Dispatcher(
          "home",
          new Doors(clock, loop, virtual.helpers(), lanes, virtual.entropy(), virtual.net()),
          new Dispatcher.Times(
              Duration.ofHours(1).toNanos(), Duration.ofHours(1).toNanos(), WINDOW, 1_000_000_000L),
          new SteppedJournal(),
          Map.of());

  @AfterEach
  void end() {
    loopThread.shutdownNow();
    threads.shutdownNow();
  }

  private static void done(Future<?> future) throws Exception {
    future.get(5, TimeUnit.MINUTES);
  }

  private static ListenerSpec spec(boolean manual) {
    return DispatcherFixture.spec(1, manual, "t");
  }

  @Test
  void a_listener_restarted_all_the_time_hears_every_message_of_qos_1_once() throws Exception {
    List<String> heard = new ArrayList<>();
    AtomicBoolean stop = new AtomicBoolean();
    dispatcher.bind(
        new Dispatcher.Wants() {
          @Override
          public void reading(boolean wanted) {}

          @Override
          public void defect(Throwable thrown) {
            throw new AssertionError(thrown);
          }

          @Override
          public int ping() {
            return 0;
          }

          @Override
          public void unwanted(String filter) {}

          @Override
          public void wanted(Map<String, Optional<Wish>> changes) {
            assertTrue(loop.isCurrent());
          }

          @Override
          public void again(String filter) {
            assertEquals("t", filter);
          }

          @Override
          public void handled(long number) {
            assertTrue(handledOnce.add(number), "handled twice");
            if (handled.incrementAndGet() == MESSAGES) {
              all.countDown();
            }
          }
        });
    Future<?> restarts =
        threads.submit(
            () -> {
              SplittableRandom random = new SplittableRandom(3);
              while (!stop.get()) {
                MqttSubscriptionHandle handle =
                    dispatcher.add(spec(random.nextBoolean()), message -> hear(message, heard));
                long until = handled.get() + random.nextInt(100);
                while (handled.get() < until && !stop.get()) {
                  Thread.onSpinWait();
                }
                handle.close();
              }
            });

    // the broker: at most a window of messages is not done
    for (int i = 0; i < MESSAGES; i++) {
      while (i - handled.get() >= WINDOW) {
        Thread.onSpinWait();
        assertFalse(restarts.isDone());
      }
      long number = i;
      loop.execute(
          () ->
              dispatcher.deliver(
                  number, DispatcherFixture.publish("t", 1, false, Long.toString(number))));
    }
    assertTrue(all.await(5, TimeUnit.MINUTES));
    stop.set(true);
    done(restarts);

    // the last call of one listener and the first of the next may overlap, so order is not asked
    synchronized (heard) {
      assertEquals(MESSAGES, heard.size());
      assertEquals(MESSAGES, Set.copyOf(heard).size());
    }
    assertEquals(0, dispatcher.counts().unclaimed());
    assertEquals(0, dispatcher.receivedPending());
  }

  private static void hear(ReceivedMessage message, List<String> heard) {
    synchronized (heard) {
      heard.add(message.text());
    }
    message.acknowledge();
  }

  @Test
  void no_call_begins_after_the_gate_was_closed() throws Exception {
    for (int round = 0; round < 500; round++) {
      Gate gate = new Gate();
      AtomicInteger begun = new AtomicInteger();
      CountDownLatch ready = new CountDownLatch(1);
      Future<?> caller =
          threads.submit(
              () -> {
                ready.countDown();
                while (gate.enter()) {
                  begun.incrementAndGet();
                  gate.leave();
                }
              });
      ready.await();
      assertTrue(gate.close());
      done(caller);
      int after = begun.get();
      assertFalse(gate.enter());
      assertEquals(after, begun.get());
    }
  }
}
