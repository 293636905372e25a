package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;

/** What one thread cannot show: many callers at one stage. */
class StressTest {
  private static final int THREADS = 6;
  private static final int MESSAGES = 2_000;

  @TempDir Path folder;

  private final Map<Long, Stored> told = new ConcurrentHashMap<>();
  private final Set<Long> settled = ConcurrentHashMap.newKeySet();
  private final AtomicInteger twice = new AtomicInteger();
  private final AtomicInteger settlements = new AtomicInteger();
  private final CountDownLatch stored = new CountDownLatch(THREADS * MESSAGES);

  @Test
  void every_callback_comes_once_and_nothing_on_disk_is_lost() throws Exception {
    Journals journals = KilledProcess.journals(folder);
    Journal journal = journals.open("home", KilledProcess.settings(), () -> {});
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    Future<?>[] producers = new Future<?>[THREADS];
    for (int i = 0; i < THREADS; i++) {
      int seed = i;
      producers[i] =
          pool.submit(
              () -> {
                produce(journal, new Random(seed));
                return true;
              });
    }
    for (Future<?> producer : producers) {
      producer.get(120, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertTrue(stored.await(60, TimeUnit.SECONDS), "left: " + stored.getCount());
    journals.close();
    assertEquals(0, twice.get(), "told twice");
    assertEquals(settled.size(), settlements.get());
    assertEquals(THREADS * MESSAGES, told.size());

    Set<Long> expected = new TreeSet<>(told.keySet());
    expected.removeAll(settled);
    Journals again = KilledProcess.journals(folder);
    Set<Long> found =
        new TreeSet<>(Rig.sequences(again.open("home", KilledProcess.settings(), () -> {})));
    again.close();
    assertEquals(expected, found);
  }

  private void produce(Journal journal, Random random) throws InterruptedException {
    for (int i = 0; i < MESSAGES; i++) {
      long sequence = journal.nextSequence();
      Durability durability = random.nextInt(4) == 0 ? Durability.SYNC : Durability.GROUP;
      while (!journal.offer(
          Rig.message(sequence, durability, random.nextInt(3), 100 + random.nextInt(2_000)),
          outcome -> {
            if (told.put(sequence, outcome) != null) {
              twice.incrementAndGet();
            }
            stored.countDown();
          })) {
        assertTrue(journal.awaitRoom(Duration.ofSeconds(30)));
      }
      if (random.nextBoolean()) {
        journal.sent(sequence, 1, 1 + i % 65_535, Level.APPENDED, written -> {});
      }
      if (random.nextInt(3) > 0) {
        settled.add(sequence);
        journal.settled(sequence, written -> settlements.incrementAndGet());
      }
    }
  }
}
