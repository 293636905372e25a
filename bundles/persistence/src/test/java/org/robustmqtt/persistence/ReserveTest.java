package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.FaultyDisk.Crash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A disk without any space takes no messages, and everything else. */
class ReserveTest {
  private static final Logger LOG = LoggerFactory.getLogger(ReserveTest.class);
  private static final Duration BACK = Duration.ofSeconds(6);
  private static final int SEGMENT = 4_000;
  private static final Path RESERVE = Rig.FOLDER.resolve("reserve");

  private final FaultyDisk disk = new FaultyDisk();
  private final Rig rig = new Rig(disk, SEGMENT);
  private final List<String> heard = new ArrayList<>();

  private void hear(String what, boolean written) {
    heard.add(what + (written ? "" : " not"));
  }

  private List<Long> stored(Journal journal, int count, int qos) {
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      List<Stored> told = Rig.offer(journal, Rig.message(sequence, Durability.SYNC, qos, 200));
      rig.run();
      assertEquals(List.of(Stored.ON_DISK), told);
      sequences.add(sequence);
    }
    return sequences;
  }

  /** From here on not one byte more is given out. */
  private void fill() {
    disk.setCapacity(disk.used());
  }

  private void makeSpace() {
    disk.setCapacity(Long.MAX_VALUE);
    rig.pass(BACK);
  }

  private Recovery after(Crash crash) throws JournalException {
    return new Rig(disk.after(crash, new Random(1)), SEGMENT).open().recovery();
  }

  private static List<Long> sequences(Recovery recovery) {
    return recovery.messages().stream().map(found -> found.stored().sequence()).toList();
  }

  @Test
  void a_settlement_is_written_although_the_disk_is_full() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 5, 1);
    fill();
    journal.settled(stored.get(1), written -> hear("settled", written));
    rig.pass(Rig.DELAY);
    assertEquals(List.of("settled"), heard);
    assertTrue(journal.status().degraded().orElse("").startsWith("disk full: "));
    assertEquals(0, journal.status().possibleDuplicates());
    stored.remove(1);
    for (Crash crash : Crash.values()) {
      Recovery found = after(crash);
      assertEquals(stored, sequences(found), "" + crash);
    }
  }

  @Test
  void an_exchange_of_qos_2_goes_on_although_the_disk_is_full() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 2, 2);
    fill();
    journal.sent(stored.get(0), 7, 1, Level.FORCED, written -> hear("sent", written));
    rig.run();
    journal.released(stored.get(0), Level.FORCED, written -> hear("released", written));
    rig.run();
    journal.received(9, written -> hear("received", written));
    rig.run();
    assertEquals(List.of("sent", "released", "received"), heard);
    Recovery found = after(Crash.DROP);
    assertEquals("RELEASED", found.messages().get(0).stage().name());
  }

  @Test
  void messages_stay_in_memory_or_are_refused_until_there_is_space_again() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 3, 1);
    fill();
    journal.settled(stored.remove(2), written -> {});
    long group = journal.nextSequence();
    List<Stored> groupTold = Rig.offer(journal, Rig.message(group, Durability.GROUP));
    rig.pass(Rig.DELAY);
    List<Stored> syncTold = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.MEMORY_ONLY), groupTold);
    assertEquals(List.of(Stored.FAILED), syncTold);
    assertEquals(1, journal.status().memoryMessages());
    assertEquals(stored, sequences(after(Crash.DROP)));
    assertFalse(disk.files().contains(RESERVE), "it is in use");

    makeSpace();
    assertEquals(0, journal.status().memoryMessages());
    assertTrue(journal.status().degraded().isEmpty());
    assertTrue(disk.files().contains(RESERVE), "there is a new one");
    stored.add(group);
    assertEquals(stored, sequences(after(Crash.DROP)));
    stored.addAll(stored(journal, 1, 1));
    assertEquals(stored, sequences(after(Crash.KILL)));
  }

  @Test
  void what_was_in_the_batch_that_failed_is_sorted_out() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 3, 1);
    long group = journal.nextSequence();
    long sync = journal.nextSequence();
    // there is space when they are let in, and none when they are written
    disk.fail(1, 2, "No space left on device");
    journal.settled(stored.remove(0), written -> hear("settled", written));
    List<Stored> groupTold = Rig.offer(journal, Rig.message(group, Durability.GROUP));
    List<Stored> syncTold = Rig.offer(journal, Rig.message(sync, Durability.SYNC));
    journal.hurry(group);
    rig.run();
    assertEquals(List.of("settled"), heard);
    assertEquals(List.of(Stored.FAILED), syncTold, "and it never comes back");
    assertEquals(List.of(Stored.MEMORY_ONLY), groupTold);
    for (Crash crash : Crash.values()) {
      List<Long> found = new ArrayList<>(sequences(after(crash)));
      found.remove(group);
      assertEquals(stored, found, "" + crash);
    }
    rig.pass(BACK);
    stored.add(group);
    assertEquals(stored, sequences(after(Crash.DROP)));
  }

  @Test
  void a_hub_that_starts_with_a_full_disk_settles_what_it_sends() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 4, 1);
    journal.close();
    fill();
    Rig next = new Rig(disk, SEGMENT);
    Journal again = next.open();
    assertEquals(stored, sequences(again.recovery()));
    again.settled(stored.get(3), written -> hear("settled", written));
    next.pass(Rig.DELAY);
    assertEquals(List.of("settled"), heard);
    assertEquals(stored.subList(0, 3), sequences(after(Crash.DROP)));
  }

  @Test
  void dead_segments_make_space_while_the_disk_is_full() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 100, 1);
    int segments = journal.status().segments();
    assertTrue(segments > 5);
    fill();
    stored.subList(0, 90).forEach(sequence -> journal.settled(sequence, written -> {}));
    rig.pass(Rig.DELAY);
    rig.pass(BACK);
    assertTrue(journal.status().segments() < segments, journal.status().toString());
    assertEquals(stored.subList(90, 100), sequences(after(Crash.DROP)));
  }

  @Test
  void what_little_is_alive_is_carried_although_the_disk_is_full() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 100, 1);
    int segments = journal.status().segments();
    fill();
    List<Long> left = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      if (i % 20 == 0) {
        left.add(stored.get(i));
      } else {
        journal.settled(stored.get(i), written -> {});
      }
    }
    for (int i = 0; i < 30; i++) {
      rig.pass(BACK);
    }
    assertTrue(journal.status().segments() <= 3, segments + " > " + journal.status());
    for (Crash crash : Crash.values()) {
      assertEquals(left, sequences(after(crash)), "" + crash);
    }
  }

  @Test
  void a_used_up_reserve_is_told_and_nothing_that_was_stored_is_lost() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 3, 1);
    fill();
    for (int i = 0; i < 30; i++) {
      journal.put("key", new byte[1_000], Level.FORCED, written -> {});
      rig.run();
    }
    assertTrue(journal.status().degraded().isPresent());
    assertEquals(stored, sequences(after(Crash.DROP)));
    makeSpace();
    makeSpace();
    assertTrue(journal.status().degraded().isEmpty(), journal.status().toString());
    stored.addAll(stored(journal, 1, 1));
    assertEquals(stored, sequences(after(Crash.DROP)));
  }

  @Test
  void a_force_that_fails_while_the_reserve_is_left_is_not_repeated() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 3, 1);
    fill();
    journal.settled(stored.remove(0), written -> {});
    rig.pass(Rig.DELAY);
    disk.failForces(1);
    makeSpace();
    makeSpace();
    assertTrue(journal.status().degraded().isEmpty());
    assertEquals(stored, sequences(after(Crash.DROP)));
  }

  @Test
  void a_reserve_that_became_a_segment_and_was_given_up_is_no_damage() throws Exception {
    Journal journal = rig.open();
    List<Long> stored = stored(journal, 3, 1);
    // no space for a segment, and the name of the reserve that becomes one cannot be forced
    disk.fail(1, 6, "No space left on device");
    disk.allow(3, 3);
    journal.settled(stored.remove(0), written -> {});
    rig.pass(Rig.DELAY);
    assertTrue(journal.status().degraded().isPresent());
    disk.fail(0, 0);
    makeSpace();
    stored.addAll(stored(journal, 1, 1));
    Journal next = new Rig(disk.after(Crash.KILL, new Random(1)), SEGMENT).open();
    assertEquals(0, next.status().damagedBytes());
    assertEquals(stored, sequences(next.recovery()));
  }

  @Test
  void what_fails_while_the_reserve_is_left_makes_the_journal_degraded_and_no_more()
      throws Exception {
    for (int from = 1; from < 12; from++) {
      FaultyDisk failing = new FaultyDisk();
      Rig own = new Rig(failing, SEGMENT);
      Journal journal = own.open();
      List<Stored> told = Rig.offer(journal, Durability.SYNC);
      List<Stored> other = Rig.offer(journal, Durability.SYNC);
      own.run();
      assertEquals(List.of(List.of(Stored.ON_DISK), told), List.of(other, told));
      failing.setCapacity(failing.used());
      journal.settled(1, written -> {});
      own.pass(Rig.DELAY);
      failing.setCapacity(Long.MAX_VALUE);
      failing.fail(from, 3);
      own.pass(BACK.multipliedBy(4));
      assertTrue(journal.status().degraded().isEmpty(), from + ": " + journal.status());
      Recovery found = new Rig(failing.after(Crash.DROP, new Random(1)), SEGMENT).open().recovery();
      assertEquals(1, found.messages().size(), "" + from);
    }
  }

  @Test
  void zeros_behind_the_last_record_are_no_damage_and_nothing_that_was_cut_off() throws Exception {
    Journal journal = rig.open();
    stored(journal, 2, 1);
    fill();
    journal.settled(1, written -> {});
    rig.pass(Rig.DELAY);
    Journal next = new Rig(disk.after(Crash.KILL, new Random(1)), SEGMENT).open();
    assertEquals(0, next.status().cutBytes());
    assertEquals(0, next.status().damagedBytes());
  }

  @Test
  void a_crash_at_every_operation_loses_nothing_while_the_disk_fills_up_and_comes_back()
      throws Exception {
    int runs = 0;
    int used = 0;
    int promised = 0;
    for (int seed = 0; seed < 4; seed++) {
      for (int at = 1; at < 400; at += 1) {
        FaultyDisk crashing = new FaultyDisk();
        MixedRun run = new MixedRun(crashing, seed);
        int room = 1_500 + 2_500 * seed;
        int crash = at;
        run.after(
            () -> {
              crashing.setCapacity(crashing.used() + room, 250);
              crashing.crashAt(crash);
            });
        run.run(new Rig(crashing, SEGMENT), 300);
        used += crashing.files().contains(RESERVE) ? 0 : 1;
        promised += run.promised();
        for (Crash kind : Crash.values()) {
          Recovery found = new Rig(crashing.after(kind, new Random(at)), SEGMENT).open().recovery();
          assertEquals(List.of(), run.lost(found), kind + " at " + at + ", seed " + seed);
          runs++;
        }
      }
    }
    assertTrue(used > 100 && promised > 1_000, used + ", " + promised);
    LOG.info("full and back: {} recoveries, in {} the reserve was in use, 0 lost", runs, used);
  }
}
