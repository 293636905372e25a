package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** While the disk cannot be written, and when it can be again. */
class DegradedTest {
  private static final Duration BACK = Duration.ofSeconds(6);

  private final Rig rig = new Rig(new FaultyDisk(), 10_000);
  private final List<String> heard = new ArrayList<>();
  private Journal journal;

  @BeforeEach
  void open() throws Exception {
    journal = rig.open();
  }

  /** From here on every operation fails. */
  private void breakDisk() {
    rig.disk.fail(1, 1_000_000);
  }

  private void repairDisk() {
    rig.disk.fail(0, 0);
  }

  private long offer(Durability durability, int qos) {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, durability, qos, 20));
    return sequence;
  }

  private void degrade() {
    breakDisk();
    journal.put("any", new byte[] {1}, Level.FORCED, written -> {});
    rig.run();
    assertTrue(journal.status().degraded().isPresent());
  }

  private void hear(String what, boolean written) {
    heard.add(what + (written ? "" : " not"));
  }

  private List<Long> onDisk() throws Exception {
    return Rig.sequences(
        new Rig(rig.disk.after(FaultyDisk.Crash.DROP, new Random(1)), 10_000).open());
  }

  @Test
  void what_is_in_memory_is_written_in_sequence_order_before_anything_new() throws Exception {
    degrade();
    List<Long> kept = new ArrayList<>();
    List<Stored> told = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long sequence = journal.nextSequence();
      kept.add(sequence);
      journal.offer(Rig.message(sequence, Durability.GROUP, i % 3, 200), told::add);
      rig.pass(Duration.ofMillis(20));
    }
    rig.pass(Rig.DELAY);
    assertEquals(300, told.size());
    assertTrue(told.stream().allMatch(Stored.MEMORY_ONLY::equals));
    JournalStatus status = journal.status();
    assertEquals(300, status.memoryMessages());
    assertEquals(300 * 206, status.memoryBytes());

    repairDisk();
    long forces = journal.status().forces();
    rig.pass(BACK);
    assertTrue(journal.status().degraded().isEmpty());
    assertEquals(0, journal.status().memoryMessages());
    assertEquals(300, journal.status().liveMessages());
    assertEquals(300, told.size(), "no second callback");
    assertTrue(journal.status().segments() > 5, "segments are rolled meanwhile");
    assertTrue(journal.status().forces() - forces < 40, "not one force for each");
    assertEquals(kept, onDisk());
  }

  @Test
  void a_message_in_memory_that_is_settled_is_told_at_once_and_never_written() throws Exception {
    degrade();
    long settled = offer(Durability.GROUP, 1);
    long kept = offer(Durability.GROUP, 1);
    rig.pass(Rig.DELAY);
    journal.settled(settled, written -> hear("settled", written));
    assertEquals(List.of("settled"), heard);
    repairDisk();
    rig.pass(BACK);
    assertEquals(List.of(kept), onDisk());
    assertEquals(1, journal.status().liveMessages());
  }

  @Test
  void what_was_said_of_a_message_in_memory_is_written_with_it() throws Exception {
    degrade();
    long sent = offer(Durability.GROUP, 1);
    long aside = offer(Durability.GROUP, 1);
    rig.pass(Rig.DELAY);
    journal.sent(sent, 7, 70, Level.APPENDED, written -> hear("sent", written));
    journal.quarantined(aside, written -> hear("quarantined", written));
    rig.run();
    assertEquals(List.of("sent", "quarantined"), heard, "nobody has to wait for these");
    repairDisk();
    rig.pass(BACK);
    List<RecoveredMessage> found = Rig.reopen(rig.disk.copy()).recovery().messages();
    assertEquals(RecoveredMessage.Stage.SENT, found.get(0).stage());
    assertEquals(70, found.get(0).packetId());
    assertEquals(RecoveredMessage.Stage.QUARANTINED, found.get(1).stage());
  }

  @Test
  void an_exchange_of_qos_2_waits_for_the_disk_and_one_of_memory_does_not() throws Exception {
    long old = offer(Durability.SYNC, 2);
    long other = offer(Durability.SYNC, 2);
    long qos1 = offer(Durability.SYNC, 1);
    rig.run();
    journal.sent(other, 7, 60, Level.APPENDED, written -> {});
    rig.run();
    degrade();
    long kept = offer(Durability.GROUP, 2);
    rig.pass(Rig.DELAY);
    journal.sent(old, 7, 70, Level.FORCED, written -> hear("old", written));
    journal.released(other, Level.APPENDED, written -> hear("released", written));
    journal.sent(kept, 7, 71, Level.APPENDED, written -> hear("kept", written));
    journal.received(5, written -> hear("received", written));
    journal.completed(4, written -> hear("completed", written));
    rig.pass(Duration.ofSeconds(4));
    assertEquals(List.of(), heard, "these wait");
    journal.sent(qos1, 7, 72, Level.APPENDED, written -> hear("qos 1", written));
    long memory = offer(Durability.MEMORY, 2);
    journal.sent(memory, 7, 73, Level.FORCED, written -> hear("memory", written));
    rig.run();
    assertEquals(List.of("memory", "qos 1 not"), heard, "these do not");
    heard.clear();

    repairDisk();
    rig.pass(BACK);
    assertEquals(List.of("old", "released", "received", "completed", "kept"), heard);
    List<RecoveredMessage> found = Rig.reopen(rig.disk.copy()).recovery().messages();
    assertEquals(List.of(70, 60, 72, 71), found.stream().map(RecoveredMessage::packetId).toList());
    assertEquals(RecoveredMessage.Stage.RELEASED, found.get(1).stage());
  }

  @Test
  void a_batch_that_may_be_on_disk_is_in_memory_too_and_counts_once() throws Exception {
    long sequence = journal.nextSequence();
    List<Stored> told = Rig.offer(journal, Rig.message(sequence, Durability.GROUP));
    long lost = journal.nextSequence();
    Rig.offer(journal, Rig.message(lost, Durability.GROUP));
    // Both writes succeed, both forces fail: who knows what is on disk.
    rig.disk.failForces(2);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.MEMORY_ONLY), told);
    assertEquals(2, journal.status().memoryMessages());
    journal.settled(lost, written -> hear("settled", written));
    rig.run();
    assertEquals(List.of("settled not"), heard, "it may come back");
    assertEquals(1, journal.status().possibleDuplicates());
    journal.sent(sequence, 3, 9, Level.APPENDED, written -> {});
    rig.pass(BACK);
    assertEquals(0, journal.status().possibleDuplicates());
    assertEquals(1, journal.status().liveMessages());
    for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
      List<RecoveredMessage> found =
          Rig.reopen(rig.disk.after(crash, new Random(3))).recovery().messages();
      assertEquals(1, found.size(), crash.toString());
      assertEquals(sequence, found.get(0).stored().sequence());
      assertEquals(9, found.get(0).packetId());
    }
  }

  @Test
  void a_journal_closed_before_the_disk_is_back_says_what_may_be_repeated() {
    long first = offer(Durability.SYNC, 1);
    long second = offer(Durability.SYNC, 2);
    rig.run();
    degrade();
    journal.settled(first, written -> hear("settled", written));
    journal.settled(second, written -> hear("settled", written));
    offer(Durability.GROUP, 1);
    journal.received(5, written -> hear("received", written));
    rig.pass(Rig.DELAY);
    assertEquals(2, journal.status().possibleDuplicates());
    assertEquals(1, journal.status().memoryMessages());
    journal.close();
    assertEquals(List.of("settled not", "settled not", "received not"), heard);
    assertEquals(2, journal.status().possibleDuplicates(), "also after the end");
    assertTrue(journal.status().degraded().isPresent());
  }

  @Test
  void a_disk_that_comes_back_while_closing_gets_it_all() throws Exception {
    degrade();
    long kept = offer(Durability.GROUP, 1);
    rig.pass(Rig.DELAY);
    repairDisk();
    journal.close();
    assertEquals(0, journal.status().memoryMessages());
    assertEquals(List.of(kept), onDisk());
  }

  @Test
  void a_disk_that_breaks_again_while_it_is_told_what_it_missed_loses_nothing() throws Exception {
    for (int after = 1; after < 30; after++) {
      Rig other = new Rig(new FaultyDisk(), 2_000);
      Journal there = other.open();
      other.disk.fail(1, 1_000_000);
      List<Long> sequences = new ArrayList<>();
      List<Stored> told = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long sequence = there.nextSequence();
        sequences.add(sequence);
        there.offer(Rig.message(sequence, Durability.GROUP, 1, 200), told::add);
      }
      other.pass(Rig.DELAY);
      assertTrue(there.status().degraded().isPresent());
      other.disk.fail(after, 3);
      other.pass(Duration.ofSeconds(30));
      assertTrue(there.status().degraded().isEmpty(), "after " + after);
      assertEquals(20, told.size(), "told once, after " + after);
      assertEquals(20, there.status().liveMessages(), "after " + after);
      assertEquals(
          sequences,
          Rig.sequences(Rig.reopen(other.disk.after(FaultyDisk.Crash.DROP, new Random(1)))),
          "after " + after);
    }
  }

  @Test
  void it_tries_again_by_itself_and_rests_between() {
    degrade();
    int before = rig.disk.operations();
    rig.pass(Duration.ofMinutes(1));
    int tried = rig.disk.operations() - before;
    assertTrue(tried >= 10 && tried <= 50, "operations in a minute: " + tried);
    repairDisk();
    rig.pass(BACK);
    assertFalse(journal.status().degraded().isPresent());
    assertTrue(rig.rounds.isIdle());
  }

  @Test
  void the_status_says_in_words_what_is_wrong() {
    rig.disk.fail(1, 1_000_000, "Read-only file system");
    journal.put("any", new byte[] {1}, Level.FORCED, written -> {});
    rig.run();
    assertEquals("the disk is read-only: " + Rig.FOLDER, journal.status().degraded().get());
    rig.disk.setFree(300_000);
    rig.disk.fail(1, 1_000_000, "No space left on device");
    rig.pass(BACK);
    assertEquals(
        "disk full: 292 kB free in " + Rig.FOLDER + " (No space left on device)",
        journal.status().degraded().get());
    rig.disk.setFree(1L << 30);
    rig.disk.fail(1, 1_000_000, "Input/output error");
    rig.pass(BACK);
    assertEquals(
        "cannot be written: " + Rig.FOLDER + ": Input/output error",
        journal.status().degraded().get());
  }

  @Test
  void what_was_taken_away_while_it_was_broken_does_not_come_back_with_an_older_segment()
      throws Exception {
    offer(Durability.SYNC, 1);
    journal.put("filter", new byte[] {1}, Level.FORCED, written -> {});
    journal.received(7, written -> {});
    journal.received(8, written -> {});
    rig.pass(Rig.DELAY);
    degrade();
    journal.completed(7, written -> hear("completed", written));
    journal.put("filter", new byte[0], Level.FORCED, written -> hear("removed", written));
    rig.run();
    repairDisk();
    rig.pass(Duration.ofSeconds(6));
    assertEquals(List.of("completed", "removed"), heard);

    FaultyDisk after = rig.disk.after(FaultyDisk.Crash.DROP, new Random(1));
    Recovery found = new Rig(after, 10_000).open().recovery();
    assertEquals(Set.of(8), found.received());
    assertEquals(Set.of("any"), found.values().keySet());
    Recovery again = new Rig(after.copy(), 10_000).open().recovery();
    assertEquals(Set.of(8), again.received());
  }
}
