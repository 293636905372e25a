package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.slf4j.LoggerFactory;

/** The process, or the machine, ends at every operation of disk and shared memory. */
class StagingCrashTest {
  private static final long SEGMENT = 8_192;
  private static final int STEPS = 120;
  private static final int SEEDS = 3;

  private static FaultyDisk disk() {
    FaultyDisk disk = new FaultyDisk();
    disk.withMemory();
    return disk;
  }

  private static MixedRun run(FaultyDisk disk, long seed) {
    MixedRun run = new MixedRun(disk, seed);
    run.run(new Rig(disk, SEGMENT), STEPS);
    return run;
  }

  private static int operations(long seed) {
    FaultyDisk disk = disk();
    run(disk, seed);
    return disk.operations();
  }

  @ParameterizedTest
  @EnumSource(FaultyDisk.Crash.class)
  void every_promise_is_kept(FaultyDisk.Crash crash) throws JournalException {
    int points = 0;
    int saved = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int operations = operations(seed);
      for (int at = 1; at <= operations; at++) {
        FaultyDisk disk = disk();
        disk.crashAt(at);
        MixedRun run = run(disk, seed);
        FaultyDisk left = disk.after(crash, new Random(seed * 1000 + at));
        FaultyDisk again = recoveryEnds(left, crash, 1 + at % 60);
        Journal journal = new Rig(again, SEGMENT).open();
        assertEquals(
            List.of(),
            run.broken(journal, journal.recovery(), crash),
            crash + ", seed " + seed + ", operation " + at);
        assertEquals(0, journal.status().damagedBytes());
        assertTrue(
            again.files().stream().noneMatch(file -> file.endsWith("staging.damaged"))
                || crash != FaultyDisk.Crash.KILL,
            "it is believed: seed " + seed + ", operation " + at);
        points++;
        saved += run.acceptedOnly();
      }
    }
    assertTrue(points > 1000 && saved > 1_000, points + ", " + saved);
    LoggerFactory.getLogger(StagingCrashTest.class)
        .info("{}: {} crash points, {} ids in the buffer only", crash, points, saved);
  }

  private static FaultyDisk recoveryEnds(FaultyDisk left, FaultyDisk.Crash crash, int at) {
    left.crashAt(at);
    try {
      new Rig(left, SEGMENT).open();
    } catch (FaultyDisk.Crashed | JournalException e) {
      assertTrue(left.isCrashed(), "only the crash stops it: " + e);
    }
    return left.after(crash, new Random(at));
  }

  @Test
  void a_recovery_that_is_killed_at_any_operation_is_made_again() throws JournalException {
    int points = 0;
    for (long seed = 11; seed < 15; seed++) {
      FaultyDisk first = disk();
      first.crashAt(operations(seed) * 3 / 4);
      MixedRun run = run(first, seed);
      FaultyDisk killed = first.after(FaultyDisk.Crash.KILL, new Random(0));
      FaultyDisk whole = killed.copy();
      new Rig(whole, SEGMENT).open();
      int operations = whole.operations();
      assertTrue(operations > 20, "there is much to do: " + operations);
      for (int at = 1; at <= operations; at++) {
        FaultyDisk again = recoveryEnds(killed.copy(), FaultyDisk.Crash.KILL, at);
        FaultyDisk third = recoveryEnds(again, FaultyDisk.Crash.KILL, 1 + (at * 7) % operations);
        Journal journal = new Rig(third, SEGMENT).open();
        assertEquals(
            List.of(),
            run.broken(journal, journal.recovery(), FaultyDisk.Crash.KILL),
            "seed " + seed + ", operation " + at);
        assertTrue(third.files().stream().noneMatch(file -> file.endsWith("staging.damaged")));
        points++;
      }
    }
    assertTrue(points > 100, "points " + points);
  }

  @Test
  void a_disk_that_fails_meanwhile_costs_nothing_that_was_accepted() throws JournalException {
    int points = 0;
    for (long seed = 21; seed < 24; seed++) {
      int operations = operations(seed);
      for (int from = 10; from < operations; from += 37) {
        for (int at = from + 2; at < from + 60; at += 3) {
          FaultyDisk disk = disk();
          disk.fail(from, 3 + from % 20);
          disk.crashAt(at);
          MixedRun run = run(disk, seed);
          Journal journal =
              new Rig(disk.after(FaultyDisk.Crash.KILL, new Random(at)), SEGMENT).open();
          assertEquals(
              List.of(),
              run.broken(journal, journal.recovery(), FaultyDisk.Crash.KILL),
              "seed " + seed + ", failing from " + from + ", operation " + at);
          points++;
        }
      }
    }
    assertTrue(points > 500, "points " + points);
  }
}
