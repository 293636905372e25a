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

/**
 * A crash at every operation of a mixed run, with segments so small that rolling, carrying and
 * deleting happen all the time.
 */
class CrashTest {
  private static final int SEGMENT = 2_000;
  private static final int STEPS = 250;
  private static final int SEEDS = Integer.getInteger("crash.seeds", 3);

  private static int operations(long seed) {
    FaultyDisk disk = new FaultyDisk();
    MixedRun run = new MixedRun(disk, seed);
    run.run(new Rig(disk, SEGMENT), STEPS);
    assertEquals(0, run.unanswered(), "everybody is answered");
    return disk.operations();
  }

  @ParameterizedTest
  @EnumSource(FaultyDisk.Crash.class)
  void nothing_promised_is_lost_wherever_the_machine_stops(FaultyDisk.Crash crash)
      throws JournalException {
    int points = 0;
    int promised = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int operations = operations(seed);
      assertTrue(operations > 150, "the run is long enough: " + operations);
      for (int at = 1; at <= operations; at++) {
        FaultyDisk disk = new FaultyDisk();
        disk.crashAt(at);
        MixedRun run = new MixedRun(disk, seed);
        run.run(new Rig(disk, SEGMENT), STEPS);
        String where = crash + ", seed " + seed + ", operation " + at;

        FaultyDisk left = disk.after(crash, new Random(seed * 1000 + at));
        FaultyDisk again = crashWhileRecovering(left, crash, at);
        Rig rig = new Rig(again, SEGMENT);
        Journal journal = rig.open();
        assertEquals(List.of(), run.broken(journal, journal.recovery(), crash), where);
        assertEquals(0, journal.status().damagedBytes(), where + ": a crash is no damage");
        points++;
        promised += run.promised();
      }
    }
    assertTrue(points > 500 && promised > 2_000, points + ", " + promised);
    LoggerFactory.getLogger(CrashTest.class)
        .info("{}: {} crash points, {} ids promised, 0 lost", crash, points, promised);
  }

  /** The machine may stop again while it recovers. */
  private static FaultyDisk crashWhileRecovering(FaultyDisk left, FaultyDisk.Crash crash, int at) {
    left.crashAt(1 + at % 12);
    try {
      new Rig(left, SEGMENT).open();
    } catch (FaultyDisk.Crashed | JournalException e) {
      assertTrue(left.isCrashed(), "only the crash stops it: " + e);
    }
    return left.after(crash, new Random(at));
  }

  @ParameterizedTest
  @EnumSource(FaultyDisk.Crash.class)
  void what_has_failed_is_not_found_wherever_the_machine_stops(FaultyDisk.Crash crash)
      throws JournalException {
    int failed = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int operations = operations(seed);
      for (int from = 10; from < operations; from += 23) {
        for (int at = from + 2; at < from + 40; at++) {
          FaultyDisk disk = new FaultyDisk();
          disk.fail(from, 3 + from % 20);
          disk.crashAt(at);
          MixedRun run = new MixedRun(disk, seed);
          run.run(new Rig(disk, SEGMENT), STEPS);
          failed += run.failed();
          Journal journal = new Rig(disk.after(crash, new Random(at)), SEGMENT).open();
          assertEquals(
              List.of(),
              run.broken(journal, journal.recovery(), crash),
              crash + ", seed " + seed + ", failing from " + from + ", operation " + at);
        }
      }
    }
    assertTrue(failed > 100, "some have failed: " + failed);
  }

  @Test
  void without_the_force_the_same_run_loses_messages() throws JournalException {
    int lost = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      int operations = operations(seed);
      for (int at = 1; at <= operations; at += 7) {
        FaultyDisk disk = new FaultyDisk();
        disk.withoutForce();
        disk.crashAt(at);
        MixedRun run = new MixedRun(disk, seed);
        run.run(new Rig(disk, SEGMENT), STEPS);
        FaultyDisk left = disk.after(FaultyDisk.Crash.DROP, new Random(at));
        Journal journal = new Rig(left, SEGMENT).open();
        lost += run.lost(journal.recovery()).size();
      }
    }
    assertTrue(lost > 0, "the test can see a loss");
  }
}
