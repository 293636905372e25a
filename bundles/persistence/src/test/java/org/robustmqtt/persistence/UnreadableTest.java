package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector.Command;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.inspect.Inspector;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** What the disk cannot read stops the others for 30 seconds at the most, and is kept. */
class UnreadableTest {
  private static final int SEGMENT = 25_000;
  private static final DiskJournal.Shape SHAPE = new DiskJournal.Shape(SEGMENT, 10, 1 << 20);
  private static final Path SECOND = Rig.FOLDER.resolve("00000002.seg");

  private record Told(List<Long> found, int answered, Optional<String> unreadable) {}

  private final Rig rig = new Rig(new FaultyDisk(), SHAPE);
  private Journal journal;

  /** 500 messages, 115 of them in each segment. */
  private void fill() throws JournalException {
    journal = rig.open();
    for (int i = 0; i < 500; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.GROUP, 1, 200));
      if (i % 23 == 22) {
        rig.pass(Rig.DELAY);
      }
    }
    rig.pass(Rig.DELAY);
  }

  private static long[] range(long from, long to) {
    return LongStream.rangeClosed(from, to).toArray();
  }

  private Told read(long... sequences) {
    List<Told> told = new ArrayList<>();
    journal.read(
        sequences,
        1 << 20,
        (found, answered, why) ->
            told.add(
                new Told(found.stream().map(each -> each.sequence()).toList(), answered, why)));
    rig.run();
    assertEquals(1, told.size());
    return told.get(0);
  }

  private void allUnreadable(FaultyDisk disk, Path file) {
    disk.unreadable(file, 0, Integer.MAX_VALUE);
  }

  @Test
  void a_segment_that_cannot_be_read_is_given_up_after_30_seconds_and_the_next_is_read()
      throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    int asked = 0;
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
      asked++;
      assertEquals(Optional.empty(), journal.status().unreadable(), "after " + asked + " s");
    }
    assertEquals(30, asked);
    Told given = read(range(116, 125));
    assertEquals(List.of(), given.found());
    assertEquals(10, given.answered());
    assertEquals(Optional.of("Input/output error"), given.unreadable());
    assertEquals(
        Optional.of(
            "the disk cannot read 00000002.seg (Input/output error, 115 messages known in it)"),
        journal.status().unreadable());
    assertEquals(Optional.empty(), journal.status().degraded(), "it can be written");
    List<Stored> alarm = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), alarm);
    assertEquals(range(231, 240).length, read(range(231, 240)).found().size());
  }

  @Test
  void the_next_bad_segment_is_given_up_at_once() throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    allUnreadable(rig.disk, Rig.FOLDER.resolve("00000003.seg"));
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
    }
    assertEquals(10, read(range(231, 240)).answered());
  }

  @Test
  void the_time_is_not_counted_while_nothing_can_be_written_either() throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    rig.disk.setReadOnly(true);
    Rig.offer(journal, Durability.GROUP);
    rig.pass(Rig.DELAY);
    for (int i = 0; i < 60; i++) {
      assertEquals(0, read(range(116, 125)).answered());
      rig.pass(Duration.ofSeconds(1));
    }
    rig.disk.setReadOnly(false);
    rig.pass(Duration.ofSeconds(6));
    int asked = 0;
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
      asked++;
    }
    assertTrue(asked >= 23, asked + " s after it came back");
  }

  @Test
  void only_what_is_in_the_bad_blocks_is_unreadable() throws Exception {
    fill();
    rig.disk.unreadable(SECOND, 10_000, 10_001);
    Told told = read(range(116, 230));
    while (told.answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
      told = read(range(116, 230));
    }
    assertEquals(115, told.answered());
    assertTrue(told.found().size() >= 115 - 21, told.found().size() + " found");
    assertTrue(told.found().size() < 115 && told.unreadable().isPresent());
  }

  @Test
  void what_was_put_aside_is_tried_again_by_hand_and_is_read_when_the_disk_can() throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
    }
    journal.quarantined(120, ok -> {});
    rig.run();
    assertTrue(read(120).unreadable().isPresent());
    rig.disk.unreadable(SECOND, 0, 0);
    assertEquals(List.of(120L), read(120).found());
    assertEquals(Optional.empty(), journal.status().unreadable());
    assertEquals(10, read(range(121, 130)).found().size());
  }

  @Test
  void a_segment_that_cannot_be_read_does_not_keep_the_journal_from_opening() throws Exception {
    fill();
    for (int from : new int[] {0, 5_000}) {
      FaultyDisk disk = rig.disk.copy();
      disk.unreadable(SECOND, from, Integer.MAX_VALUE);
      byte[] before = disk.content(SECOND);
      Rig again = new Rig(disk, SHAPE);
      Journal opened = again.open();
      int found = Rig.sequences(opened).size();
      assertTrue(found >= 500 - 115 && found < 500, found + " found, from " + from);
      String said = opened.status().unreadable().orElseThrow();
      assertTrue(said.contains("00000002.seg (Input/output error"), said);
      assertEquals(List.of(), opened.status().damagedFiles(), "unreadable is not damaged");
      List<String> lines = new ArrayList<>();
      assertTrue(!new Inspector(disk, Rig.FOLDER, lines::add).run(Command.VERIFY, false));
      assertTrue(lines.toString().contains("the disk cannot read all of it"), lines.toString());
      assertTrue(java.util.Arrays.equals(before, disk.content(SECOND)), "nothing was changed");

      disk.unreadable(SECOND, 0, 0);
      assertEquals(500, new Rig(disk.copy(), SHAPE).open().status().recovered(), "kept");
    }
  }

  @Test
  void what_was_put_aside_as_unreadable_is_found_so_at_the_start_at_which_it_can_be_read()
      throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
    }
    for (long i = 116; i <= 230; i++) {
      journal.quarantined(i, ok -> {});
    }
    for (long i = 1; i <= 115; i++) {
      journal.settled(i, ok -> {});
    }
    rig.pass(Duration.ofSeconds(1));
    journal.close();
    FaultyDisk bad = rig.disk.copy();
    allUnreadable(bad, SECOND);
    Rig second = new Rig(bad, SHAPE);
    assertEquals(500 - 230, Rig.sequences(second.open()).size());
    second.pass(Duration.ofMinutes(5));
    FaultyDisk healed = bad.copy();
    Recovery found = new Rig(healed, SHAPE).open().recovery();
    List<RecoveredMessage> aside =
        found.messages().stream()
            .filter(each -> each.stage() == RecoveredMessage.Stage.QUARANTINED)
            .toList();
    assertEquals(115, aside.size());
    assertEquals(500 - 115, Rig.sequences(found).size());
  }

  private static int found(Journal journal) {
    return Rig.sequences(journal).size();
  }

  /** Messages that come and go, in 16 segments or more. */
  private static void traffic(Rig rig, Journal journal) {
    for (int i = 0; i < 2_000; i++) {
      long sequence = journal.nextSequence();
      Rig.offer(journal, Rig.message(sequence, Durability.SYNC, 1, 200));
      rig.run();
      journal.settled(sequence, ok -> {});
    }
    rig.pass(Duration.ofSeconds(10));
  }

  private void settleAllBut(long from, long to) {
    for (long i = 1; i <= 500; i++) {
      if (i < from || i > to) {
        journal.settled(i, ok -> {});
      }
    }
    rig.pass(Duration.ofSeconds(1));
  }

  @Test
  void what_cannot_be_read_is_kept_however_long_and_the_disk_is_used_again_all_the_same()
      throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
    }
    settleAllBut(116, 230);
    for (int i = 0; i < 4; i++) {
      traffic(rig, journal);
      int segments = journal.status().segments();
      assertTrue(segments < 15, segments + " segments, round " + i);
    }
    assertEquals(List.of(), journal.status().damagedFiles());
    FaultyDisk healed = rig.disk.copy();
    healed.unreadable(SECOND, 0, 0);
    Journal again = new Rig(healed, SHAPE).open();
    assertEquals(List.of(), again.status().damagedFiles(), "what was deleted is not missed");
    assertEquals(115, found(again));
    List<String> lines = new ArrayList<>();
    assertTrue(
        new Inspector(healed, Rig.FOLDER, lines::add).run(Command.VERIFY, false), lines::toString);
  }

  @Test
  void what_could_not_be_read_at_a_start_is_there_at_a_later_one_whatever_went_on_between()
      throws Exception {
    fill();
    FaultyDisk disk = rig.disk.copy();
    disk.unreadable(SECOND, 5_000, Integer.MAX_VALUE);
    for (int start = 0; start < 3; start++) {
      Rig next = new Rig(disk, SHAPE);
      Journal opened = next.open();
      List<Long> known = Rig.sequences(opened);
      if (start == 0) {
        // all that is known of it can be read, and ends
        disk.unreadable(SECOND, 0, 0);
        opened.read(new long[] {116}, 1 << 20, (found, answered, why) -> {});
        next.run();
      }
      known.forEach(sequence -> opened.settled(sequence, ok -> {}));
      next.pass(Duration.ofSeconds(1));
      traffic(next, opened);
      traffic(next, opened);
      opened.close();
      disk = disk.copy();
      disk.unreadable(SECOND, 5_000, Integer.MAX_VALUE);
    }
    disk.unreadable(SECOND, 0, 0);
    Journal healed = new Rig(disk, SHAPE).open();
    int hidden = found(healed);
    assertTrue(hidden > 80 && hidden < 115, hidden + " are there");
    assertEquals(List.of(), healed.status().damagedFiles());
  }

  @Test
  void what_had_its_outcome_does_not_come_back_with_the_segment_that_can_be_read_again()
      throws Exception {
    fill();
    settleAllBut(116, 230);
    allUnreadable(rig.disk, SECOND);
    while (read(range(116, 125)).answered() == 0) {
      rig.pass(Duration.ofSeconds(1));
    }
    for (long i = 116; i <= 200; i++) {
      journal.settled(i, ok -> {});
    }
    traffic(rig, journal);
    traffic(rig, journal);
    FaultyDisk disk = rig.disk.copy();
    allUnreadable(disk, SECOND);
    Rig second = new Rig(disk, SHAPE);
    Journal opened = second.open();
    assertEquals(0, found(opened));
    traffic(second, opened);
    FaultyDisk healed = disk.copy();
    healed.unreadable(SECOND, 0, 0);
    assertEquals(30, found(new Rig(healed, SHAPE).open()));
  }

  @Test
  void a_segment_that_is_not_there_any_more_is_not_made_by_reading_and_stops_nothing()
      throws Exception {
    fill();
    allUnreadable(rig.disk, SECOND);
    rig.disk.delete(SECOND);
    Told told = read(range(116, 125));
    for (int i = 0; i < 30; i++) {
      assertEquals(0, told.answered());
      rig.pass(Duration.ofSeconds(1));
      told = read(range(116, 125));
    }
    assertEquals(10, told.answered());
    assertEquals(Optional.of("the file is not there"), told.unreadable());
    assertEquals(10, read(range(231, 240)).found().size());
    assertTrue(!rig.disk.files().contains(SECOND), "reading has made it");
  }

  private static List<Path> segments(FaultyDisk disk) {
    return disk.files().stream().filter(each -> each.toString().endsWith(".seg")).toList();
  }

  @Test
  void a_torn_tail_that_could_not_be_cut_because_it_could_not_be_read_is_no_damage_later()
      throws Exception {
    fill();
    for (int from : new int[] {0, 5_000}) {
      FaultyDisk disk = rig.disk.copy();
      Path last = segments(disk).get(segments(disk).size() - 1);
      byte[] whole = disk.content(last);
      byte[] torn = java.util.Arrays.copyOf(whole, whole.length + 100);
      java.util.Arrays.fill(torn, whole.length, torn.length, (byte) 0x55);
      disk.setContent(last, torn);
      disk.unreadable(last, from, Integer.MAX_VALUE);
      Rig second = new Rig(disk, SHAPE);
      Journal opened = second.open();
      Rig.offer(opened, Rig.message(opened.nextSequence(), Durability.SYNC, 1, 200));
      second.run();
      FaultyDisk healed = disk.copy();
      healed.unreadable(last, 0, 0);
      Journal third = new Rig(healed, SHAPE).open();
      assertEquals(List.of(), third.status().damagedFiles(), "from " + from);
      assertEquals(501, third.status().recovered());
    }
  }

  @Test
  void a_segment_that_was_deleted_is_not_missed_while_who_says_so_cannot_be_read()
      throws Exception {
    fill();
    int before = segments(rig.disk).size();
    for (long i = 1; i <= 230; i++) {
      journal.settled(i, ok -> {});
    }
    for (int i = 0; i < 300; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.SYNC, 1, 200));
      rig.run();
    }
    rig.pass(Duration.ofMinutes(5));
    FaultyDisk disk = rig.disk.copy();
    assertTrue(!segments(disk).contains(SECOND), "deleted");
    for (Path each : segments(disk)) {
      if (Integer.parseInt(each.getFileName().toString().substring(0, 8)) >= before) {
        allUnreadable(disk, each);
      }
    }
    Journal opened = new Rig(disk, SHAPE).open();
    assertTrue(opened.status().unreadable().isPresent());
    assertEquals(List.of(), opened.status().damagedFiles());
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 0})
  void a_number_is_not_given_out_again_when_what_says_so_cannot_be_read_twice(long seconds)
      throws Exception {
    fill();
    FaultyDisk disk = rig.disk.copy();
    long given = 500;
    for (int i = 0; i < 3; i++) {
      for (Path each : segments(disk)) {
        allUnreadable(disk, each);
      }
      Rig next = new Rig(disk, SHAPE);
      next.clock.advance(Duration.ofSeconds(seconds * i));
      Journal opened = next.open();
      long sequence = opened.nextSequence();
      assertTrue(sequence > given, sequence + " after " + given);
      given = sequence;
      Rig.offer(opened, Rig.message(sequence, Durability.SYNC, 1, 200));
      next.run();
      disk = disk.copy();
    }
  }

  @Test
  void values_and_ids_that_a_start_did_not_know_do_not_come_back_with_their_segment()
      throws Exception {
    fill();
    journal.put("session", new byte[] {1}, Level.FORCED, ok -> {});
    journal.put("filter", new byte[] {1}, Level.FORCED, ok -> {});
    journal.received(7, ok -> {});
    journal.received(8, ok -> {});
    rig.pass(Duration.ofSeconds(1));
    FaultyDisk disk = rig.disk.copy();
    Path last = segments(disk).get(segments(disk).size() - 1);
    allUnreadable(disk, last);
    Rig second = new Rig(disk, SHAPE);
    Journal opened = second.open();
    assertEquals(java.util.Map.of(), opened.recovery().values());
    opened.put("session", new byte[] {2}, Level.FORCED, ok -> {});
    opened.received(8, ok -> {});
    traffic(second, opened);
    FaultyDisk healed = disk.copy();
    healed.unreadable(last, 0, 0);
    Recovery found = new Rig(healed, SHAPE).open().recovery();
    assertEquals(java.util.Set.of("session"), found.values().keySet());
    assertEquals(2, found.values().get("session")[0]);
    assertEquals(java.util.Set.of(8), found.received());
  }

  @Test
  void a_message_that_somebody_knows_and_the_disk_hides_is_unreadable_and_not_gone()
      throws Exception {
    fill();
    FaultyDisk disk = rig.disk.copy();
    allUnreadable(disk, SECOND);
    Rig second = new Rig(disk, SHAPE);
    Journal opened = second.open();
    List<Told> told = new ArrayList<>();
    opened.read(
        range(116, 120),
        1 << 20,
        (found, answered, why) -> told.add(new Told(List.of(), answered, why)));
    second.run();
    assertEquals(5, told.get(0).answered());
    assertTrue(told.get(0).unreadable().isPresent());

    opened.quarantined(116, ok -> {});
    opened.settled(117, ok -> {});
    second.run();
    traffic(second, opened);
    traffic(second, opened);
    opened.close();
    FaultyDisk healed = disk.copy();
    healed.unreadable(SECOND, 0, 0);
    Recovery found = new Rig(healed, SHAPE).open().recovery();
    List<Long> there = Rig.sequences(found);
    assertTrue(there.contains(116L) && !there.contains(117L) && there.contains(118L));
    RecoveredMessage aside =
        found.messages().stream()
            .filter(each -> each.stored().sequence() == 116)
            .findAny()
            .orElseThrow();
    assertEquals(RecoveredMessage.Stage.QUARANTINED, aside.stage());
  }

  @Test
  void a_message_that_was_numbered_by_another_journal_is_unreadable_too() throws Exception {
    journal = rig.open();
    long far = 1L << 60;
    journal.skipTo(far);
    Rig.offer(journal, Rig.message(far, Durability.SYNC, 1, 200));
    rig.pass(Duration.ofSeconds(1));
    FaultyDisk disk = rig.disk.copy();
    allUnreadable(disk, Rig.FOLDER.resolve("00000001.seg"));
    Rig second = new Rig(disk, SHAPE);
    Journal opened = second.open();
    opened.skipTo(far + 1);
    opened.settled(far, ok -> {});
    second.pass(Duration.ofSeconds(1));
    FaultyDisk healed = disk.copy();
    healed.unreadable(Rig.FOLDER.resolve("00000001.seg"), 0, 0);
    assertEquals(List.of(), Rig.sequences(new Rig(healed, SHAPE).open()));
  }

  @Test
  void how_far_a_message_in_a_kept_segment_is_does_not_go_with_a_dead_one() throws Exception {
    fill();
    FaultyDisk disk = rig.disk.copy();
    allUnreadable(disk, SECOND);
    Rig second = new Rig(disk, SHAPE);
    Journal opened = second.open();
    opened.sent(231, 7, 11, Level.APPENDED, ok -> {});
    opened.quarantined(231, ok -> {});
    second.pass(Duration.ofSeconds(1));
    traffic(second, opened);
    traffic(second, opened);
    opened.close();
    FaultyDisk healed = disk.copy();
    healed.unreadable(SECOND, 0, 0);
    RecoveredMessage aside =
        new Rig(healed, SHAPE)
            .open().recovery().messages().stream()
                .filter(each -> each.stored().sequence() == 231)
                .findAny()
                .orElseThrow();
    assertEquals(RecoveredMessage.Stage.QUARANTINED, aside.stage());
    assertEquals(11, aside.packetId());
  }
}
