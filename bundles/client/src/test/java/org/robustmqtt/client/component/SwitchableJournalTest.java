package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.Stored;
import org.robustmqtt.client.outbox.Known;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/** A journal can be taken away and put back, and nothing that matters is forgotten. */
class SwitchableJournalTest {
  private static final JournalSettings SETTINGS =
      new JournalSettings(Optional.empty(), Duration.ZERO, 0);
  private static final Recovery EMPTY = new Recovery(List.of(), Set.of(), Map.of(), 0);

  /** What the connection has: nothing is a message of its but these. */
  private final TreeMap<Long, StoredMessage> pending = new TreeMap<>();

  private final Known known =
      new Known() {
        @Override
        public boolean holds(long sequence) {
          return pending.containsKey(sequence);
        }

        @Override
        public Optional<QoS> recordedQos(long sequence) {
          return Optional.ofNullable(pending.get(sequence))
              .filter(one -> one.durability() != Durability.MEMORY)
              .map(one -> one.message().qos());
        }

        @Override
        public List<StoredMessage> recorded() {
          return pending.values().stream()
              .filter(one -> one.durability() != Durability.MEMORY)
              .toList();
        }
      };

  private final SplittableRandom random = new SplittableRandom(1);
  private final FakeJournal first = new FakeJournal("/first", SETTINGS);
  private final FakeJournal again = new FakeJournal("/first", SETTINGS);
  private final FakeJournal second = new FakeJournal("/second", SETTINGS);
  private SwitchableJournal journal;

  @BeforeEach
  void open() {
    first.sequence = 100;
    first.found = new Recovery(List.of(), Set.of(7), Map.of("clientId", bytes("me")), 0);
    journal = begun(first);
  }

  private SwitchableJournal begun(FakeJournal below) {
    SwitchableJournal made = new SwitchableJournal(below, random::nextLong);
    made.bind(known, () -> {});
    return made;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static StoredMessage message(long sequence, Durability durability, int qos) {
    return new StoredMessage(sequence, Message.text("t", "x").withQos(qos), durability, 0, 0);
  }

  /** A message is accepted. */
  private long accept(Durability durability, int qos) {
    StoredMessage message = message(journal.nextSequence(), durability, qos);
    List<Stored> told = new ArrayList<>();
    assertTrue(journal.offer(message, told::add));
    assertEquals(1, told.size());
    pending.put(message.sequence(), message);
    return message.sequence();
  }

  private Stored offered(Durability durability) {
    List<Stored> told = new ArrayList<>();
    assertTrue(journal.offer(message(journal.nextSequence(), durability, 1), told::add));
    return told.get(0);
  }

  private void settle(long sequence) {
    pending.remove(sequence);
    journal.settled(sequence, WrittenCallback.NONE);
  }

  private static Recovery found(RecoveredMessage... messages) {
    return new Recovery(List.of(messages), Set.of(7), Map.of("clientId", bytes("me")), 0);
  }

  private RecoveredMessage waiting(long sequence) {
    return new RecoveredMessage(
        message(sequence, Durability.GROUP, 1), RecoveredMessage.Stage.WAITING, 0, 0);
  }

  private void back(RecoveredMessage... messages) throws InterruptedException {
    Recovery recovery = found(messages);
    assertFalse(journal.isOfOthers(again, recovery));
    assertTrue(journal.attach(again, recovery));
  }

  @Test
  void while_the_journal_is_there_everything_goes_to_it() {
    List<Boolean> told = new ArrayList<>();
    journal.offer(message(1, Durability.SYNC, 1), stored -> assertEquals(Stored.ON_DISK, stored));
    journal.sent(1, 2, 3, Level.APPENDED, told::add);
    journal.released(1, Level.APPENDED, told::add);
    journal.settled(1, told::add);
    journal.received(4, told::add);
    journal.completed(4, told::add);
    journal.put("k", bytes("v"), Level.FORCED, told::add);
    journal.unsent(1);
    journal.forgetReceived();
    assertEquals(List.of(true, true, true, true, true, true), told);
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
    long before = accept(Durability.GROUP, 1);
    assertSame(first, journal.detach("the journal service is gone").orElseThrow());

    assertEquals(Optional.of("the journal service is gone"), journal.status().degraded());
    assertFalse(journal.takesRecords());
    assertEquals("/first", journal.status().path());
    assertEquals(Stored.MEMORY_ONLY, offered(Durability.MEMORY));
    assertEquals(Stored.MEMORY_ONLY, offered(Durability.GROUP));
    assertEquals(Stored.FAILED, offered(Durability.SYNC));
    settle(before);
    assertEquals(List.of("message " + before), first.records);
    assertEquals(1, journal.status().memoryMessages());
    assertEquals(2, journal.status().memoryBytes());
    assertEquals(1, journal.status().possibleDuplicates());
  }

  @Test
  void steps_of_qos_2_and_values_wait_until_it_is_back_and_the_rest_does_not() throws Exception {
    long released = accept(Durability.GROUP, 2);
    journal.detach("gone");
    long staged = accept(Durability.GROUP, 2);
    long once = accept(Durability.GROUP, 1);
    long memory = accept(Durability.MEMORY, 2);
    List<String> told = new ArrayList<>();
    journal.released(released, Level.APPENDED, ok -> told.add("released " + ok));
    journal.sent(staged, 2, 9, Level.APPENDED, ok -> told.add("sent " + ok));
    journal.put("k", bytes("v"), Level.FORCED, ok -> told.add("put " + ok));
    journal.received(4, ok -> told.add("received " + ok));
    assertEquals(List.of(), told);
    journal.sent(once, 2, 10, Level.APPENDED, ok -> told.add("QoS 1 " + ok));
    journal.sent(memory, 2, 11, Level.APPENDED, ok -> told.add("memory " + ok));
    journal.released(memory, Level.APPENDED, ok -> told.add("memory " + ok));
    journal.abandoned(once, ok -> told.add("abandoned " + ok));
    assertEquals(
        List.of("QoS 1 false", "memory true", "memory true", "abandoned false"),
        told,
        "what has no record needs none");
    told.clear();

    back(waiting(released));

    assertEquals(
        Set.of("released true", "sent true", "put true", "received true"), Set.copyOf(told));
    assertEquals(4, told.size());
  }

  @Test
  void the_end_tells_those_who_wait_for_a_journal_that_did_not_come_back() {
    journal.detach("gone");
    List<Boolean> told = new ArrayList<>();
    journal.put("k", bytes("v"), Level.FORCED, told::add);
    journal.completed(7, told::add);
    journal.close();
    assertEquals(List.of(false, false), told);
  }

  @Test
  void who_waits_for_a_value_that_a_newer_one_replaces_is_told_that_it_was_not_written() {
    journal.detach("gone");
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String value = "" + i;
      journal.put("session", bytes(value), Level.FORCED, ok -> told.add(value + " " + ok));
    }
    assertEquals(999, told.size(), "nothing is kept but the newest");
    assertFalse(told.contains("999 false"));
    journal.close();
    assertTrue(told.contains("999 false"));
  }

  @Test
  void on_return_it_gets_what_it_lacks_by_sequence_and_the_newest_of_the_rest() throws Exception {
    long one = accept(Durability.GROUP, 1);
    long two = accept(Durability.GROUP, 1);
    long three = accept(Durability.GROUP, 1);
    long gone = accept(Durability.GROUP, 1);
    journal.detach("gone");
    long four = accept(Durability.GROUP, 1);
    long ended = accept(Durability.GROUP, 1);
    accept(Durability.MEMORY, 1);
    long five = accept(Durability.GROUP, 1);
    settle(one);
    settle(ended);
    journal.sent(two, 1, 6, Level.APPENDED, WrittenCallback.NONE);
    journal.released(two, Level.APPENDED, WrittenCallback.NONE);
    journal.sent(three, 1, 8, Level.APPENDED, WrittenCallback.NONE);
    journal.unsent(three);
    journal.sent(five, 1, 5, Level.APPENDED, WrittenCallback.NONE);
    journal.received(9, WrittenCallback.NONE);
    journal.completed(7, WrittenCallback.NONE);
    journal.put("wanted", bytes("a"), Level.FORCED, WrittenCallback.NONE);
    journal.put("wanted", bytes("b"), Level.FORCED, WrittenCallback.NONE);

    back(waiting(one), waiting(two), waiting(three));

    assertEquals(
        List.of(
            "message " + gone,
            "message " + four,
            "message " + five,
            "sent " + two + " 1 6",
            "released " + two,
            "unsent " + three,
            "sent " + five + " 1 5",
            "received 9",
            "completed 7",
            "put wanted b",
            "settled " + one),
        again.records);
    assertEquals(Optional.empty(), journal.status().degraded());
    assertEquals(Stored.ON_DISK, offered(Durability.SYNC));
  }

  @Test
  void a_message_that_was_on_disk_and_is_not_there_any_more_is_written_again() throws Exception {
    long kept = accept(Durability.SYNC, 2);
    journal.detach("gone");

    assertTrue(journal.attach(second, EMPTY));

    assertTrue(second.records.contains("message " + kept), second.records.toString());
  }

  @Test
  void an_end_that_the_old_journal_could_not_be_told_is_told_to_the_new_one() throws Exception {
    long over = accept(Durability.GROUP, 1);
    first.close();
    settle(over);
    journal.detach("gone");

    back(waiting(over));

    assertEquals(List.of("settled " + over), again.records);
  }

  @Test
  void what_is_said_in_the_moment_of_the_change_is_said_again() throws Exception {
    FakeJournal closing =
        new FakeJournal("/first", SETTINGS) {
          @Override
          public void put(String key, byte[] value, Level level, WrittenCallback callback) {
            // here the caller is preempted, and the service goes
            journal.detach("gone");
            close();
            super.put(key, value, level, callback);
          }

          @Override
          public void settled(long sequence, WrittenCallback callback) {
            journal.detach("gone");
            close();
            super.settled(sequence, callback);
          }
        };
    journal = begun(closing);
    journal.put("wanted", bytes("a"), Level.FORCED, WrittenCallback.NONE);
    assertTrue(journal.attach(again, EMPTY));
    assertTrue(again.records.contains("put wanted a"), again.records.toString());

    closing.closed = false;
    journal = begun(closing);
    long over = accept(Durability.GROUP, 1);
    settle(over);
    FakeJournal third = new FakeJournal("/first", SETTINGS);
    assertTrue(journal.attach(third, found(waiting(over))));
    assertTrue(third.records.contains("settled " + over), third.records.toString());
  }

  @Test
  void a_lost_session_is_recorded_before_what_came_after_it() throws InterruptedException {
    journal.detach("gone");
    journal.received(8, WrittenCallback.NONE);
    journal.forgetReceived();
    journal.received(9, WrittenCallback.NONE);

    back();

    assertEquals(List.of("completed 7", "forgetReceived", "received 9"), again.records);
  }

  @Test
  void a_full_stage_is_waited_for() throws InterruptedException {
    journal.detach("gone");
    IntStream.rangeClosed(1, 5).forEach(i -> accept(Durability.GROUP, 1));
    again.room = 2;

    back();

    assertEquals(5, again.records.size());
  }

  /** {@code SwitchProof}: a record lost although told as forced. */
  @Test
  void a_journal_that_takes_nothing_is_not_taken_and_gets_nothing_of_what_waits()
      throws InterruptedException {
    journal.detach("gone");
    List<Boolean> told = new ArrayList<>();
    journal.put("session", bytes("2"), Level.FORCED, told::add);
    long sequence = accept(Durability.GROUP, 1);
    FakeJournal sick =
        new FakeJournal("/first", SETTINGS) {
          @Override
          public boolean awaitRoom(Duration maxWait) {
            return false;
          }
        };
    sick.room = 0;

    assertFalse(journal.attach(sick, EMPTY));

    assertFalse(journal.attached());
    assertEquals(Optional.of("gone"), journal.status().degraded());
    assertEquals(List.of(), sick.records);
    assertEquals(List.of(), told);

    back();

    assertEquals(List.of(true), told);
    assertEquals(List.of("message " + sequence, "put session 2"), again.records);
  }

  @Test
  void what_ends_while_a_journal_is_put_in_is_at_its_end_there_too() throws InterruptedException {
    journal.detach("gone");
    long over = accept(Durability.GROUP, 1);
    accept(Durability.GROUP, 1);
    FakeJournal slow =
        new FakeJournal("/first", SETTINGS) {
          @Override
          public boolean awaitRoom(Duration maxWait) {
            settle(over);
            return super.awaitRoom(maxWait);
          }
        };
    slow.room = 1;

    assertTrue(journal.attach(slow, EMPTY));

    assertTrue(slow.records.contains("message " + over));
    assertTrue(slow.records.contains("settled " + over), slow.records.toString());
  }

  /** {@code SwitchProof}: the publisher has looked which journal is there, and is preempted. */
  @Test
  void no_number_is_given_twice_although_the_service_goes_in_the_moment_of_a_publish()
      throws InterruptedException {
    List<Long> given = new ArrayList<>();
    FakeJournal preempted =
        new FakeJournal("/first", SETTINGS) {
          private boolean inside;

          @Override
          public long nextSequence() {
            if (!inside) {
              inside = true;
              journal.detach("gone");
              given.add(journal.nextSequence());
              given.add(journal.nextSequence());
            }
            return super.nextSequence();
          }
        };
    journal = begun(preempted);
    given.add(journal.nextSequence());
    again.sequence = preempted.sequence;
    assertTrue(journal.attach(again, EMPTY));
    given.add(journal.nextSequence());
    assertEquals(given.size(), new HashSet<>(given).size(), given.toString());
  }

  @Test
  void numbers_without_a_journal_are_far_above_all_leases_and_do_not_end() throws Exception {
    journal.detach("gone");
    long one = journal.nextSequence();
    assertTrue(one > 100 + (1L << 40), "" + one);
    IntStream.range(0, 200_000).forEach(i -> assertTrue(journal.nextSequence() > one));
    long last = journal.nextSequence();

    back();

    assertTrue(journal.nextSequence() > last);
  }

  @Test
  void without_a_message_meanwhile_numbering_goes_on_where_it_was() throws Exception {
    long before = journal.nextSequence();
    journal.detach("gone");
    again.sequence = before;

    back();

    assertTrue(journal.nextSequence() < before + 10);
  }

  /**
   * {@code LeaseProof}: after a kill numbering goes on at the lease; and the service goes again.
   */
  @Test
  void two_runs_that_are_killed_without_a_journal_have_given_different_numbers() {
    journal.detach("gone");
    long one = journal.nextSequence();
    journal = begun(again);
    again.sequence = 65_536;
    assertTrue(journal.nextSequence() < one, "as after a kill");
    journal.detach("gone");
    long two = journal.nextSequence();
    assertTrue(Math.abs(two - one) > 1_000_000, one + " " + two);
  }

  /** {@code SwitchProof}: {@code sent} is called of messages of durability memory, and no end. */
  @Test
  void what_is_kept_is_bounded_by_what_has_no_outcome() {
    journal.detach("gone");
    List<Boolean> told = new ArrayList<>();
    for (int i = 1; i <= 1_000; i++) {
      long memory = accept(Durability.MEMORY, 1);
      journal.sent(memory, 1, i, Level.APPENDED, told::add);
      pending.remove(memory);
      long group = accept(Durability.GROUP, 1);
      journal.sent(group, 1, i, Level.APPENDED, WrittenCallback.NONE);
      settle(group);
      journal.received(i % 3 + 1, WrittenCallback.NONE);
      journal.completed(i % 3 + 1, WrittenCallback.NONE);
    }
    assertEquals(1_000, told.size());
    assertEquals(0, journal.status().memoryMessages());
    assertEquals(0, journal.status().memoryBytes());
    assertEquals(3, journal.kept());
  }

  @Test
  void what_an_empty_journal_in_another_place_lacks_moves_there() throws InterruptedException {
    journal.put("wanted", bytes("a"), Level.FORCED, WrittenCallback.NONE);
    journal.detach("moving");
    assertFalse(journal.isOfOthers(second, EMPTY));

    assertTrue(journal.attach(second, EMPTY));

    assertEquals(List.of("put clientId me", "put wanted a", "received 7"), second.records);
    assertTrue(second.sequence >= 100, "numbers go on");
  }

  @Test
  void values_and_ids_that_are_not_ours_any_more_go() throws InterruptedException {
    journal.put("old", bytes("x"), Level.FORCED, WrittenCallback.NONE);
    journal.put("old", new byte[0], Level.FORCED, WrittenCallback.NONE);
    journal.detach("gone");
    Recovery before =
        new Recovery(
            List.of(), Set.of(7, 8), Map.of("clientId", bytes("me"), "old", bytes("x")), 0);

    assertTrue(journal.attach(again, before));

    assertEquals(List.of("put old ", "completed 8"), again.records);
  }

  @Test
  void messages_that_the_connection_does_not_know_are_of_others() {
    long ours = accept(Durability.GROUP, 1);
    journal.detach("gone");
    long after = journal.nextSequence();
    assertFalse(journal.isOfOthers(again, found(waiting(ours), waiting(after))));
    assertFalse(journal.isOfOthers(again, found(waiting(ours - 1))), "it had its outcome");
    assertTrue(journal.isOfOthers(again, found(waiting(ours + 70_000))), "given out by another");
    assertTrue(journal.isOfOthers(again, found(waiting(after + 1))), "given out by another");
    long[] bits = {1, 0, 0, 0};
    StoredBlock block = new StoredBlock(25_600, bits, "", 1, 1, 0, 0);
    assertTrue(
        journal.isOfOthers(
            again,
            new Recovery(List.of(), List.of(block), Set.of(), Map.of(), 0, Map.of(), List.of())));
    assertTrue(journal.isOfOthers(second, found(waiting(ours))), "in another place");
  }

  @Test
  void with_its_first_journal_the_connection_begins_anew_unless_that_is_empty() throws Exception {
    journal = new SwitchableJournal("the folder is not there", random::nextLong);
    journal.bind(known, () -> {});
    assertEquals(Optional.of("the folder is not there"), journal.status().degraded());
    assertTrue(journal.isOfOthers(second, found()), "its client identifier is in there");
    assertFalse(journal.isOfOthers(second, EMPTY));
    long memory = accept(Durability.GROUP, 1);
    assertNotEquals(0, memory);

    assertTrue(journal.attach(second, EMPTY));

    assertEquals(List.of("message " + memory), second.records);
    journal.detach("gone");
    assertFalse(journal.isOfOthers(second, found(waiting(memory))), "now it is the one of before");
  }

  @Test
  void a_journal_with_which_we_begin_anew_gets_messages_ends_and_the_session() throws Exception {
    long over = accept(Durability.GROUP, 1);
    long kept = accept(Durability.GROUP, 1);
    journal.detach("gone");
    long memory = accept(Durability.GROUP, 1);
    journal.sent(memory, 1, 5, Level.APPENDED, WrittenCallback.NONE);
    settle(over);
    RecoveredMessage others =
        new RecoveredMessage(
            message(kept + 70_000, Durability.GROUP, 1), RecoveredMessage.Stage.SENT, 3, 4);
    Recovery mixed = new Recovery(List.of(waiting(over), others), Set.of(2), Map.of(), 0);

    assertTrue(journal.leaveTo(again, mixed));

    assertEquals(
        List.of(
            "message " + kept,
            "message " + memory,
            "put clientId me",
            "completed 2",
            "received 7",
            "sent " + memory + " 1 5",
            "settled " + over,
            "unsent " + over,
            "unsent " + (kept + 70_000),
            "settled " + over),
        again.records);
    assertTrue(again.nextSequence() > memory, "numbers go on");
  }

  @Test
  void what_was_merged_under_new_numbers_and_is_at_its_end_is_ended() throws Exception {
    long over = accept(Durability.GROUP, 1);
    long kept = accept(Durability.GROUP, 1);
    journal.detach("gone");
    settle(over);
    Recovery merged =
        new Recovery(
            List.of(waiting(5), waiting(6)),
            List.of(),
            Set.of(),
            Map.of(),
            0,
            Map.of(5L, over, 6L, kept),
            List.of());

    assertTrue(journal.leaveTo(second, merged));

    assertTrue(second.records.contains("settled 5"), second.records.toString());
    assertFalse(second.records.contains("settled 6"));
    assertFalse(second.records.contains("message " + kept), "it is there under another number");
  }

  @Test
  void a_first_journal_with_which_we_begin_anew_keeps_its_session() throws Exception {
    journal = new SwitchableJournal("the folder is not there", random::nextLong);
    journal.bind(known, () -> {});
    journal.put("clientId", bytes("other"), Level.FORCED, WrittenCallback.NONE);
    long memory = accept(Durability.GROUP, 1);
    RecoveredMessage sent =
        new RecoveredMessage(message(5, Durability.GROUP, 1), RecoveredMessage.Stage.SENT, 3, 4);

    assertTrue(journal.leaveTo(second, found(sent)));

    assertEquals(List.of("message " + memory), second.records);
  }

  @Test
  void a_change_is_told() throws InterruptedException {
    List<String> told = new ArrayList<>();
    journal.bind(known, () -> told.add(journal.status().degraded().orElse("good")));

    journal.detach("gone");
    back();

    assertEquals(List.of("gone", "good"), told);
  }

  @Test
  void what_the_first_journal_could_not_read_is_of_others_when_it_is_found() throws Exception {
    first.found = found(waiting(40));
    first.unreadable = Optional.of("a segment");
    journal = begun(first);
    pending.put(40L, message(40, Durability.GROUP, 1));
    long ours = accept(Durability.GROUP, 1);
    settle(ours);
    journal.detach("gone");

    assertFalse(journal.isOfOthers(again, found(waiting(40), waiting(ours))));
    assertTrue(journal.isOfOthers(again, found(waiting(30))), "nobody here has told its outcome");
    long[] bits = {1L << 30, 0, 0, 0};
    StoredBlock block = new StoredBlock(0, bits, "", 1, 1, 0, 0);
    Recovery hidden =
        new Recovery(List.of(), List.of(block), Set.of(), Map.of(), 0, Map.of(), List.of());
    assertTrue(journal.isOfOthers(again, hidden));
    settle(40);
    assertTrue(journal.attach(again, found(waiting(40), waiting(ours))));
    assertTrue(again.records.contains("settled 40"), again.records.toString());
    assertTrue(again.records.contains("settled " + ours), again.records.toString());
  }

  @Test
  void numbers_go_on_before_anything_is_said_of_their_messages() throws Exception {
    long ours = accept(Durability.GROUP, 1);
    journal.detach("gone");
    settle(ours);
    again.onSettled = () -> assertTrue(again.sequence > ours, "it does not know the number");
    back();
    assertTrue(again.records.contains("settled " + ours), again.records.toString());
  }
}
