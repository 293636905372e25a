package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.slf4j.LoggerFactory;

/** Where journals are, and how one moves. */
class TakeOverTest {
  private static final Path AREA = Path.of("/cache/bundle7/journals").toAbsolutePath();

  private static final StorePath IN_AREA = StorePath.of(Map.of(), Optional.of(AREA));
  private static final Path ELSEWHERE = Path.of("/elsewhere").toAbsolutePath();
  private static final StorePath MOVED_ELSEWHERE =
      StorePath.of(Map.of("directory", ELSEWHERE.toString()), Optional.of(AREA));
  private static final StorePath MOVED =
      StorePath.of(Map.of("directory", Rig.BASE.toString()), Optional.of(AREA));

  /** A journal in the data area, in two segments, with three messages of which one is settled. */
  private static FaultyDisk inArea() throws JournalException {
    FaultyDisk disk = new FaultyDisk();
    for (int i = 0; i < 2; i++) {
      Rig rig = new Rig(disk, 2_000, IN_AREA);
      Journal journal = rig.open();
      Rig.offer(journal, Durability.SYNC);
      Rig.offer(journal, Durability.SYNC);
      rig.run();
      journal.settled(1, written -> {});
      journal.close();
    }
    return disk.copy();
  }

  @Test
  void without_a_directory_the_data_area_is_used_and_the_status_says_so() throws Exception {
    Journal journal = new Rig(inArea(), 2_000, IN_AREA).open();
    assertTrue(journal.status().inDataArea());
    assertEquals(AREA.resolve("home").toString(), journal.status().path());
    assertEquals(List.of(2L, 3L, 4L), Rig.sequences(journal));
  }

  @Test
  void a_changed_directory_leaves_an_open_journal_where_it_is_and_counts_for_the_next()
      throws Exception {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    rig.journals.path(MOVED_ELSEWHERE);
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
    assertEquals(Rig.FOLDER.toString(), journal.status().path());

    Journal other = rig.journals.open("other", Rig.SETTINGS, () -> {});
    assertEquals(ELSEWHERE.resolve("other").toString(), other.status().path());
  }

  @Test
  void a_directory_set_later_takes_the_journal_over() throws Exception {
    FaultyDisk disk = inArea();
    Rig rig = new Rig(disk, 2_000, MOVED);
    Journal journal = rig.open();
    assertFalse(journal.status().inDataArea());
    assertEquals(Rig.FOLDER.toString(), journal.status().path());
    assertEquals(List.of(2L, 3L, 4L), Rig.sequences(journal));
    assertEquals(5, journal.nextSequence(), "numbering goes on");
    assertTrue(disk.files().stream().noneMatch(file -> file.startsWith(AREA)), "nothing is left");
  }

  @Test
  void a_directory_of_the_connection_takes_over_from_the_default() throws Exception {
    FaultyDisk disk = inArea();
    new Rig(disk, 2_000, MOVED).open().close();
    Path own = Path.of("/usb/store").toAbsolutePath();
    Journal journal =
        new Rig(disk, 2_000, MOVED)
            .open(new JournalSettings(Optional.of(own), Duration.ofMillis(200), 0));
    assertEquals(own.resolve("home").toString(), journal.status().path());
    assertEquals(List.of(2L, 3L, 4L), Rig.sequences(journal));
    assertTrue(disk.files().stream().noneMatch(file -> file.startsWith(Rig.BASE)));
  }

  @Test
  void wherever_it_is_broken_off_it_is_completed_the_next_time() throws Exception {
    FaultyDisk start = inArea();
    FaultyDisk whole = start.copy();
    new Rig(whole, 2_000, MOVED).open();
    for (int at = 1; at <= whole.operations(); at++) {
      for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
        FaultyDisk disk = start.copy();
        disk.crashAt(at);
        openUntilCrash(disk);
        FaultyDisk left = disk.after(crash, new Random(at));
        Journal journal = new Rig(left, 2_000, MOVED).open();
        String where = crash + ", operation " + at;
        assertEquals(List.of(2L, 3L, 4L), Rig.sequences(journal), where);
        assertEquals(0, journal.status().damagedBytes(), where);
        journal.close();
        assertTrue(
            left.files().stream().noneMatch(file -> file.startsWith(AREA) && isSegment(file)),
            where);
      }
    }
  }

  /** The crash may also come in the first round after opening. */
  private static void openUntilCrash(FaultyDisk disk) throws JournalException {
    try {
      new Rig(disk, 2_000, MOVED).open();
    } catch (FaultyDisk.Crashed e) {
      // as wanted
    }
    assertTrue(disk.isCrashed());
  }

  private static void offer(Journal journal, String topic, int qos, boolean retain, long at) {
    Message message = Message.text(topic, topic + at).withQos(qos).withRetain(retain);
    journal.offer(
        new StoredMessage(journal.nextSequence(), message, Durability.SYNC, at, 0), stored -> {});
  }

  /** A journal in the data area and another one where it is to be. */
  private static FaultyDisk both() throws JournalException {
    FaultyDisk disk = new FaultyDisk();
    Rig rig = new Rig(disk, 2_000, IN_AREA);
    Journal source = rig.open();
    offer(source, "a", 1, false, 10);
    offer(source, "b", 2, false, 20);
    offer(source, "r", 1, true, 30);
    offer(source, "s", 1, true, 90);
    offer(source, "q", 1, false, 50);
    offer(source, "gone", 1, false, 55);
    source.sent(1, 4, 11, Level.APPENDED, written -> {});
    source.sent(2, 4, 12, Level.APPENDED, written -> {});
    source.released(2, Level.APPENDED, written -> {});
    source.quarantined(5, written -> {});
    source.abandoned(6, written -> {});
    source.received(12, written -> {});
    source.put("record", new byte[] {1}, Level.FORCED, written -> {});
    rig.run();
    source.close();
    rig = new Rig(disk, 2_000);
    Journal target = rig.open();
    offer(target, "a", 1, false, 60);
    offer(target, "r", 1, true, 70);
    offer(target, "s", 1, true, 80);
    target.put("record", new byte[] {2}, Level.FORCED, written -> {});
    rig.run();
    target.close();
    return disk.copy();
  }

  private static String found(Recovery found) {
    StringBuilder text = new StringBuilder();
    for (RecoveredMessage message : found.messages()) {
      long sequence = message.stored().sequence();
      text.append(new String(message.stored().message().payload(), StandardCharsets.UTF_8));
      Long alias = found.aliases().get(sequence);
      text.append(alias == null ? "" : " was " + alias);
      text.append(found.replaced().contains(sequence) ? " replaced" : "");
      text.append(message.stage() == RecoveredMessage.Stage.WAITING ? "" : " " + message.stage());
      text.append(message.packetId() > 0 ? " " + message.packetId() : "").append(", ");
    }
    return text.toString();
  }

  private static final String MERGED =
      "a60, r70, s80 replaced, a10 was 1, b20 was 2, r30 was 3 replaced, s90 was 4,"
          + " q50 was 5 QUARANTINED, ";

  @Test
  void a_target_that_has_messages_gets_those_of_the_source_behind_them() throws Exception {
    FaultyDisk disk = both();
    Rig rig = new Rig(disk, 2_000, MOVED);
    Journal journal = rig.open();
    Recovery found = journal.recovery();
    assertEquals(MERGED, found(found));
    assertEquals(2, found.values().get("record")[0], "what belongs to its session is not taken");
    assertEquals(Set.of(), found.received());
    assertTrue(disk.files().stream().noneMatch(file -> file.startsWith(AREA)), "nothing is left");
    long highest = found.messages().get(7).stored().sequence();
    assertTrue(journal.nextSequence() > highest);
    journal.close();
    assertEquals(MERGED, found(new Rig(disk, 2_000, MOVED).open().recovery()), "and only once");
  }

  @Test
  void what_was_put_together_is_carried_along_and_can_be_settled() throws Exception {
    Rig rig = new Rig(both(), 2_000, MOVED);
    Journal journal = rig.open();
    List<Long> replaced = journal.recovery().replaced();
    for (int i = 0; i < 200; i++) {
      long sequence = journal.nextSequence();
      Rig.offer(journal, Rig.message(sequence, Durability.SYNC));
      rig.run();
      journal.settled(sequence, written -> {});
    }
    rig.pass(Duration.ofSeconds(1));
    assertTrue(journal.status().segments() <= 2, "carried: " + journal.status().segments());
    assertEquals(MERGED, found(new Rig(rig.disk.copy(), 2_000, MOVED).open().recovery()));
    replaced.forEach(sequence -> journal.settled(sequence, written -> {}));
    rig.run();
    assertEquals(
        MERGED.replace("s80 replaced, ", "").replace("r30 was 3 replaced, ", ""),
        found(new Rig(rig.disk.copy(), 2_000, MOVED).open().recovery()));
  }

  @Test
  void wherever_putting_two_together_is_broken_off_it_is_completed_and_nothing_is_twice()
      throws Exception {
    FaultyDisk start = both();
    FaultyDisk whole = start.copy();
    new Rig(whole, 2_000, MOVED).open();
    int points = 0;
    for (int at = 1; at <= whole.operations(); at++) {
      for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
        FaultyDisk disk = start.copy();
        disk.crashAt(at);
        openUntilCrash(disk);
        FaultyDisk left = disk.after(crash, new Random(at));
        left.crashAt(1 + at % 15);
        try {
          new Rig(left, 2_000, MOVED).open();
        } catch (FaultyDisk.Crashed e) {
          // once more, while it is completed
        }
        FaultyDisk again = left.after(crash, new Random(at));
        Journal journal = new Rig(again, 2_000, MOVED).open();
        String where = crash + ", operation " + at;
        assertEquals(MERGED, found(journal.recovery()), where);
        assertEquals(0, journal.status().damagedBytes(), where);
        assertTrue(
            again.files().stream().noneMatch(file -> file.startsWith(AREA) && isSegment(file)),
            where);
        points++;
      }
    }
    assertTrue(points > 60, "crash points: " + points);
    LoggerFactory.getLogger(TakeOverTest.class).info("take-over: {} crash points", points);
  }

  @Test
  void an_operation_that_fails_while_two_are_put_together_is_told_and_the_next_try_completes_it()
      throws Exception {
    FaultyDisk start = both();
    FaultyDisk whole = start.copy();
    new Rig(whole, 2_000, MOVED).open();
    for (int at = 1; at <= whole.operations(); at++) {
      FaultyDisk disk = start.copy();
      disk.fail(at, 1);
      try {
        new Rig(disk, 2_000, MOVED).open().close();
      } catch (JournalException told) {
        assertFalse(disk.holdsLocks(), "operation " + at);
      }
      assertEquals(MERGED, found(new Rig(disk, 2_000, MOVED).open().recovery()), "operation " + at);
    }
  }

  /** A journal that was opened without its source has messages of another one later. */
  private static String withoutOldIds(String found) {
    return found.replaceAll(" was \\d+", "");
  }

  @Test
  void what_cannot_be_read_is_not_taken_over_and_not_deleted_until_it_can() throws Exception {
    for (FaultyDisk disk : List.of(inArea(), both())) {
      FaultyDisk whole = disk.copy();
      String wanted = found(new Rig(whole, 2_000, MOVED).open().recovery());
      for (Path segment : disk.files().stream().filter(TakeOverTest::isSegment).toList()) {
        FaultyDisk bad = disk.copy();
        bad.unreadable(segment, 100, Integer.MAX_VALUE);
        new Rig(bad, 2_000, MOVED).open().close();
        for (Path file : disk.files()) {
          boolean there = !isSegment(file) || bad.files().contains(file);
          assertTrue(there, file + " is gone, " + segment + " could not be read");
        }
        bad.unreadable(segment, 0, 0);
        String all = found(new Rig(bad, 2_000, MOVED).open().recovery());
        assertEquals(withoutOldIds(wanted), withoutOldIds(all), segment.toString());
      }
    }
  }

  @Test
  void a_source_in_use_is_not_taken() throws Exception {
    FaultyDisk disk = inArea();
    new Rig(disk, 2_000, IN_AREA).open();
    Rig rig = new Rig(disk, 2_000, MOVED);
    JournalException locked = assertThrows(JournalException.class, rig::open);
    assertEquals(ProblemKind.STORE_LOCKED, locked.kind());
    assertTrue(locked.getMessage().contains(AREA.toString()));
  }

  @Test
  void a_deletion_that_is_broken_off_is_completed_or_has_not_begun() throws Exception {
    FaultyDisk start = inArea();
    FaultyDisk whole = start.copy();
    assertTrue(new Rig(whole, 2_000, IN_AREA).journals.delete("home"));
    assertEquals(List.of(), whole.files());
    for (int at = 1; at <= whole.operations(); at++) {
      for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
        FaultyDisk disk = start.copy();
        disk.crashAt(at);
        Rig rig = new Rig(disk, 2_000, IN_AREA);
        assertThrows(FaultyDisk.Crashed.class, () -> rig.journals.delete("home"));
        FaultyDisk left = disk.after(crash, new Random(at));
        Rig again = new Rig(left, 2_000, IN_AREA);
        int listed = again.journals.closedJournals().size();
        int found = Rig.sequences(again.open()).size();
        assertEquals(listed == 0 ? 0 : 3, found, "all or nothing; " + crash + " at " + at);
      }
    }
  }

  private static boolean isSegment(Path file) {
    return file.toString().endsWith(".seg");
  }

  @Test
  void a_directory_that_was_not_resolved_opens_nothing_and_is_named() {
    for (String value : List.of("$[prop:karaf.data]/robust-mqtt", "", "  ")) {
      StorePath path = StorePath.of(Map.of("directory", value), Optional.of(AREA));
      Rig rig = new Rig(new FaultyDisk(), 2_000, path);
      JournalException refused = assertThrows(JournalException.class, rig::open);
      assertEquals(ProblemKind.STORE_UNREADABLE, refused.kind());
      assertTrue(
          refused.getMessage().contains("directory = \"" + value.strip() + "\""),
          refused.getMessage());
      assertEquals(List.of(), rig.disk.files(), "above all not in the data area");
      assertEquals(List.of(), rig.journals.closedJournals());
    }
  }

  @Test
  void a_name_that_is_no_folder_of_its_own_is_refused() {
    Rig rig = Rig.empty();
    for (String name : List.of("", ".", "..", "a/b", "x".repeat(65))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> rig.journals.open(name, Rig.SETTINGS, () -> {}),
          name);
    }
  }
}
