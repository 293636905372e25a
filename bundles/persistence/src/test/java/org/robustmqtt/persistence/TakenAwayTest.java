package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.FaultyDisk.Crash;

/** The files of an open journal are deleted, moved or replaced by somebody else. */
class TakenAwayTest {
  private static final int SEGMENT = 20_000;
  private static final DiskJournal.Shape SHAPE = new DiskJournal.Shape(SEGMENT, 10, 1 << 20);
  private static final Duration BACK = Duration.ofSeconds(6);

  private final List<Long> stored = new ArrayList<>();
  private final Rig rig = new Rig(new FaultyDisk(), SHAPE);
  private final FaultyDisk disk = rig.disk;
  private Journal journal;

  /** 300 messages in four segments; of the third message it is known that it was sent. */
  @BeforeEach
  void fill() throws JournalException {
    journal = rig.open();
    for (int i = 0; i < 300; i++) {
      offer(Durability.GROUP);
      if (i % 20 == 19) {
        rig.pass(Rig.DELAY);
      }
    }
    journal.sent(3, 7, 5, org.robustmqtt.journal.Level.APPENDED, done -> {});
    rig.pass(Duration.ofSeconds(2));
  }

  private List<Stored> offer(Durability durability) {
    long sequence = journal.nextSequence();
    stored.add(sequence);
    return Rig.offer(journal, Rig.message(sequence, durability, 1, 200));
  }

  private List<Path> segments() {
    return disk.files().stream().filter(file -> file.toString().endsWith(".seg")).toList();
  }

  /** One more message is on disk, and with it all that were before. */
  private void nothingIsLost() throws JournalException {
    List<Stored> told = offer(Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
    assertEquals(Optional.empty(), journal.status().degraded());
    assertEquals(Optional.empty(), journal.status().unreadable());
    for (Crash crash : Crash.values()) {
      Rig next = new Rig(disk.after(crash, new Random(1)), SHAPE);
      Journal again = next.open();
      var found = again.recovery();
      assertEquals(stored, Rig.sequences(found), "" + crash);
      assertTrue(
          found.messages().stream()
              .anyMatch(each -> each.stored().sequence() == 3 && each.packetId() == 5),
          "what was sent is known to be");
      assertEquals(0, again.status().damagedBytes(), "" + crash);
      assertEquals(List.of(), again.status().damagedFiles(), "" + crash);
    }
  }

  @Test
  void the_segment_that_is_written_is_deleted() throws Exception {
    List<Path> all = segments();
    disk.unlink(all.get(all.size() - 1));
    nothingIsLost();
  }

  @Test
  void all_segments_are_deleted() throws Exception {
    segments().forEach(disk::unlink);
    nothingIsLost();
  }

  @Test
  void an_old_segment_is_deleted_and_is_read_all_the_same() throws Exception {
    disk.unlink(segments().get(0));
    List<Integer> read = new ArrayList<>();
    journal.read(new long[] {1, 2, 3}, 1 << 20, (found, answered, why) -> read.add(found.size()));
    rig.run();
    assertEquals(List.of(3), read);
    nothingIsLost();
  }

  @Test
  void the_folder_is_renamed_and_made_anew() throws Exception {
    disk.moveAway(Rig.FOLDER);
    disk.makeFolder(Rig.FOLDER);
    nothingIsLost();
    assertTrue(disk.files().contains(Rig.FOLDER.resolve("lock")), "it is locked again");
  }

  @Test
  void the_folder_is_deleted() throws Exception {
    disk.moveAway(Rig.FOLDER);
    nothingIsLost();
  }

  @Test
  void a_segment_is_replaced_by_a_copy() throws Exception {
    for (Path segment : segments()) {
      disk.setContent(segment, disk.content(segment));
    }
    nothingIsLost();
  }

  @Test
  void what_was_not_forced_when_the_files_went_is_written_with_the_rest() throws Exception {
    List<Stored> told = offer(Durability.GROUP);
    disk.moveAway(Rig.FOLDER);
    disk.makeFolder(Rig.FOLDER);
    journal.close();
    assertEquals(List.of(Stored.ON_DISK), told);
    Journal again = new Rig(disk.after(Crash.DROP, new Random(1)), SHAPE).open();
    assertEquals(stored, Rig.sequences(again));
    assertEquals(List.of(), again.status().damagedFiles());
  }

  @Test
  void files_that_are_moved_once_more_are_written_once_more() throws Exception {
    for (int i = 0; i < 5; i++) {
      disk.moveAway(Rig.FOLDER);
      disk.makeFolder(Rig.FOLDER);
      nothingIsLost();
      rig.pass(Duration.ofSeconds(2));
    }
  }

  @Test
  void another_journal_that_is_mounted_there_is_not_touched() throws Exception {
    FaultyDisk other = new FaultyDisk();
    Rig mounted = new Rig(other, SHAPE);
    mounted.clock.advance(Duration.ofDays(1));
    mounted.open();
    disk.moveAway(Rig.FOLDER);
    Map<Path, byte[]> foreign = new TreeMap<>();
    for (Path file : other.files()) {
      foreign.put(file, other.content(file));
      disk.setContent(file, other.content(file));
    }
    List<Stored> sync = offer(Durability.SYNC);
    rig.run();
    stored.remove(stored.size() - 1);
    assertEquals(List.of(), sync, "it may be in the files that were moved");
    assertEquals(
        "cannot be written: "
            + Rig.FOLDER
            + ": another journal is there (00000001.seg): move it away, or restart the connection"
            + " to go on with it",
        journal.status().degraded().orElse(""));
    List<Stored> group = offer(Durability.GROUP);
    rig.pass(BACK);
    assertEquals(List.of(Stored.MEMORY_ONLY), group);
    foreign.forEach((file, bytes) -> assertArrayEquals(bytes, disk.content(file), "" + file));
    assertEquals(new TreeSet<>(foreign.keySet()), new TreeSet<>(disk.files()));
    disk.moveAway(Rig.FOLDER);
    disk.makeFolder(Rig.FOLDER);
    rig.pass(BACK);
    assertEquals(List.of(Stored.FAILED), sync);
    nothingIsLost();
  }

  @Test
  void a_disk_that_is_taken_out_is_waited_for() throws Exception {
    Map<Path, byte[]> content = new TreeMap<>();
    for (Path file : disk.files()) {
      content.put(file, disk.content(file));
      disk.unreadable(file, 0, Integer.MAX_VALUE);
    }
    disk.moveAway(Rig.FOLDER);
    List<Stored> group = offer(Durability.GROUP);
    rig.pass(BACK);
    assertEquals(List.of(Stored.MEMORY_ONLY), group);
    assertEquals(
        "cannot be written: " + Rig.FOLDER + ": the folder is not there any more",
        journal.status().degraded().orElse(""));
    assertEquals(List.of(), disk.list(Rig.FOLDER), "nothing is made in its place");
    content.forEach(disk::setContent);
    rig.pass(BACK);
    nothingIsLost();
  }

  @Test
  void what_was_only_in_files_that_are_gone_is_named_and_told_as_unreadable() throws Exception {
    Path first = segments().get(0);
    disk.unreadable(first, 0, Integer.MAX_VALUE);
    segments().forEach(disk::unlink);
    List<Stored> told = offer(Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
    assertEquals(List.of("00000001.seg.damaged"), journal.status().damagedFiles());
    assertTrue(journal.status().damagedBytes() > 10_000, journal.status().toString());
    assertEquals(List.of("status"), rig.heard, "whoever watches the journal is told");
    List<String> read = new ArrayList<>();
    journal.read(
        new long[] {1, 2, 3},
        1 << 20,
        (found, answered, why) -> read.add(found.size() + " of " + answered + ": " + why));
    rig.run();
    assertEquals(List.of("0 of 3: Optional[the file was set aside]"), read);
    Journal again = new Rig(disk.after(Crash.DROP, new Random(1)), SHAPE).open();
    assertEquals(List.of("00000001.seg.damaged"), again.status().damagedFiles(), "nor later");
    List<Long> found = Rig.sequences(again);
    assertEquals(stored.subList(stored.size() - found.size(), stored.size()), found);
    assertTrue(found.size() > 200, found.size() + " are written anew");
  }

  @Test
  void a_crash_at_any_operation_while_all_is_written_anew_leaves_a_journal() throws Exception {
    for (int operation = 1; operation < 60; operation++) {
      Rig one = new Rig(disk.copy(), SHAPE);
      Journal open = one.open();
      open.settled(1, done -> {});
      one.pass(Duration.ofSeconds(2));
      one.disk.moveAway(Rig.FOLDER);
      one.disk.makeFolder(Rig.FOLDER);
      one.disk.crashAt(operation);
      List<Stored> told = new ArrayList<>();
      try {
        told = Rig.offer(open, Durability.SYNC);
        one.run();
      } catch (FaultyDisk.Crashed e) {
        // the machine stops
      }
      Journal again = new Rig(one.disk.after(Crash.DROP, new Random(operation)), SHAPE).open();
      int found = Rig.sequences(again).size();
      assertTrue(told.isEmpty() || found == 300, "operation " + operation + ": " + found);
    }
  }

  @Test
  void the_places_are_looked_at_once_a_second_at_the_most() throws Exception {
    int before = disk.looks();
    for (int i = 0; i < 100; i++) {
      offer(Durability.SYNC);
      rig.pass(Duration.ofMillis(10));
    }
    int looks = disk.looks() - before;
    assertTrue(looks <= 3 * journal.status().segments(), looks + " looks");
  }
}
