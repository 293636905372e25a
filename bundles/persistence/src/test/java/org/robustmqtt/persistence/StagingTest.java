package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.FaultyMemory;

/** The staging buffer: what survives the process without a byte on disk. */
class StagingTest {
  private static final Random NONE = new Random(0);

  private final FaultyDisk disk = new FaultyDisk();
  private final FaultyMemory memory = disk.withMemory();
  private final Rig rig = new Rig(disk, Rig.SEGMENT_SIZE);
  private final List<Boolean> told = new ArrayList<>();

  private Journal journal() throws JournalException {
    return rig.open();
  }

  private static long offer(Journal journal, Durability durability, int qos) throws Exception {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, durability, qos, 20));
    return sequence;
  }

  private Rig killed() {
    return new Rig(disk.after(FaultyDisk.Crash.KILL, NONE), Rig.SEGMENT_SIZE);
  }

  private static RecoveredMessage only(Recovery found) {
    assertEquals(1, found.messages().size(), found.messages().toString());
    return found.messages().get(0);
  }

  @Test
  void what_was_accepted_survives_a_kill_without_a_byte_on_disk() throws Exception {
    Journal journal = journal();
    assertEquals(Optional.empty(), journal.status().unstaged());
    long before = disk.writtenBytes();
    long group = offer(journal, Durability.GROUP, 1);
    long sync = offer(journal, Durability.SYNC, 1);
    assertEquals(before, disk.writtenBytes());

    Journal next = killed().open();
    assertEquals(List.of(group, sync), Rig.sequences(next));
    assertTrue(next.nextSequence() > sync);
  }

  @Test
  void it_does_not_survive_the_machine() throws Exception {
    offer(journal(), Durability.GROUP, 1);

    Rig next = new Rig(disk.after(FaultyDisk.Crash.DROP, NONE), Rig.SEGMENT_SIZE);
    assertEquals(List.of(), Rig.sequences(next.open()));
  }

  @Test
  void what_was_acknowledged_in_time_leaves_nothing_anywhere() throws Exception {
    Journal journal = journal();
    long before = disk.writtenBytes();
    for (int qos = 0; qos <= 2; qos++) {
      for (int i = 0; i < 50; i++) {
        long sequence = offer(journal, Durability.GROUP, qos);
        journal.sent(sequence, 7, 1 + i, Level.APPENDED, told::add);
        if (qos == 2) {
          journal.released(sequence, Level.APPENDED, told::add);
        }
        journal.settled(sequence, told::add);
      }
    }
    assertEquals(before, disk.writtenBytes());
    assertEquals(350, told.size());
    assertFalse(told.contains(false));
    rig.pass(Duration.ofSeconds(5));
    assertEquals(before, disk.writtenBytes());
    assertEquals(List.of(), Rig.sequences(killed().open()));
  }

  @Test
  void the_stage_of_a_delivery_survives_with_its_message() throws Exception {
    Journal journal = journal();
    final long first = offer(journal, Durability.GROUP, 1);
    final long second = offer(journal, Durability.GROUP, 2);
    final long third = offer(journal, Durability.GROUP, 1);
    journal.sent(first, 7, 11, Level.APPENDED, told::add);
    journal.sent(second, 7, 12, Level.APPENDED, told::add);
    journal.released(second, Level.APPENDED, told::add);
    journal.sent(third, 7, 13, Level.APPENDED, told::add);
    journal.unsent(third);
    assertEquals(List.of(true, true, true, true), told);

    List<RecoveredMessage> found = killed().open().recovery().messages();
    assertEquals(RecoveredMessage.Stage.SENT, found.get(0).stage());
    assertEquals(11, found.get(0).packetId());
    assertEquals(RecoveredMessage.Stage.RELEASED, found.get(1).stage());
    assertEquals(12, found.get(1).packetId());
    assertEquals(0, found.get(2).packetId());
  }

  @Test
  void what_is_said_of_a_message_on_disk_is_told_at_once_and_survives() throws Exception {
    Journal journal = journal();
    final long first = offer(journal, Durability.SYNC, 2);
    final long second = offer(journal, Durability.SYNC, 1);
    final long third = offer(journal, Durability.SYNC, 1);
    final long fourth = offer(journal, Durability.SYNC, 1);
    rig.run();
    journal.sent(first, 7, 11, Level.APPENDED, told::add);
    journal.released(first, Level.APPENDED, told::add);
    journal.settled(second, told::add);
    journal.abandoned(third, told::add);
    journal.quarantined(fourth, told::add);
    journal.received(5, told::add);
    journal.received(6, told::add);
    journal.completed(5, told::add);
    assertEquals(8, told.size(), "within the call");
    assertFalse(told.contains(false));

    Recovery found = killed().open().recovery();
    assertEquals(
        List.of(
            RecoveredMessage.Stage.RELEASED,
            RecoveredMessage.Stage.ABANDONED,
            RecoveredMessage.Stage.QUARANTINED),
        found.messages().stream().map(RecoveredMessage::stage).toList());
    assertEquals(Set.of(6), found.received());
    rig.run();
    assertEquals(8, told.size(), "and not again");
  }

  @Test
  void what_waits_for_a_force_waits() throws Exception {
    Journal journal = journal();
    long sequence = offer(journal, Durability.SYNC, 2);
    journal.sent(sequence, 7, 11, Level.FORCED, told::add);
    journal.put("session", new byte[] {1}, Level.FORCED, told::add);
    assertEquals(List.of(), told);
    rig.run();
    assertEquals(List.of(true, true), told);
  }

  @Test
  void what_was_found_is_on_disk_before_anything_else() throws Exception {
    long sequence = offer(journal(), Durability.GROUP, 1);
    Rig next = killed();
    Journal journal = next.journals.open("home", Rig.SETTINGS, () -> {});

    FaultyDisk cut = next.disk.after(FaultyDisk.Crash.DROP, NONE);
    assertEquals(List.of(sequence), Rig.sequences(Rig.reopen(cut)));
    journal.settled(sequence, WrittenCallback.NONE);
    assertEquals(
        List.of(), Rig.sequences(Rig.reopen(next.disk.after(FaultyDisk.Crash.KILL, NONE))));
  }

  @Test
  void a_clean_close_removes_it_and_so_does_a_minute_without_use() throws Exception {
    Journal journal = journal();
    assertEquals(0, memory.parts(), "an idle connection has none");
    offer(journal, Durability.GROUP, 1);
    assertEquals(1, memory.parts());
    rig.pass(Duration.ofSeconds(59));
    assertEquals(1, memory.parts());
    rig.pass(Duration.ofSeconds(5));
    assertEquals(0, memory.parts());
    assertTrue(rig.rounds.isIdle());
    offer(journal, Durability.GROUP, 1);
    assertEquals(1, memory.parts());
    journal.close();
    assertEquals(0, memory.parts());
  }

  @Test
  void it_grows_and_messages_leave_a_quarter_for_other_records() throws Exception {
    Journal journal = journal();
    long first = 0;
    int count = 0;
    while (true) {
      StoredMessage message = Rig.message(journal.nextSequence(), Durability.GROUP, 1, 4000);
      boolean kept = journal.offer(message, stored -> {});
      if (!kept && memory.parts() > 0 && memory.content().length == 4 << 20) {
        break;
      }
      if (!kept) {
        journal.awaitRoom(Duration.ofSeconds(1));
      } else {
        first = first == 0 ? message.sequence() : first;
        count++;
      }
    }
    assertTrue(count > 600, "3 MB: " + count);
    journal.sent(first, 7, 1, Level.APPENDED, told::add);
    assertEquals(List.of(true), told);
    assertEquals(count, killed().open().recovery().messages().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60_000, 65_536, 250_000, 1_000_000, 3_000_000})
  void a_first_message_of_any_size_waits_for_room_once(int bytes) throws Exception {
    Journal journal = journal();
    StoredMessage message = Rig.message(journal.nextSequence(), Durability.GROUP, 1, bytes);
    assertFalse(journal.offer(message, stored -> {}));
    assertTrue(journal.awaitRoom(Duration.ofSeconds(1)));
    assertTrue(journal.offer(message, stored -> {}));
    assertEquals(List.of(message.sequence()), Rig.sequences(killed().open()));
  }

  @Test
  void a_large_message_that_gets_no_memory_goes_to_the_disk_and_small_ones_stay_in_memory()
      throws Exception {
    Journal journal = journal();
    offer(journal, Durability.GROUP, 1);
    memory.setFull(true);
    StoredMessage large = Rig.message(journal.nextSequence(), Durability.GROUP, 1, 65_536);
    assertFalse(journal.offer(large, stored -> {}));
    assertTrue(journal.awaitRoom(Duration.ofSeconds(1)));
    List<Stored> stored = new ArrayList<>();
    assertTrue(journal.offer(large, stored::add));
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), stored);
    long small = offer(journal, Durability.GROUP, 1);
    assertEquals(Optional.empty(), journal.status().unstaged());
    assertTrue(Rig.sequences(killed().open()).contains(small));
  }

  @Test
  void a_large_first_message_with_memory_for_a_small_buffer_only_leaves_that_buffer()
      throws Exception {
    Journal journal = journal();
    memory.setMost(64 << 10);
    StoredMessage large = Rig.message(journal.nextSequence(), Durability.GROUP, 1, 3_000_000);
    assertFalse(journal.offer(large, stored -> {}));
    assertTrue(journal.awaitRoom(Duration.ofSeconds(1)));
    assertTrue(journal.offer(large, stored -> {}));
    long small = offer(journal, Durability.GROUP, 1);
    assertEquals(Optional.empty(), journal.status().unstaged());
    assertTrue(Rig.sequences(killed().open()).contains(small));
  }

  @Test
  void an_interrupted_caller_gets_the_room_that_is_there_and_stays_interrupted() throws Exception {
    Journal journal = journal();
    StoredMessage message = Rig.message(journal.nextSequence(), Durability.GROUP, 1, 1);
    assertFalse(journal.offer(message, stored -> {}));
    Thread.currentThread().interrupt();
    try {
      assertTrue(journal.awaitRoom(Duration.ofSeconds(1)));
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertTrue(journal.offer(message, stored -> {}));
  }

  @Test
  void when_it_is_full_records_take_the_way_through_the_journal_thread() throws Exception {
    Journal journal = journal();
    final long sequence = offer(journal, Durability.SYNC, 1);
    rig.run();
    memory.setFull(true);
    int early = 0;
    for (int i = 1; i <= 9000; i++) {
      List<Boolean> answer = new ArrayList<>();
      journal.received(i, answer::add);
      early += answer.size();
    }
    assertTrue(early > 1000 && early < 9000, "told at once: " + early);
    journal.settled(sequence, told::add);
    assertEquals(List.of(), told);
    rig.run();
    assertEquals(List.of(true), told);
    assertEquals(9000, killed().open().recovery().received().size());
  }

  @Test
  void without_memory_all_is_as_before_and_the_status_says_why() throws Exception {
    memory.setFull(true);
    Journal journal = journal();
    long sequence = offer(journal, Durability.GROUP, 1);
    rig.run();
    assertEquals(
        Optional.of("No space left on device"), journal.status().unstaged().or(Optional::empty));
    assertEquals(List.of(), Rig.sequences(killed().open()));
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of(sequence), Rig.sequences(killed().open()));
    memory.setFull(false);
    rig.pass(Duration.ofSeconds(10));
    long next = offer(journal, Durability.GROUP, 1);
    assertEquals(List.of(sequence, next), Rig.sequences(killed().open()));
    rig.run();
    assertEquals(Optional.empty(), journal.status().unstaged());
  }

  @Test
  void a_foreign_folder_means_none_and_nothing_worse() throws Exception {
    memory.setForeign(true);
    Journal journal = journal();
    long sequence = offer(journal, Durability.GROUP, 1);
    rig.run();
    assertEquals(Optional.of("the folder belongs to somebody else"), journal.status().unstaged());
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of(sequence), Rig.sequences(killed().open()));
  }

  @Test
  void one_that_was_deleted_is_made_anew_and_written_at_once() throws Exception {
    Journal journal = journal();
    long first = offer(journal, Durability.GROUP, 1);
    rig.pass(Duration.ofMillis(1100));
    long second = offer(journal, Durability.GROUP, 1);
    memory.unlink();
    rig.pass(Duration.ofMillis(1));
    rig.pass(Duration.ofMillis(1100));
    assertEquals(1, memory.parts());
    long third = offer(journal, Durability.GROUP, 1);
    assertEquals(List.of(first, second, third), Rig.sequences(killed().open()));
  }

  @Test
  void a_copy_of_the_folder_is_another_journal_as_far_as_this_matters() throws Exception {
    Journal journal = journal();
    final long sequence = offer(journal, Durability.GROUP, 1);
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    Path copy = Rig.BASE.resolve("copy");
    for (Path file : left.files()) {
      if (!file.endsWith("lock")) {
        left.setContent(copy.resolve(file.getFileName()), left.content(file));
      }
    }
    Rig next = new Rig(left, Rig.SEGMENT_SIZE);
    Journal other = next.journals.open("copy", Rig.SETTINGS, () -> {});
    assertEquals(List.of(), Rig.sequences(other));
    assertEquals(List.of(sequence), Rig.sequences(next.open()));
  }

  @Test
  void one_of_another_journal_or_opening_is_set_aside_and_never_believed() throws Exception {
    Journal journal = journal();
    FaultyDisk early = disk.copy();
    journal.close();
    offer(journal(), Durability.GROUP, 1);
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    left.files().forEach(left::unlink);
    early.files().forEach(file -> left.setContent(file, early.content(file)));
    Journal next = new Rig(left, Rig.SEGMENT_SIZE).open();
    assertEquals(List.of(), Rig.sequences(next));
    assertTrue(left.files().contains(Rig.FOLDER.resolve("staging.damaged")));
    assertEquals(List.of("staging.damaged"), next.status().damagedFiles());
    long sequence = offer(next, Durability.GROUP, 1);
    Journal third = Rig.reopen(left.after(FaultyDisk.Crash.KILL, NONE));
    assertEquals(List.of(sequence), Rig.sequences(third));
  }

  @Test
  void one_that_a_folder_of_before_has_left_is_no_damage_of_a_new_journal() throws Exception {
    offer(journal(), Durability.GROUP, 1);
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    left.files().forEach(left::unlink);
    Rig next = new Rig(left, Rig.SEGMENT_SIZE);
    Journal journal = next.open();
    assertEquals(List.of(), Rig.sequences(journal));
    assertEquals(List.of(), journal.status().damagedFiles());
    assertTrue(left.files().contains(Rig.FOLDER.resolve("staging.damaged.seen")));
    journal.close();
    assertTrue(next.journals.delete("home"));
    assertEquals(List.of(), left.files());
  }

  @Test
  void a_deleted_journal_has_none_and_its_name_begins_anew() throws Exception {
    offer(journal(), Durability.GROUP, 1);
    Rig next = killed();
    assertTrue(next.journals.delete("home"));
    assertEquals(0, ((FaultyMemory) next.disk.memory()).parts());
    assertEquals(List.of(), Rig.sequences(next.open()));
  }

  @Test
  void a_journal_that_is_taken_over_brings_what_its_buffer_holds() throws Exception {
    Path area = Path.of("/cache/journals").toAbsolutePath();
    StorePath before = StorePath.of(Map.of(), Optional.of(area));
    Rig old = new Rig(disk, Rig.SEGMENT_SIZE, before);
    long sequence = offer(old.open(), Durability.GROUP, 1);
    StorePath after = StorePath.of(Map.of("directory", Rig.BASE.toString()), Optional.of(area));
    Rig next = new Rig(disk.after(FaultyDisk.Crash.KILL, NONE), Rig.SEGMENT_SIZE, after);
    assertEquals(List.of(sequence), Rig.sequences(next.open()));
    assertEquals(0, ((FaultyMemory) next.disk.memory()).parts());
  }

  @Test
  void a_disk_that_takes_nothing_at_the_start_does_not_keep_it_from_being_sent() throws Exception {
    Journal journal = journal();
    final long stored = offer(journal, Durability.SYNC, 1);
    rig.run();
    final long sequence = offer(journal, Durability.GROUP, 1);
    journal.settled(stored, told::add);

    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    left.setReadOnly(true);
    Rig next = new Rig(left, Rig.SEGMENT_SIZE);
    Journal broken = next.open();
    assertEquals(List.of(sequence), Rig.sequences(broken));
    assertTrue(broken.status().degraded().isPresent());
    FaultyDisk again = left.after(FaultyDisk.Crash.KILL, NONE);
    assertEquals(List.of(sequence), Rig.sequences(Rig.reopen(again)));

    left.setReadOnly(false);
    next.pass(Duration.ofSeconds(6));
    assertEquals(Optional.empty(), broken.status().degraded());
    FaultyDisk cut = left.after(FaultyDisk.Crash.DROP, NONE);
    assertEquals(List.of(sequence), Rig.sequences(Rig.reopen(cut)));
    assertEquals(
        sequence,
        only(Rig.reopen(left.after(FaultyDisk.Crash.KILL, NONE)).recovery()).stored().sequence());
  }

  @Test
  void numbers_that_were_given_out_by_the_time_are_not_given_out_again() throws Exception {
    offer(journal(), Durability.GROUP, 1);
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    left.setReadOnly(true);
    Journal broken = new Rig(left, Rig.SEGMENT_SIZE).open();
    offer(broken, Durability.GROUP, 1);
    long last = broken.nextSequence();
    Journal next = Rig.reopen(left.after(FaultyDisk.Crash.KILL, NONE));
    assertEquals(2, next.recovery().messages().size());
    assertTrue(next.nextSequence() > last);
  }

  @Test
  void a_settlement_that_the_disk_does_not_take_is_not_forgotten_by_a_kill() throws Exception {
    Journal journal = journal();
    long stored = offer(journal, Durability.SYNC, 1);
    rig.run();
    disk.setReadOnly(true);
    journal.settled(stored, told::add);
    rig.run();
    assertEquals(List.of(true), told);
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    assertEquals(List.of(), Rig.sequences(Rig.reopen(left)));
  }

  @Test
  void what_a_broken_start_has_found_twice_ends_once() throws Exception {
    Journal journal = journal();
    long sequence = offer(journal, Durability.SYNC, 1);
    disk.failForces(5);
    rig.run();
    FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
    left.setReadOnly(true);
    Rig next = new Rig(left, Rig.SEGMENT_SIZE);
    Journal broken = next.open();
    assertEquals(List.of(sequence), Rig.sequences(broken));
    broken.settled(sequence, told::add);
    assertEquals(List.of(true), told);
    left.setReadOnly(false);
    next.pass(Duration.ofSeconds(6));
    assertEquals(Optional.empty(), broken.status().degraded());
    assertEquals(List.of(), Rig.sequences(Rig.reopen(left.after(FaultyDisk.Crash.KILL, NONE))));
  }

  @Test
  void what_waits_behind_a_long_backlog_keeps_its_place() throws Exception {
    org.robustmqtt.persistence.journal.DiskJournal.Shape few =
        new org.robustmqtt.persistence.journal.DiskJournal.Shape(Rig.SEGMENT_SIZE, 5, 10_000);
    Rig small = new Rig(disk, few);
    Journal journal = small.open();
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(offer(journal, Durability.SYNC, 1));
    }
    small.run();
    for (int i = 0; i < 20; i++) {
      all.add(offer(journal, Durability.GROUP, 1));
    }
    for (boolean broken : new boolean[] {false, true}) {
      FaultyDisk left = disk.after(FaultyDisk.Crash.KILL, NONE);
      left.setReadOnly(broken);
      Rig next = new Rig(left, few);
      Journal again = next.open();
      Recovery found = again.recovery();
      assertEquals(all, Rig.sequences(found));
      List<Long> waiting = Rig.waiting(found);
      assertEquals(35, waiting.size());
      List<Long> read = new ArrayList<>();
      while (read.size() < 35) {
        long[] rest = waiting.stream().mapToLong(one -> one).skip(read.size()).toArray();
        again.read(
            rest,
            1 << 20,
            (messages, answered, unreadable) ->
                messages.forEach(message -> read.add(message.sequence())));
        next.run();
      }
      assertEquals(waiting, read);
    }
  }

  @Test
  void a_journal_of_before_gets_one() throws Exception {
    try (InputStream in = StagingTest.class.getResourceAsStream("/format1.zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        disk.setContent(Rig.FOLDER.resolve(entry.getName()), zip.readAllBytes());
      }
    }
    Journal journal = journal();
    List<Long> before = Rig.sequences(journal);
    assertTrue(before.size() > 9_900, "messages of before: " + before.size());
    long sequence = offer(journal, Durability.GROUP, 1);
    List<Long> after = Rig.sequences(killed().open());
    assertEquals(before, after.subList(0, before.size()));
    assertEquals(List.of(sequence), after.subList(before.size(), after.size()));
  }

  @Test
  void an_exchange_that_only_the_buffer_knows_to_be_complete_is_not_open_again() throws Exception {
    Journal journal = journal();
    offer(journal, Durability.SYNC, 1);
    journal.received(5, told::add);
    rig.pass(Duration.ofSeconds(1));
    journal.completed(5, told::add);
    assertEquals(List.of(true, true), told);

    Rig second = killed();
    assertEquals(Set.of(), second.open().recovery().received());
    FaultyDisk third = second.disk.after(FaultyDisk.Crash.KILL, NONE);
    assertEquals(Set.of(), new Rig(third, Rig.SEGMENT_SIZE).open().recovery().received());
  }

  @Test
  void what_it_says_of_messages_that_cannot_be_read_counts_when_they_can() throws Exception {
    Journal journal = journal();
    final long settled = offer(journal, Durability.SYNC, 1);
    final long abandoned = offer(journal, Durability.SYNC, 2);
    final long waiting = offer(journal, Durability.SYNC, 1);
    rig.pass(Duration.ofSeconds(1));
    journal.sent(abandoned, 7, 11, Level.FORCED, told::add);
    rig.run();
    journal.settled(settled, told::add);
    journal.abandoned(abandoned, told::add);
    assertEquals(List.of(true, true, true), told);

    Path first = Rig.FOLDER.resolve("00000001.seg");
    FaultyDisk blind = disk.after(FaultyDisk.Crash.KILL, NONE);
    blind.unreadable(first, 0, Integer.MAX_VALUE);
    Rig second = new Rig(blind, Rig.SEGMENT_SIZE);
    Journal opened = second.open();
    assertEquals(List.of(), Rig.sequences(opened));
    opened.close();
    FaultyDisk healed = blind.after(FaultyDisk.Crash.KILL, NONE);
    healed.unreadable(first, 0, 0);
    Recovery found = new Rig(healed, Rig.SEGMENT_SIZE).open().recovery();
    assertEquals(List.of(abandoned, waiting), Rig.sequences(found));
    assertEquals(RecoveredMessage.Stage.ABANDONED, found.messages().get(0).stage());
    assertEquals(11, found.messages().get(0).packetId());
  }
}
