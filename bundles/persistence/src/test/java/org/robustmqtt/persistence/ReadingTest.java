package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** A long queue is on disk only: what a recovery leaves there, and what is read back. */
class ReadingTest {
  private static final DiskJournal.Shape SMALL = new DiskJournal.Shape(10_000, 5, 1_000);

  private final FaultyDisk disk = new FaultyDisk();
  private final Rig rig = new Rig(disk, SMALL);
  private final TreeMap<Long, StoredMessage> stored = new TreeMap<>();
  private Journal journal;

  @BeforeEach
  void open() throws Exception {
    journal = rig.open();
  }

  private void store(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      StoredMessage message =
          Rig.message(journal.nextSequence(), Durability.GROUP, i % 3, bytes + i % 7);
      Rig.offer(journal, message);
      stored.put(message.sequence(), message);
      if (i % 10 == 9) {
        rig.pass(Rig.DELAY);
      }
    }
    rig.pass(Rig.DELAY);
  }

  private void settle(Collection<Long> sequences) {
    for (long sequence : sequences) {
      journal.settled(sequence, WrittenCallback.NONE);
      stored.remove(sequence);
    }
    rig.pass(Rig.DELAY);
  }

  private static long[] array(Collection<Long> sequences) {
    return sequences.stream().mapToLong(Long::longValue).toArray();
  }

  private record Answer(List<StoredMessage> found, int answered) {}

  private Answer read(long[] sequences, int maxBytes) {
    List<Answer> told = new ArrayList<>();
    journal.read(
        sequences, maxBytes, (found, answered, why) -> told.add(new Answer(found, answered)));
    rig.run();
    assertEquals(1, told.size(), "told once");
    return told.get(0);
  }

  /** Asks again and again until all is answered. */
  private List<StoredMessage> readAll(Collection<Long> sequences, int maxBytes) {
    List<StoredMessage> all = new ArrayList<>();
    List<Long> left = new ArrayList<>(sequences);
    while (!left.isEmpty()) {
      Answer answer = read(array(left), maxBytes);
      assertTrue(answer.answered() > 0, "it goes on");
      all.addAll(answer.found());
      left = left.subList(answer.answered(), left.size());
    }
    return all;
  }

  private static void assertSame(Collection<StoredMessage> expected, List<StoredMessage> found) {
    assertEquals(
        expected.stream().map(ReadingTest::text).toList(),
        found.stream().map(ReadingTest::text).toList());
  }

  private static String text(StoredMessage message) {
    Message what = message.message();
    return message.sequence()
        + " "
        + what.topic()
        + " "
        + what.qos()
        + " "
        + message.durability()
        + " "
        + message.acceptedAt()
        + " "
        + List.of(new String(what.payload(), java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  @Test
  void what_is_on_disk_is_read_as_it_was_offered() {
    store(300, 200);
    assertTrue(journal.status().segments() > 5);
    assertSame(stored.values(), readAll(stored.keySet(), 5_000));
    assertSame(stored.values(), readAll(stored.keySet(), 1), "one at a time");
    assertSame(stored.values(), readAll(stored.keySet(), Integer.MAX_VALUE));
  }

  private static void assertSame(
      Collection<StoredMessage> expected, List<StoredMessage> found, String why) {
    assertEquals(
        expected.stream().map(ReadingTest::text).toList(),
        found.stream().map(ReadingTest::text).toList(),
        why);
  }

  @Test
  void a_message_larger_than_any_buffer_is_read() {
    store(3, 200);
    store(1, 300_000);
    store(3, 200);
    assertSame(stored.values(), readAll(stored.keySet(), 1_000));
  }

  @Test
  void no_more_than_asked_for_is_read() {
    store(50, 100);
    Answer answer = read(array(stored.keySet()), 1_000);
    int bytes = answer.found().stream().mapToInt(one -> one.message().payload().length).sum();
    assertTrue(answer.found().size() == answer.answered() && bytes < 1_200, "" + bytes);
  }

  @Test
  void what_has_no_record_is_answered_by_not_being_found() {
    store(20, 100);
    List<Long> all = new ArrayList<>(stored.keySet());
    settle(all.subList(0, 3));
    settle(List.of(all.get(10)));
    assertSame(stored.values(), readAll(all, 100_000));
  }

  @Test
  void a_disk_that_fails_is_asked_again() {
    store(20, 100);
    disk.failRead(1);
    assertEquals(0, read(array(stored.keySet()), 100_000).answered());
    assertSame(stored.values(), readAll(stored.keySet(), 100_000));
  }

  @Test
  void what_was_damaged_meanwhile_is_not_found_and_the_rest_is() {
    store(60, 100);
    List<Long> all = new ArrayList<>(stored.keySet());
    java.nio.file.Path file = Rig.FOLDER.resolve("00000001.seg");
    byte[] bytes = disk.content(file);
    bytes[1_000] ^= 1;
    disk.overwrite(file, bytes);
    List<StoredMessage> found = readAll(all, 100_000);
    TreeSet<Long> missing = new TreeSet<>(all);
    found.forEach(one -> missing.remove(one.sequence()));
    assertTrue(!missing.isEmpty() && missing.size() <= 10, "" + missing);
    missing.forEach(stored::remove);
    assertSame(stored.values(), found);
  }

  @Test
  void nobody_waits_for_a_closed_journal() {
    store(3, 100);
    journal.close();
    assertEquals(0, read(array(stored.keySet()), 100).answered());
  }

  @Test
  void random_parts_are_read_right_while_segments_roll_are_carried_and_go() {
    Random random = new Random(7);
    for (int round = 0; round < 60; round++) {
      store(10 + random.nextInt(40), random.nextInt(300));
      List<Long> gone = new ArrayList<>(stored.keySet());
      gone.removeIf(sequence -> random.nextInt(10) < 3);
      settle(gone);
      rig.pass(Duration.ofSeconds(70));
      List<Long> some = new ArrayList<>(stored.keySet());
      some.removeIf(sequence -> random.nextInt(3) == 0);
      List<StoredMessage> expected = some.stream().map(stored::get).toList();
      assertSame(expected, readAll(some, 1 + random.nextInt(5_000)), "round " + round);
    }
  }

  @Test
  void a_recovery_leaves_on_disk_what_just_waits_and_is_too_much() throws Exception {
    store(700, 30);
    List<Long> all = new ArrayList<>(stored.keySet());
    long sent = all.get(600);
    journal.sent(sent, 7, 70, Level.APPENDED, written -> {});
    long retained = journal.nextSequence();
    Rig.offer(
        journal,
        new StoredMessage(
            retained, Message.text("r", "x").withRetain(true), Durability.SYNC, 5, 0));
    long mortal = journal.nextSequence();
    Rig.offer(
        journal, new StoredMessage(mortal, Message.text("d", "x"), Durability.SYNC, 5, 1_000));
    settle(all.subList(100, 150));
    rig.pass(Rig.DELAY);

    for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
      Journal next = new Rig(disk.after(crash, new Random(1)), SMALL).open();
      Recovery found = next.recovery();
      List<Long> expected = new ArrayList<>(all.subList(0, 5));
      expected.addAll(List.of(sent, retained));
      assertEquals(
          expected, found.messages().stream().map(one -> one.stored().sequence()).toList());
      TreeSet<Long> waiting = new TreeSet<>(stored.keySet());
      expected.forEach(waiting::remove);
      waiting.add(mortal);
      assertEquals(waiting, new TreeSet<>(Rig.waiting(found)));
      assertEquals(
          waiting.stream()
              .mapToLong(
                  sequence ->
                      sequence == mortal
                          ? 2
                          : stored.get(sequence).message().topic().length()
                              + stored.get(sequence).message().payload().length)
              .sum(),
          found.waiting().stream().mapToLong(StoredBlock::bytes).sum());
      assertEquals(1_700_000_000_000L, found.waiting().get(0).acceptedAt());
      assertEquals(0, found.waiting().get(0).expiresAt());
      StoredBlock last = found.waiting().get(found.waiting().size() - 1);
      assertEquals(1_005, last.expiresAt());
      assertEquals(2, last.smallest());
      assertEquals(stored.size() + 2, next.status().recovered());
    }
  }

  @Test
  void what_stays_on_disk_is_told_by_policy() throws Exception {
    Map<String, TreeSet<Long>> byPolicy = new TreeMap<>();
    for (int i = 0; i < 900; i++) {
      long sequence = journal.nextSequence();
      String policy = i % 7 == 0 ? "alarm" : "slow";
      Message message = Message.text(policy + "/" + i % 5 + "/\u00e9", "x");
      Rig.offer(journal, new StoredMessage(sequence, message, Durability.GROUP, 5, 0));
      byPolicy.computeIfAbsent(policy, none -> new TreeSet<>()).add(sequence);
    }
    List<Long> settled = new ArrayList<>(byPolicy.get("slow")).subList(0, 300);
    rig.pass(Rig.DELAY);
    settle(settled);
    rig.pass(Rig.DELAY);
    byPolicy.get("slow").removeAll(settled);

    Rig after = new Rig(disk.after(FaultyDisk.Crash.KILL, new Random(1)), SMALL);
    Recovery found =
        after
            .open(
                new JournalSettings(
                    Optional.empty(),
                    Rig.DELAY,
                    0,
                    topic -> topic.substring(0, topic.indexOf('/'))))
            .recovery();
    found
        .messages()
        .forEach(one -> byPolicy.values().forEach(each -> each.remove(one.stored().sequence())));
    Map<String, TreeSet<Long>> told = new TreeMap<>();
    for (StoredBlock block : found.waiting()) {
      for (int i = 0; i < StoredBlock.SIZE; i++) {
        if ((block.present()[i / 64] & 1L << i) != 0) {
          told.computeIfAbsent(block.policy(), none -> new TreeSet<>()).add(block.first() + i);
        }
      }
    }
    assertEquals(byPolicy, told);
  }

  @Test
  void few_large_messages_are_left_on_disk_too() throws Exception {
    store(4, 600);
    Recovery found = new Rig(disk.copy(), SMALL).open().recovery();
    assertEquals(1, found.messages().size());
    assertEquals(3, Rig.waiting(found).size());
  }
}
