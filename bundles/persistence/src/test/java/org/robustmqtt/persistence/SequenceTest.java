package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** Sequences are given out once, also over crashes. */
class SequenceTest {
  private static final int LEASE = 65_536;

  @Test
  void numbering_begins_at_one_and_goes_on_after_a_clean_close() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    assertEquals(1, journal.nextSequence());
    assertEquals(2, journal.nextSequence());
    journal.close();
    assertEquals(3, rig.open().nextSequence());
  }

  @Test
  void after_an_unclean_end_numbering_goes_on_at_the_end_of_the_lease() throws Exception {
    Rig rig = Rig.empty();
    rig.open().nextSequence();
    assertEquals(1 + LEASE, Rig.reopen(rig.disk.copy()).nextSequence());
  }

  @Test
  void a_lease_is_renewed_at_half_so_that_numbering_never_waits() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    for (long i = 1; i <= 5L * LEASE; i++) {
      assertEquals(i, journal.nextSequence());
      if (i % (LEASE / 4) == 0) {
        rig.run();
      }
    }
    long next = Rig.reopen(rig.disk.copy()).nextSequence();
    assertTrue(next > 5L * LEASE && next <= 6L * LEASE + LEASE / 2, "goes on at " + next);
  }

  @Test
  void without_an_answer_of_the_disk_the_lease_ends() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    for (int i = 0; i < LEASE; i++) {
      assertTrue(journal.nextSequence() > 0);
    }
    assertEquals(0, journal.nextSequence());
    rig.run();
    assertEquals(LEASE + 1, journal.nextSequence());
  }

  @Test
  void no_number_is_given_out_before_its_lease_is_forced() throws Exception {
    Rig rig = new Rig(new FaultyDisk(), new DiskJournal.Shape(Rig.SEGMENT_SIZE, 10, 1 << 20, 16));
    Journal journal = rig.open();
    TreeSet<Long> given = new TreeSet<>();
    long message = journal.nextSequence();
    Rig.offer(journal, Rig.message(message, Durability.SYNC));
    rig.run();
    for (int i = 0; i < 10; i++) {
      given.add(journal.nextSequence());
    }
    // Told as soon as it is written, in the round that writes the new lease, before its force.
    List<FaultyDisk> left = new ArrayList<>();
    journal.sent(
        message,
        1,
        1,
        Level.APPENDED,
        written -> {
          for (int i = 0; i < 20; i++) {
            given.add(journal.nextSequence());
          }
          left.add(rig.disk.after(FaultyDisk.Crash.DROP, new Random(1)));
        });
    rig.run();
    assertEquals(16L, given.last(), "the first lease is used up, and the next is only written");
    assertTrue(Rig.reopen(left.get(0)).nextSequence() > given.last());
  }

  @Test
  void a_crash_after_a_clean_close_and_a_new_start_repeats_no_number() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    Rig.offer(journal, Durability.SYNC);
    journal.close();
    Journal again = rig.open();
    long used = again.nextSequence();
    assertTrue(Rig.reopen(rig.disk.copy()).nextSequence() > used);
  }

  @Test
  void numbers_that_are_skipped_are_not_given_out_and_what_follows_is_leased() throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    journal.skipTo(1_000);
    assertEquals(1_000, journal.nextSequence(), "within the lease at once");
    journal.skipTo(7);
    assertEquals(1_001, journal.nextSequence(), "it never goes back");
    journal.skipTo(10_000_000);
    assertEquals(0, journal.nextSequence(), "not before a lease for it is forced");
    rig.run();
    assertEquals(10_000_000, journal.nextSequence());
    assertTrue(Rig.reopen(rig.disk.copy()).nextSequence() > 10_000_000);
  }
}
