package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.Grenade;

/** An {@link Error} wherever a journal asks the world for something. */
class ErrorTest {
  private static final int SEGMENT = 2_000;
  private static final int STEPS = 120;

  private static Rig rig(FaultyDisk disk, AtomicReference<Grenade> grenade) {
    return new Rig(
        disk,
        SEGMENT,
        (behind, clock) -> {
          grenade.set(new Grenade(behind, clock));
          return grenade.get();
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void wherever_it_comes_in_a_run_everybody_is_answered_and_the_journal_goes_on(boolean whenDone)
      throws JournalException {
    int calls = run(1, Integer.MAX_VALUE, whenDone);
    assertTrue(calls > 500, "there is much to go wrong: " + calls);
    for (int at = 1; at <= calls; at++) {
      run(1 + at % 3, at, whenDone);
    }
  }

  private static int run(long seed, int at, boolean whenDone) throws JournalException {
    String where = "seed " + seed + ", call " + at + (whenDone ? ", when it is done" : "");
    FaultyDisk disk = new FaultyDisk();
    AtomicReference<Grenade> grenade = new AtomicReference<>();
    Rig rig = rig(disk, grenade);
    MixedRun run = new MixedRun(disk, seed);
    run.after(() -> grenade.get().throwAt(at, whenDone));
    AtomicInteger calls = new AtomicInteger();
    run.end(
        journal -> {
          calls.set(grenade.get().calls());
          grenade.get().throwAt(Integer.MAX_VALUE, false);
          goesOn(rig, journal, where);
        });
    run.run(rig, STEPS);
    assertEquals(0, run.unanswered(), where);
    assertFalse(disk.holdsLocks(), where);
    Journal again = new Rig(disk.after(FaultyDisk.Crash.DROP, new Random(at)), SEGMENT).open();
    assertEquals(List.of(), run.broken(again, again.recovery(), FaultyDisk.Crash.DROP), where);
    return calls.get();
  }

  private static void goesOn(Rig rig, Journal journal, String where) {
    rig.pass(Duration.ofSeconds(20));
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    rig.pass(Duration.ofSeconds(20));
    assertEquals(List.of(Stored.ON_DISK), told, where);
    assertTrue(journal.status().degraded().isEmpty(), where);
    List<Integer> read = new ArrayList<>();
    long last = journal.nextSequence() - 1;
    journal.read(new long[] {last}, 1 << 20, (found, answered, why) -> read.add(found.size()));
    rig.run();
    assertEquals(List.of(1), read, where);
    journal.settled(last, written -> {});
  }

  @Test
  void wherever_it_comes_while_a_journal_is_opened_the_next_opening_finds_everything()
      throws JournalException {
    FaultyDisk full = new FaultyDisk();
    Rig before = new Rig(full, SEGMENT);
    Journal journal = before.open();
    for (int i = 0; i < 30; i++) {
      Rig.offer(journal, Durability.SYNC);
      before.run();
    }
    int failed = 0;
    for (int at = 1; ; at++) {
      FaultyDisk disk = full.copy();
      AtomicReference<Grenade> grenade = new AtomicReference<>();
      Rig rig = rig(disk, grenade);
      grenade.get().throwAt(at, at % 2 == 0);
      Journal opened;
      try {
        opened = rig.open();
        if (!grenade.get().hasThrown()) {
          break;
        }
      } catch (JournalException e) {
        failed++;
        assertFalse(disk.holdsLocks(), "call " + at);
        opened = rig.open();
      }
      rig.pass(Duration.ofSeconds(20));
      assertEquals(30, Rig.sequences(opened).size(), "call " + at);
      assertTrue(opened.status().degraded().isEmpty(), "call " + at);
    }
    assertTrue(failed > 20, "some openings failed: " + failed);
  }

  @Test
  void too_little_memory_to_read_back_is_answered_and_asked_again() throws JournalException {
    AtomicReference<Grenade> grenade = new AtomicReference<>();
    Rig rig = rig(new FaultyDisk(), grenade);
    Journal journal = rig.open();
    Rig.offer(journal, Durability.SYNC);
    rig.run();
    List<Integer> read = new ArrayList<>();
    for (int at = 1; !read.contains(1); at++) {
      List<Integer> answer = new ArrayList<>();
      journal.read(new long[] {1}, 1 << 20, (found, answered, why) -> answer.add(found.size()));
      grenade.get().throwAt(at, false);
      rig.pass(Duration.ofSeconds(10));
      assertEquals(1, answer.size(), "answered, call " + at);
      read.addAll(grenade.get().hasThrown() ? List.of() : answer);
    }
    assertTrue(journal.status().degraded().isEmpty());
  }
}
