package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.Level;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.FaultyDisk.Crash;

/** A disk that takes nothing when a journal is opened: what can be read is there to be sent. */
class DeadDiskTest {
  private static final int SEGMENT = 20_000;
  private static final Duration BACK = Duration.ofSeconds(6);

  private final List<Long> stored = new ArrayList<>();
  private FaultyDisk disk = new FaultyDisk();

  private void store(Rig rig, Journal journal, int count) {
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      List<Stored> told = Rig.offer(journal, Rig.message(sequence, Durability.SYNC));
      rig.run();
      assertEquals(List.of(Stored.ON_DISK), told);
      stored.add(sequence);
    }
  }

  /** The process is killed in the middle of a write: there is a tail to be cut. */
  private void kill() throws JournalException {
    disk = disk.after(Crash.KILL, new Random(1));
    disk.files().stream()
        .filter(file -> file.toString().endsWith(".seg"))
        .reduce((one, other) -> other)
        .ifPresent(
            last -> {
              byte[] bytes = disk.content(last);
              disk.setContent(last, Arrays.copyOf(bytes, bytes.length + 7));
            });
  }

  /** Everything a connection does with a journal that cannot be written. */
  private void works(Rig rig, Journal journal) {
    assertTrue(journal.status().degraded().isPresent());
    assertEquals(stored, Rig.sequences(journal), "what can be read is sent");
    List<Integer> read = new ArrayList<>();
    long[] all = stored.stream().mapToLong(Long::longValue).toArray();
    journal.read(all, 1 << 20, (found, answered, why) -> read.add(found.size()));
    rig.run();
    assertEquals(List.of(stored.size()), read, "also later");
    List<Boolean> settled = new ArrayList<>();
    journal.settled(stored.remove(0), settled::add);
    long group = journal.nextSequence();
    long last = stored.get(stored.size() - 1);
    assertTrue(group > last, group + " follows " + last);
    List<Stored> told = Rig.offer(journal, Rig.message(group, Durability.GROUP));
    List<Stored> refused = Rig.offer(journal, Durability.SYNC);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(false), settled);
    assertEquals(List.of(Stored.MEMORY_ONLY), told);
    assertEquals(List.of(Stored.FAILED), refused);
    stored.add(group);
  }

  private void comesBack(Rig rig, Journal journal) throws JournalException {
    rig.pass(BACK);
    rig.pass(BACK);
    assertTrue(journal.status().degraded().isEmpty(), journal.status().toString());
    store(rig, journal, 3);
    for (Crash crash : Crash.values()) {
      Journal again = new Rig(disk.after(crash, new Random(2)), SEGMENT).open();
      assertEquals(stored, Rig.sequences(again), "" + crash);
      assertEquals(0, again.status().damagedBytes(), "" + crash);
    }
  }

  @Test
  void a_read_only_disk_is_read_and_written_when_it_can_be() throws Exception {
    Rig first = new Rig(disk, SEGMENT);
    store(first, first.open(), 5);
    for (int i = 0; i < 3; i++) {
      kill();
      disk.setReadOnly(true);
      Rig rig = new Rig(disk, SEGMENT);
      assertEquals(stored, Rig.sequences(rig.open()), "start " + i);
    }
    kill();
    disk.setReadOnly(true);
    Rig rig = new Rig(disk, SEGMENT);
    Journal journal = rig.open();
    assertEquals("the disk is read-only: " + Rig.FOLDER, journal.status().degraded().orElse(""));
    works(rig, journal);
    rig.pass(BACK);
    disk.setReadOnly(false);
    comesBack(rig, journal);
  }

  @Test
  void a_disk_whose_every_change_fails_from_the_first_moment_is_read() throws Exception {
    Rig first = new Rig(disk, SEGMENT);
    store(first, first.open(), 5);
    kill();
    disk.fail(1, 1_000_000, "Input/output error");
    Rig rig = new Rig(disk, SEGMENT);
    Journal journal = rig.open();
    works(rig, journal);
    disk.fail(0, 0);
    comesBack(rig, journal);
  }

  @Test
  void a_full_disk_whose_reserve_is_used_up_is_opened_every_time() throws Exception {
    Rig first = new Rig(disk, SEGMENT);
    store(first, first.open(), 5);
    for (int i = 0; i < 3; i++) {
      kill();
      disk.setCapacity(disk.used());
      Rig rig = new Rig(disk, SEGMENT);
      Journal journal = rig.open();
      assertEquals(stored, Rig.sequences(journal), "start " + i);
      assertTrue(journal.nextSequence() > 0, "start " + i);
      // what is left is taken by somebody else, and the reserve by us
      disk.setCapacity(disk.used());
      for (int k = 0; k < 30; k++) {
        journal.put("key", new byte[1_000], Level.FORCED, written -> {});
        rig.run();
      }
      assertTrue(journal.status().degraded().isPresent(), "start " + i);
    }
    kill();
    disk.setCapacity(0);
    Rig rig = new Rig(disk, SEGMENT);
    Journal journal = rig.open();
    assertTrue(journal.status().degraded().orElse("").startsWith("disk full: "));
    works(rig, journal);
    disk.setCapacity(Long.MAX_VALUE);
    comesBack(rig, journal);
  }

  @Test
  void a_start_gives_the_reserve_back_before_anything_else_is_written() throws Exception {
    Rig first = new Rig(disk, Rig.SEGMENT_SIZE);
    store(first, first.open(), 5);
    kill();
    disk.setCapacity(disk.used());
    new Rig(disk, Rig.SEGMENT_SIZE).open();
    assertFalse(disk.files().contains(Rig.FOLDER.resolve("reserve")), "it is a segment now");
    kill();
    disk.setCapacity(disk.used());
    new Rig(disk, Rig.SEGMENT_SIZE).open();
    assertTrue(
        disk.files().contains(Rig.FOLDER.resolve("reserve")),
        "what is cut off the used one is the next one");
  }

  @Test
  void numbers_go_on_however_long_the_disk_is_broken_and_none_is_given_out_twice()
      throws Exception {
    Rig rig = new Rig(disk, SEGMENT);
    Journal journal = rig.open();
    store(rig, journal, 1);
    disk.setReadOnly(true);
    TreeSet<Long> given = new TreeSet<>();
    for (int i = 0; i < 200_000; i++) {
      long sequence = journal.nextSequence();
      if (sequence > 0) {
        assertTrue(given.add(sequence), sequence + " is given out twice");
      }
      if (i % 1_000 == 0) {
        rig.run();
      }
    }
    assertTrue(given.size() > 190_000, "numbers go on: " + given.size());
    // killed, and started on the same disk, which is still broken, a second later
    disk = disk.after(Crash.KILL, new Random(1));
    disk.setReadOnly(true);
    Rig next = new Rig(disk, SEGMENT);
    next.clock.advance(Duration.ofSeconds(1));
    Journal again = next.open();
    for (int i = 0; i < 200_000; i++) {
      long sequence = again.nextSequence();
      assertTrue(sequence == 0 || given.add(sequence), sequence + " is given out twice");
    }
    disk.setReadOnly(false);
    next.pass(BACK);
    long written = again.nextSequence();
    assertTrue(written > given.first());
    assertEquals(List.of(Stored.ON_DISK), stored(next, again, written));
    Journal last = new Rig(disk.after(Crash.DROP, new Random(1)), SEGMENT).open();
    assertTrue(last.nextSequence() > written, "and they are remembered");
  }

  private static List<Stored> stored(Rig rig, Journal journal, long sequence) {
    List<Stored> told = Rig.offer(journal, Rig.message(sequence, Durability.SYNC));
    rig.run();
    return told;
  }
}
