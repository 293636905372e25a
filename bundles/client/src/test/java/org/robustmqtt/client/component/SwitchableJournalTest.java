package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/** A journal can be taken away and put back, and nothing that matters is forgotten. */
class SwitchableJournalTest {
  private static final JournalSettings SETTINGS =
      new JournalSettings(Optional.empty(), Duration.ZERO, 0);

  private final FakeJournal first = new FakeJournal("/first", SETTINGS);
  private final FakeJournal second = new FakeJournal("/second", SETTINGS);
  private SwitchableJournal journal;

  @BeforeEach
  void open() {
    first.found =
        new Recovery(
            List.of(), Set.of(7), Map.of("clientId", "me".getBytes(StandardCharsets.UTF_8)), 0);
    journal = new SwitchableJournal(first);
  }

  private static StoredMessage message(long sequence, Durability durability) {
    return new StoredMessage(sequence, Message.text("t", "x"), durability, 0, 0);
  }

  private Stored offer(long sequence, Durability durability) {
    List<Stored> told = new ArrayList<>();
    assertTrue(journal.offer(message(sequence, durability), told::add));
    assertEquals(1, told.size());
    return told.get(0);
  }

  private List<Boolean> all() {
    List<Boolean> told = new ArrayList<>();
    WrittenCallback callback = told::add;
    journal.sent(1, 2, 3, Level.APPENDED, callback);
    journal.released(1, Level.APPENDED, callback);
    journal.settled(1, callback);
    journal.received(4, callback);
    journal.completed(4, callback);
    journal.put("k", new byte[] {'v'}, Level.FORCED, callback);
    return told;
  }

  @Test
  void while_the_journal_is_there_everything_goes_to_it() {
    assertEquals(Stored.ON_DISK, offer(1, Durability.SYNC));
    assertEquals(List.of(true, true, true, true, true, true), all());
    journal.unsent(1);
    journal.forgetReceived();

    assertEquals(
        List.of(
            "message 1",
            "sent 1 2 3",
            "released 1",
            "settled 1",
            "received 4",
            "completed 4",
            "put k v",
            "unsent 1",
            "forgetReceived"),
        first.records);
  }

  @Test
  void what_was_found_is_told_once_and_then_forgotten() {
    assertEquals(Set.of(7), journal.recovery().received());
    assertEquals(Set.of(), journal.recovery().received());
  }

  @Test
  void without_a_journal_it_is_degraded_and_claims_nothing() {
    assertSame(first, journal.detach("the journal service is gone").orElseThrow());

    assertEquals(Optional.of("the journal service is gone"), journal.status().degraded());
    assertEquals("/first", journal.status().path());
    assertEquals(Stored.MEMORY_ONLY, offer(1, Durability.MEMORY));
    assertEquals(Stored.MEMORY_ONLY, offer(2, Durability.GROUP));
    assertEquals(Stored.FAILED, offer(3, Durability.SYNC));
    assertEquals(List.of(false, false), all(), "an id of QoS 1 and an outcome wait for nothing");
    assertEquals(List.of(), first.records);
    assertEquals(1, journal.status().memoryMessages());
    assertEquals(1, journal.status().possibleDuplicates());
  }

  @Test
  void exchanges_of_qos_2_and_session_records_wait_until_it_is_back() throws Exception {
    journal.detach("gone");
    List<Boolean> told = all();
    Message message = Message.text("t", "x").withQos(2);
    journal.offer(new StoredMessage(20, message, Durability.GROUP, 0, 0), stored -> {});
    journal.sent(20, 2, 9, Level.APPENDED, told::add);
    assertEquals(List.of(false, false), told);
    assertTrue(journal.attach(second, false));
    assertEquals(List.of(false, false, true, true, true, true, true), told);
  }

  @Test
  void the_end_tells_those_who_wait_for_a_journal_that_did_not_come_back() {
    journal.detach("gone");
    List<Boolean> told = all();
    journal.close();
    assertEquals(List.of(false, false, false, false, false, false), told);
  }

  @Test
  void on_return_the_missed_is_recorded_by_sequence() throws InterruptedException {
    journal.detach("gone");
    offer(12, Durability.GROUP);
    offer(11, Durability.GROUP);
    offer(13, Durability.GROUP);
    offer(14, Durability.MEMORY);
    journal.sent(12, 1, 5, Level.APPENDED, WrittenCallback.NONE);
    journal.settled(13, WrittenCallback.NONE);
    journal.settled(3, WrittenCallback.NONE);
    journal.sent(4, 1, 6, Level.APPENDED, WrittenCallback.NONE);
    journal.released(4, Level.APPENDED, WrittenCallback.NONE);
    journal.sent(5, 1, 8, Level.APPENDED, WrittenCallback.NONE);
    journal.unsent(5);
    journal.received(9, WrittenCallback.NONE);
    journal.completed(7, WrittenCallback.NONE);
    journal.put("wanted", "a".getBytes(StandardCharsets.UTF_8), Level.FORCED, w -> {});
    journal.put("wanted", "b".getBytes(StandardCharsets.UTF_8), Level.FORCED, w -> {});

    assertTrue(journal.attach(second, false));

    assertEquals(
        List.of(
            "put wanted b",
            "received 9",
            "completed 7",
            "settled 3",
            "sent 4 1 6",
            "released 4",
            "unsent 5",
            "message 11",
            "message 12",
            "sent 12 1 5"),
        second.records);
    assertEquals(Optional.empty(), journal.status().degraded());
    assertEquals(Stored.ON_DISK, offer(20, Durability.SYNC));
  }

  @Test
  void a_lost_session_is_recorded_before_what_came_after_it() throws InterruptedException {
    journal.detach("gone");
    journal.received(8, WrittenCallback.NONE);
    journal.forgetReceived();
    journal.received(9, WrittenCallback.NONE);

    assertTrue(journal.attach(second, false));

    assertEquals(List.of("forgetReceived", "received 9"), second.records);
  }

  @Test
  void a_full_stage_is_waited_for() throws InterruptedException {
    journal.detach("gone");
    IntStream.rangeClosed(1, 5).forEach(sequence -> offer(sequence, Durability.GROUP));
    second.room = 2;

    assertTrue(journal.attach(second, false));

    assertEquals(5, second.records.size());
  }

  @Test
  void a_journal_that_cannot_write_is_not_taken() throws InterruptedException {
    journal.detach("gone");
    offer(1, Durability.GROUP);
    second.close();

    assertFalse(journal.attach(second, false));

    assertFalse(journal.attached());
    assertEquals(Optional.of("gone"), journal.status().degraded());
  }

  @Test
  void sequences_go_on_without_a_journal_and_are_not_given_twice() throws InterruptedException {
    first.sequence = 100;
    journal.detach("gone");
    long one = journal.nextSequence();
    long two = journal.nextSequence();
    second.sequence = 50;

    assertTrue(journal.attach(second, false));

    assertTrue(one > 100);
    assertTrue(two > one);
    assertTrue(journal.nextSequence() > two);
  }

  @Test
  void without_a_journal_only_numbers_of_the_lease_are_given() {
    journal.detach("gone");
    IntStream.range(0, 16_384).forEach(i -> assertTrue(journal.nextSequence() > 0));

    assertEquals(0, journal.nextSequence());
  }

  @Test
  void the_small_things_move_to_another_directory() throws InterruptedException {
    journal.put("wanted", "a".getBytes(StandardCharsets.UTF_8), Level.FORCED, w -> {});
    journal.detach("moving");

    assertTrue(journal.attach(second, true));

    assertEquals(
        Set.of("forgetReceived", "put clientId me", "put wanted a", "received 7"),
        Set.copyOf(second.records));
    assertEquals("forgetReceived", second.records.get(0), "what was open there is not ours");
  }

  private static Recovery holding(long sequence, Map<Long, Long> aliases) {
    RecoveredMessage message =
        new RecoveredMessage(message(sequence, Durability.SYNC), RecoveredMessage.Stage.SENT, 3, 4);
    return new Recovery(List.of(message), List.of(), Set.of(2), Map.of(), 0, aliases, List.of());
  }

  @Test
  void messages_of_a_journal_in_another_place_are_not_taken_for_ours() {
    journal.detach("gone");
    FakeJournal same = new FakeJournal("/first", SETTINGS);
    assertFalse(journal.isOfOthers(same, holding(5, Map.of())), "it is the one of before");
    assertTrue(journal.isOfOthers(second, holding(5, Map.of())));
    Recovery empty = new Recovery(List.of(), Set.of(1), Map.of(), 0);
    assertFalse(journal.isOfOthers(second, empty));
  }

  @Test
  void a_journal_with_which_we_begin_anew_gets_the_session_and_the_known_ends() {
    first.sequence = 100;
    journal.detach("gone");
    journal.settled(40, WrittenCallback.NONE);

    journal.leaveTo(second, holding(5, Map.of(5L, 40L, 6L, 41L)));

    assertEquals(
        List.of("forgetReceived", "put clientId me", "received 7", "unsent 5", "settled 5"),
        second.records);
    assertTrue(second.sequence >= 100, "numbers go on");
  }

  @Test
  void numbers_go_on_in_another_place_although_less_were_given_out_there()
      throws InterruptedException {
    first.sequence = 1_000_000;
    journal.detach("moving");
    second.sequence = 7;

    assertTrue(journal.attach(second, true));

    assertTrue(journal.nextSequence() > 1_000_000);
  }

  @Test
  void a_change_is_told() throws InterruptedException {
    List<String> told = new ArrayList<>();
    journal.onChange(() -> told.add(journal.status().degraded().orElse("good")));

    journal.detach("gone");
    journal.attach(second, false);

    assertEquals(List.of("gone", "good"), told);
  }
}
