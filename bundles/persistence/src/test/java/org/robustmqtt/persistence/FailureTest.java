package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** A disk that answers with errors: nothing is lost that was promised, and everybody is told. */
class FailureTest {
  private static final int SEEDS = Integer.getInteger("failure.seeds", 1);

  @Test
  void whichever_operation_fails_once_nothing_is_lost_and_all_are_told() throws Exception {
    failing(1, SEEDS);
  }

  @Test
  void whichever_operations_fail_for_a_while_nothing_is_lost_and_all_are_told() throws Exception {
    failing(5, SEEDS);
  }

  private static void failing(int count, int seeds) throws JournalException {
    for (long seed = 1; seed <= seeds; seed++) {
      FaultyDisk whole = new FaultyDisk();
      new MixedRun(whole, seed).run(new Rig(whole, 2_000), 150);
      // Opening itself may fail with an exception, which is its promise; it takes 4 operations.
      for (int at = 6; at <= whole.operations(); at++) {
        FaultyDisk disk = new FaultyDisk();
        disk.fail(at, count);
        MixedRun run = new MixedRun(disk, seed);
        run.run(new Rig(disk, 2_000), 150);
        String where = "seed " + seed + ", operation " + at;
        assertEquals(0, run.unanswered(), where);
        for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
          Journal journal = new Rig(disk.after(crash, new Random(at)), Rig.SEGMENT_SIZE).open();
          assertEquals(List.of(), run.lost(journal.recovery()), crash + ", " + where);
        }
      }
    }
  }

  @Test
  void a_failed_force_is_followed_by_a_new_segment_with_the_whole_batch() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    List<Stored> first = Rig.offer(journal, Durability.SYNC);
    List<Stored> second = Rig.offer(journal, Durability.SYNC);
    rig.disk.fail(2, 1); // the write succeeds, the force fails
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), first);
    assertEquals(List.of(Stored.ON_DISK), second);
    assertTrue(journal.status().degraded().isEmpty());
    FaultyDisk left = rig.disk.after(FaultyDisk.Crash.DROP, new Random(1));
    Journal again = Rig.reopen(left);
    assertEquals(List.of(1L, 2L), Rig.sequences(again));
    assertEquals(0, again.status().damagedBytes());
  }

  @Test
  void while_degraded_sync_waits_group_is_in_memory_and_it_comes_back_by_itself() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    long onDisk = journal.nextSequence();
    Rig.offer(journal, Rig.message(onDisk, Durability.SYNC));
    rig.run();
    List<Stored> sync = Rig.offer(journal, Durability.SYNC);
    rig.disk.fail(1, 1_000_000);
    rig.run();
    assertEquals(List.of(), sync, "some of it may be on disk: it has not failed yet");
    assertTrue(journal.status().degraded().isPresent());
    assertEquals(List.of("status"), rig.heard);
    List<Stored> late = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.FAILED), late, "nothing of it was written");

    List<Stored> group = Rig.offer(journal, Durability.GROUP);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.MEMORY_ONLY), group);
    List<Boolean> settled = new ArrayList<>();
    journal.settled(onDisk, settled::add);
    journal.put("key", new byte[] {7}, Level.FORCED, settled::add);
    rig.run();
    assertEquals(List.of(false), settled, "an outcome is not held back, what must be forced waits");

    rig.disk.fail(0, 0);
    rig.pass(Duration.ofSeconds(10));
    assertTrue(journal.status().degraded().isEmpty());
    assertEquals(List.of("status", "status"), rig.heard);
    assertEquals(List.of(false, true), settled);
    assertEquals(List.of(Stored.FAILED), sync, "withdrawn, and told");
    assertEquals(List.of(Stored.MEMORY_ONLY), group, "told once");
    List<Stored> after = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), after);

    Journal again = Rig.reopen(rig.disk.after(FaultyDisk.Crash.DROP, new Random(1)));
    var found = again.recovery();
    assertEquals(
        List.of(onDisk + 3, onDisk + 4),
        found.messages().stream().map(each -> each.stored().sequence()).toList(),
        "the settlement was made up for, the failed one is not there, that of memory is");
    assertEquals(7, found.values().get("key")[0], "and the value too");
  }

  @Test
  void below_the_free_space_to_be_left_messages_are_not_written_and_settlements_are()
      throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open(new JournalSettings(Optional.empty(), Rig.DELAY, 32L << 20));
    long first = journal.nextSequence();
    Rig.offer(journal, Rig.message(first, Durability.SYNC));
    rig.run();
    rig.disk.setFree(20L << 20);
    List<Stored> sync = Rig.offer(journal, Durability.SYNC);
    List<Stored> group = Rig.offer(journal, Durability.GROUP);
    List<Boolean> settled = new ArrayList<>();
    journal.settled(first, settled::add);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.FAILED), sync);
    assertEquals(List.of(Stored.MEMORY_ONLY), group);
    assertEquals(List.of(true), settled);
    assertEquals(
        Optional.of("disk full: 20 MB free, storeMinFree is 32 MB"), journal.status().degraded());
    assertEquals(0, journal.status().liveMessages());
    assertEquals(1, journal.status().memoryMessages());
    assertEquals(26, journal.status().memoryBytes());

    rig.disk.setFree(64L << 20);
    rig.pass(Duration.ofSeconds(6));
    assertFalse(journal.status().degraded().isPresent(), "it looks again by itself");
    assertEquals(0, journal.status().memoryMessages());
    assertEquals(List.of(Stored.MEMORY_ONLY), group, "told once");
    assertEquals(List.of(first + 2), Rig.sequences(Rig.reopen(rig.disk.copy())));
  }

  @Test
  void what_the_system_forgot_after_a_failed_force_is_written_again_before_it_counts_as_on_disk()
      throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    // the write succeeds, its force fails, and so does all that follows
    rig.disk.fail(2, 1_000_000);
    rig.run();
    assertEquals(List.of(), told, "it may be on disk");
    journal.close();
    assertEquals(List.of(Stored.MEMORY_ONLY), told, "nobody will know");
    rig.disk.fail(0, 0);

    List<Long> found = Rig.sequences(new Rig(rig.disk, Rig.SEGMENT_SIZE).open());
    FaultyDisk left = rig.disk.after(FaultyDisk.Crash.DROP, new Random(1));
    assertEquals(found, Rig.sequences(Rig.reopen(left)));
    assertEquals(1, found.size(), "it could be read although it was not on disk");
  }

  @Test
  void a_segment_that_was_only_begun_does_not_make_the_one_before_it_count_as_forced()
      throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    Rig.offer(journal, Durability.SYNC);
    // the force fails, then the header of the next segment cannot be written, and all that follows
    rig.disk.failForces(1);
    rig.disk.fail(4, 1_000_000);
    rig.run();
    journal.close();
    rig.disk.fail(0, 0);

    Journal again = new Rig(rig.disk, Rig.SEGMENT_SIZE).open();
    assertEquals(0, again.status().damagedBytes());
    List<Long> found = Rig.sequences(again);
    FaultyDisk left = rig.disk.after(FaultyDisk.Crash.DROP, new Random(1));
    assertEquals(found, Rig.sequences(Rig.reopen(left)));
    assertEquals(1, found.size(), "it could be read although it was not on disk");
  }

  @Test
  void a_callback_that_throws_harms_nobody() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    journal.offer(
        Rig.message(journal.nextSequence(), Durability.SYNC),
        stored -> {
          throw new IllegalStateException("of a bad client");
        });
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
    assertTrue(journal.status().degraded().isEmpty());
  }

  @Test
  void a_folder_that_cannot_be_made_is_told_by_exception_and_gives_the_lock_back() {
    Rig rig = Rig.empty();
    rig.disk.fail(1, 1);
    org.junit.jupiter.api.Assertions.assertThrows(JournalException.class, rig::open);
    assertFalse(rig.disk.holdsLocks());
  }

  @Test
  void a_disk_that_fails_once_at_opening_is_tried_again_at_once() throws Exception {
    for (int at = 2; at < 9; at++) {
      Rig rig = Rig.empty();
      rig.disk.fail(at, 1);
      Journal journal = rig.open();
      assertTrue(journal.status().degraded().isEmpty(), "operation " + at);
      assertEquals(1, journal.nextSequence());
    }
  }
}
