package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** When what is written, forced and told, in virtual time. */
class WritingTest {
  private final Rig rig = Rig.empty();
  private final List<String> heard = new ArrayList<>();
  private Journal journal;

  @BeforeEach
  void open() throws Exception {
    journal = rig.open();
  }

  private long written() {
    return rig.disk.writtenBytes();
  }

  private long forces() {
    return journal.status().forces();
  }

  private void hear(String what, boolean written) {
    heard.add(what + (written ? "" : " not"));
  }

  @Test
  void sync_is_written_and_forced_in_the_next_round() {
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    assertEquals(List.of(), told, "offering writes nothing");
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
  }

  @Test
  void one_force_serves_all_that_wait() {
    long before = forces();
    List<List<Stored>> told = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      told.add(Rig.offer(journal, Durability.SYNC));
    }
    rig.run();
    assertTrue(told.stream().allMatch(List.of(Stored.ON_DISK)::equals));
    assertEquals(before + 1, forces());
  }

  @Test
  void group_is_on_disk_exactly_when_its_delay_ends_and_not_before() {
    List<Stored> told = Rig.offer(journal, Durability.GROUP);
    long before = written();
    rig.pass(Rig.DELAY.minusMillis(1));
    assertEquals(List.of(), told);
    assertEquals(before, written());
    rig.pass(Duration.ofMillis(1));
    assertEquals(List.of(Stored.ON_DISK), told);
  }

  @Test
  void another_delay_counts_for_what_comes_then_and_breaks_no_promise_given_before() {
    List<Stored> before = Rig.offer(journal, Durability.GROUP);
    journal.retune(Duration.ofMillis(20), 0);
    List<Stored> after = Rig.offer(journal, Durability.GROUP);
    rig.pass(Duration.ofMillis(20));
    assertEquals(List.of(Stored.ON_DISK), after);
    assertEquals(List.of(Stored.ON_DISK), before, "it shares the force");
    journal.retune(Duration.ofSeconds(1), 0);
    rig.run();
    List<Stored> later = Rig.offer(journal, Durability.GROUP);
    rig.pass(Duration.ofMillis(999));
    assertEquals(List.of(), later);
    rig.pass(Duration.ofMillis(1));
    assertEquals(List.of(Stored.ON_DISK), later);
  }

  @Test
  void a_message_staged_with_a_long_delay_is_on_disk_in_time_when_the_delay_grows() {
    List<Stored> told = Rig.offer(journal, Durability.GROUP);
    journal.retune(Duration.ofSeconds(30), 0);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.ON_DISK), told);
  }

  @Test
  void another_bound_of_free_space_is_in_force_at_once() {
    rig.disk.setFree(8 << 20);
    journal.retune(Rig.DELAY, 1L << 40);
    List<Stored> refused = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.FAILED), refused);
    journal.retune(Rig.DELAY, 0);
    rig.pass(Duration.ofSeconds(5));
    List<Stored> told = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
  }

  @Test
  void all_group_messages_share_the_force_of_the_oldest() {
    long before = forces();
    List<Stored> first = Rig.offer(journal, Durability.GROUP);
    rig.pass(Rig.DELAY.dividedBy(2));
    List<Stored> second = Rig.offer(journal, Durability.GROUP);
    rig.pass(Rig.DELAY.dividedBy(2));
    assertEquals(List.of(Stored.ON_DISK), first);
    assertEquals(List.of(Stored.ON_DISK), second);
    assertEquals(before + 1, forces());
  }

  @Test
  void a_group_message_that_is_settled_first_costs_no_byte_and_no_force() {
    long bytes = written();
    long forces = forces();
    for (int i = 0; i < 50; i++) {
      long sequence = journal.nextSequence();
      journal.offer(
          Rig.message(sequence, Durability.GROUP), stored -> heard.add(stored.toString()));
      journal.sent(sequence, 1, 1 + i, Level.APPENDED, written -> hear("sent", written));
      rig.pass(Duration.ofMillis(20));
      journal.settled(sequence, written -> hear("settled", written));
      assertEquals(List.of("sent", "SETTLED_FIRST", "settled"), heard);
      heard.clear();
    }
    rig.pass(Duration.ofSeconds(10));
    assertEquals(bytes, written());
    assertEquals(forces, forces());
  }

  @Test
  void a_sync_message_does_not_drag_group_messages_along() {
    List<Stored> group = Rig.offer(journal, Durability.GROUP);
    List<Stored> sync = Rig.offer(journal, Durability.SYNC);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), sync);
    assertEquals(List.of(), group, "it may still be settled first");
  }

  @Test
  void memory_is_never_written() {
    long before = written();
    assertEquals(List.of(Stored.MEMORY_ONLY), Rig.offer(journal, Durability.MEMORY));
    rig.pass(Duration.ofSeconds(10));
    assertEquals(before, written());
  }

  @Test
  void records_of_a_message_without_a_record_are_told_at_once_and_not_written() {
    long before = written();
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, Durability.MEMORY));
    journal.sent(sequence, 1, 1, Level.FORCED, written -> hear("sent", written));
    journal.released(sequence, Level.FORCED, written -> hear("released", written));
    journal.settled(sequence, written -> hear("settled", written));
    assertEquals(List.of("sent", "released", "settled"), heard);
    rig.pass(Duration.ofSeconds(10));
    assertEquals(before, written());
  }

  @Test
  void settlements_are_appended_in_the_next_round_and_forced_within_the_delay() {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, Durability.SYNC));
    rig.run();
    long forces = forces();
    journal.settled(sequence, written -> hear("settled", written));
    rig.run();
    assertEquals(List.of("settled"), heard);
    assertEquals(forces, forces(), "nobody waits for a force");
    rig.pass(Rig.DELAY);
    assertEquals(forces + 1, forces(), "only a power cut within the delay can take it back");
    rig.pass(Duration.ofSeconds(10));
    assertEquals(forces + 1, forces());
  }

  @Test
  void a_settlement_and_a_packet_id_cost_at_most_20_bytes_each() {
    int count = 1000;
    long[] sequences = new long[count];
    for (int i = 0; i < count; i++) {
      sequences[i] = journal.nextSequence();
      Rig.offer(journal, Rig.message(sequences[i], Durability.SYNC));
    }
    rig.run();
    long before = written();
    for (int i = 0; i < count; i++) {
      journal.sent(sequences[i], 70_000, 60_000, Level.APPENDED, written -> {});
    }
    rig.run();
    assertTrue(written() - before <= 20L * count, "sent: " + (written() - before));
    before = written();
    for (int i = 0; i < count; i++) {
      journal.settled(sequences[i], written -> {});
    }
    rig.run();
    assertTrue(written() - before <= 20L * count, "settled: " + (written() - before));
  }

  @Test
  void a_message_of_250_bytes_costs_at_most_300() {
    long before = written();
    for (int i = 0; i < 100; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.SYNC, 1, 244));
      rig.run();
    }
    assertTrue(written() - before <= 100 * 300, "written: " + (written() - before));
  }

  @Test
  void a_qos_2_message_is_written_before_the_packet_id_that_needs_it() throws Exception {
    long sequence = journal.nextSequence();
    List<Stored> told = Rig.offer(journal, Rig.message(sequence, Durability.GROUP, 2, 10));
    journal.sent(sequence, 5, 77, Level.APPENDED, written -> hear("sent", written));
    assertEquals(List.of(), heard, "not before it is written");
    rig.run();
    assertEquals(List.of("sent"), heard);
    assertEquals(List.of(), told, "it was appended, nobody waits for the force");
    FaultyDisk killed = rig.disk.copy();
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.ON_DISK), told);

    RecoveredMessage found = Rig.reopen(killed).recovery().messages().get(0);
    assertEquals(sequence, found.stored().sequence());
    assertEquals(RecoveredMessage.Stage.SENT, found.stage());
    assertEquals(77, found.packetId());
    assertEquals(5, found.epoch());
  }

  @Test
  void the_packet_id_of_a_staged_message_is_written_with_it() throws Exception {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, Durability.GROUP));
    journal.sent(sequence, 5, 77, Level.APPENDED, written -> hear("sent", written));
    assertEquals(List.of("sent"), heard);
    rig.pass(Rig.DELAY);
    RecoveredMessage found = Rig.reopen(rig.disk.copy()).recovery().messages().get(0);
    assertEquals(77, found.packetId());
    assertEquals(RecoveredMessage.Stage.SENT, found.stage());
  }

  @Test
  void stages_go_forward_and_a_lost_session_takes_them_back() throws Exception {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, Durability.SYNC, 2, 10));
    journal.sent(sequence, 5, 77, Level.APPENDED, written -> {});
    journal.released(sequence, Level.APPENDED, written -> hear("released", written));
    rig.run();
    assertEquals(List.of("released"), heard);
    RecoveredMessage found = Rig.reopen(rig.disk.copy()).recovery().messages().get(0);
    assertEquals(RecoveredMessage.Stage.RELEASED, found.stage());
    assertEquals(77, found.packetId());

    journal.unsent(sequence);
    rig.run();
    found = Rig.reopen(rig.disk.copy()).recovery().messages().get(0);
    assertEquals(RecoveredMessage.Stage.SENT, found.stage(), "it may have arrived");
    assertEquals(0, found.packetId(), "it is to be sent as new");
  }

  @Test
  void received_ids_stay_until_completed_or_forgotten_in_their_order() throws Exception {
    for (int packetId : new int[] {9, 3, 7}) {
      journal.received(packetId, written -> hear("received " + packetId, written));
    }
    journal.completed(3, written -> hear("completed", written));
    rig.run();
    assertEquals(List.of("received 9", "received 3", "received 7", "completed"), heard);
    assertEquals(List.of(9, 7), List.copyOf(Rig.reopen(rig.disk.copy()).recovery().received()));
    journal.forgetReceived();
    rig.run();
    assertEquals(0, Rig.reopen(rig.disk.copy()).recovery().received().size());
  }

  @Test
  void the_newest_value_of_a_key_counts_and_an_empty_one_removes_it() throws Exception {
    journal.put("a", new byte[] {1}, Level.FORCED, written -> hear("a1", written));
    journal.put("b", new byte[] {2}, Level.APPENDED, written -> hear("b", written));
    journal.put("a", new byte[] {3, 4}, Level.FORCED, written -> hear("a2", written));
    rig.run();
    assertEquals(List.of("b", "a1", "a2"), heard, "the forced ones are told after the force");
    var values = Rig.reopen(rig.disk.copy()).recovery().values();
    assertEquals(List.of("a", "b"), List.copyOf(values.keySet()));
    assertEquals(2, values.get("a").length);
    journal.put("a", new byte[0], Level.FORCED, written -> {});
    rig.run();
    assertEquals(
        List.of("b"), List.copyOf(Rig.reopen(rig.disk.copy()).recovery().values().keySet()));
  }

  @Test
  void a_full_stage_refuses_and_has_room_after_one_round() throws Exception {
    int size = 100_000;
    int kept = 0;
    while (journal.offer(
        Rig.message(journal.nextSequence(), Durability.GROUP, 1, size), stored -> {})) {
      kept++;
      assertTrue(kept * (long) size <= 4 << 20, "bounded by 4 MB");
    }
    assertTrue(kept > 35, "kept " + kept);
    assertTrue(journal.awaitRoom(Duration.ofSeconds(1)));
    assertTrue(
        journal.offer(
            Rig.message(journal.nextSequence(), Durability.GROUP, 1, size), stored -> {}));
  }

  @Test
  void a_message_larger_than_the_stage_is_taken_alone() {
    List<Stored> told =
        Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.SYNC, 1, 6 << 20));
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), told);
  }

  @Test
  void closing_writes_what_is_staged_and_nothing_after() throws Exception {
    List<Stored> told = Rig.offer(journal, Durability.GROUP);
    journal.close();
    assertEquals(List.of(Stored.ON_DISK), told);
    assertFalse(journal.offer(Rig.message(500, Durability.GROUP), stored -> {}));
    journal.settled(1, written -> hear("settled", written));
    assertEquals(List.of("settled not"), heard);
    assertEquals(0, journal.nextSequence());
    assertFalse(rig.disk.holdsLocks());
    journal.close();
  }

  @Test
  void an_idle_journal_asks_for_no_round() {
    Rig.offer(journal, Durability.SYNC);
    rig.pass(Duration.ofSeconds(1));
    assertTrue(rig.rounds.isIdle());
  }

  @Test
  void a_delay_of_zero_writes_at_once() throws Exception {
    Rig other = Rig.empty();
    Journal prompt = other.open(new JournalSettings(Optional.empty(), Duration.ZERO, 0));
    List<Stored> told = Rig.offer(prompt, Durability.GROUP);
    other.run();
    assertEquals(List.of(Stored.ON_DISK), told);
  }
}
