package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** What is recorded of messages that have their outcome, and who waits for a force. */
class StagesTest {
  private static final int SEGMENT = 10_000;

  private final Rig rig = new Rig(new FaultyDisk(), SEGMENT);
  private final List<String> heard = new ArrayList<>();
  private Journal journal;

  @BeforeEach
  void open() throws Exception {
    journal = rig.open();
  }

  private long stored(Durability durability, int qos) {
    long sequence = journal.nextSequence();
    Rig.offer(journal, Rig.message(sequence, durability, qos, 20));
    return sequence;
  }

  private void hear(String what, boolean written) {
    heard.add(what + (written ? "" : " not"));
  }

  private static RecoveredMessage found(FaultyDisk disk, long sequence) throws Exception {
    return Rig.reopen(disk.copy()).recovery().messages().stream()
        .filter(message -> message.stored().sequence() == sequence)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void an_abandoned_message_is_found_with_its_packet_id_until_it_is_settled() throws Exception {
    long sequence = stored(Durability.SYNC, 1);
    journal.sent(sequence, 5, 77, Level.APPENDED, written -> {});
    rig.run();
    journal.abandoned(sequence, written -> hear("abandoned", written));
    assertEquals(List.of(), heard, "not before it is appended");
    rig.run();
    assertEquals(List.of("abandoned"), heard);
    RecoveredMessage found = found(rig.disk, sequence);
    assertEquals(RecoveredMessage.Stage.ABANDONED, found.stage());
    assertEquals(77, found.packetId());
    assertEquals(5, found.epoch());

    journal.settled(sequence, written -> {});
    rig.run();
    assertEquals(List.of(), Rig.sequences(Rig.reopen(rig.disk.copy())));
  }

  @Test
  void a_staged_message_that_is_abandoned_or_quarantined_is_written_with_that() throws Exception {
    for (int qos = 0; qos <= 2; qos++) {
      long abandoned = stored(Durability.GROUP, qos);
      long quarantined = stored(Durability.GROUP, qos);
      journal.sent(abandoned, 5, 7, Level.APPENDED, written -> {});
      journal.abandoned(abandoned, written -> hear("abandoned", written));
      journal.quarantined(quarantined, written -> hear("quarantined", written));
      rig.run();
      assertEquals(List.of("abandoned", "quarantined"), heard, "in the next round");
      heard.clear();
      assertEquals(RecoveredMessage.Stage.ABANDONED, found(rig.disk, abandoned).stage());
      assertEquals(7, found(rig.disk, abandoned).packetId());
      RecoveredMessage aside = found(rig.disk, quarantined);
      assertEquals(RecoveredMessage.Stage.QUARANTINED, aside.stage());
      assertEquals(20, aside.stored().message().payload().length, "with its payload");
    }
  }

  @Test
  void the_loss_of_a_session_takes_the_packet_id_and_not_the_outcome() throws Exception {
    long abandoned = stored(Durability.SYNC, 1);
    long quarantined = stored(Durability.SYNC, 1);
    for (long sequence : new long[] {abandoned, quarantined}) {
      journal.sent(sequence, 5, (int) sequence, Level.APPENDED, written -> {});
    }
    journal.abandoned(abandoned, written -> {});
    journal.quarantined(quarantined, written -> {});
    journal.unsent(abandoned);
    journal.unsent(quarantined);
    rig.run();
    assertEquals(RecoveredMessage.Stage.ABANDONED, found(rig.disk, abandoned).stage());
    assertEquals(0, found(rig.disk, abandoned).packetId());
    assertEquals(RecoveredMessage.Stage.QUARANTINED, found(rig.disk, quarantined).stage());
    assertEquals(0, found(rig.disk, quarantined).epoch());
  }

  @Test
  void a_message_without_a_record_needs_none() {
    long before = rig.disk.writtenBytes();
    long sequence = stored(Durability.MEMORY, 1);
    journal.abandoned(sequence, written -> hear("abandoned", written));
    journal.quarantined(sequence, written -> hear("quarantined", written));
    journal.hurry(sequence);
    assertEquals(List.of("abandoned", "quarantined"), heard);
    rig.pass(Duration.ofSeconds(5));
    assertEquals(before, rig.disk.writtenBytes());
  }

  @Test
  void an_outcome_is_not_taken_back_by_a_pubrel_that_is_recorded_after_it() throws Exception {
    long sequence = stored(Durability.SYNC, 2);
    journal.sent(sequence, 5, 7, Level.APPENDED, written -> {});
    journal.abandoned(sequence, written -> {});
    journal.released(sequence, Level.FORCED, written -> {});
    rig.run();
    assertEquals(RecoveredMessage.Stage.ABANDONED, found(rig.disk, sequence).stage());
    assertEquals(7, found(rig.disk, sequence).packetId());
  }

  @Test
  void the_stages_are_carried_along_and_survive_a_disk_that_fails() throws Exception {
    long abandoned = stored(Durability.SYNC, 1);
    long quarantined = stored(Durability.SYNC, 1);
    journal.sent(abandoned, 5, 77, Level.APPENDED, written -> {});
    rig.run();
    rig.disk.fail(1, 1_000_000);
    journal.abandoned(abandoned, written -> {});
    journal.quarantined(quarantined, written -> {});
    rig.run();
    assertTrue(journal.status().degraded().isPresent());
    rig.disk.fail(0, 0);
    rig.pass(Duration.ofSeconds(10));
    assertEquals(RecoveredMessage.Stage.ABANDONED, found(rig.disk, abandoned).stage());
    assertEquals(77, found(rig.disk, abandoned).packetId());
    assertEquals(RecoveredMessage.Stage.QUARANTINED, found(rig.disk, quarantined).stage());

    for (int i = 0; i < 500; i++) {
      long other = stored(Durability.SYNC, 1);
      rig.run();
      journal.settled(other, written -> {});
    }
    rig.pass(Duration.ofSeconds(1));
    assertTrue(journal.status().segments() <= 2, "carried: " + journal.status().segments());
    assertEquals(RecoveredMessage.Stage.ABANDONED, found(rig.disk, abandoned).stage());
    assertEquals(77, found(rig.disk, abandoned).packetId());
    assertEquals(RecoveredMessage.Stage.QUARANTINED, found(rig.disk, quarantined).stage());
  }

  @Test
  void a_hurried_group_message_is_on_disk_after_the_next_round_and_others_wait() {
    long first = journal.nextSequence();
    List<Stored> hurried = Rig.offer(journal, Rig.message(first, Durability.GROUP));
    List<Stored> other = Rig.offer(journal, Durability.GROUP);
    journal.hurry(first);
    rig.run();
    assertEquals(List.of(Stored.ON_DISK), hurried);
    assertEquals(List.of(), other);
    long before = rig.disk.writtenBytes();
    journal.hurry(first);
    rig.run();
    assertEquals(before, rig.disk.writtenBytes(), "nothing happens if it is written");
  }

  @Test
  void after_force_tells_when_a_settlement_is_forced_and_causes_no_force() {
    long sequence = stored(Durability.SYNC, 1);
    rig.pass(Duration.ofSeconds(1));
    journal.afterForce(written -> hear("idle", written));
    assertEquals(List.of("idle"), heard, "at once if there is nothing");
    heard.clear();

    long forces = journal.status().forces();
    journal.settled(sequence, written -> hear("settled", written));
    journal.afterForce(written -> hear("forced", written));
    rig.run();
    assertEquals(List.of("settled"), heard);
    rig.pass(Rig.DELAY);
    assertEquals(List.of("settled", "forced"), heard);
    assertEquals(forces + 1, journal.status().forces());
  }

  @Test
  void after_force_waits_for_group_messages_and_not_for_what_came_later() {
    long sequence = stored(Durability.GROUP, 1);
    journal.afterForce(written -> hear("forced", written));
    stored(Durability.SYNC, 1);
    rig.run();
    assertEquals(List.of(), heard, "the group message waits still");
    journal.settled(sequence, written -> hear("settled", written));
    stored(Durability.GROUP, 1);
    rig.pass(Rig.DELAY);
    assertEquals(List.of("settled", "forced"), heard, "nothing of that kind is left");
  }

  @Test
  void after_force_is_told_by_the_return_of_the_disk_and_false_by_the_end() {
    long sequence = stored(Durability.SYNC, 1);
    rig.run();
    rig.disk.fail(1, 1_000_000);
    journal.settled(sequence, written -> {});
    journal.afterForce(written -> hear("back", written));
    rig.pass(Duration.ofSeconds(1));
    assertEquals(List.of(), heard);
    rig.disk.fail(0, 0);
    rig.pass(Duration.ofSeconds(10));
    assertEquals(List.of("back"), heard);

    rig.disk.fail(1, 1_000_000);
    stored(Durability.GROUP, 1);
    journal.afterForce(written -> hear("closed", written));
    journal.close();
    journal.afterForce(written -> hear("late", written));
    assertEquals(List.of("back", "closed not", "late not"), heard);
  }

  @Test
  void a_crash_right_after_a_told_force_takes_nothing_back() throws Exception {
    long sequence = stored(Durability.SYNC, 1);
    rig.run();
    journal.settled(sequence, written -> {});
    journal.afterForce(written -> hear("forced", written));
    rig.pass(Rig.DELAY);
    assertEquals(List.of("forced"), heard);
    FaultyDisk left = rig.disk.after(FaultyDisk.Crash.DROP, new Random(1));
    assertEquals(List.of(), Rig.sequences(Rig.reopen(left)));
  }

  @Test
  void the_last_wall_time_is_that_of_the_last_flush() throws Exception {
    assertEquals(0, journal.recovery().lastWallMillis(), "nothing was ever written");
    rig.pass(Duration.ofHours(3));
    long at = rig.clock.wallMillis();
    stored(Durability.SYNC, 1);
    rig.run();
    rig.pass(Duration.ofHours(3));
    assertEquals(at, Rig.reopen(rig.disk.copy()).recovery().lastWallMillis());
    journal.close();
    assertTrue(Rig.reopen(rig.disk.copy()).recovery().lastWallMillis() > at, "closing is one too");
  }

  @Test
  void a_start_in_the_past_does_not_make_the_last_wall_time_forgotten() throws Exception {
    rig.pass(Duration.ofHours(3));
    long at = rig.clock.wallMillis();
    stored(Durability.SYNC, 1);
    rig.run();
    // The clock of a new rig begins hours earlier.
    Rig past = new Rig(rig.disk.copy(), SEGMENT);
    assertTrue(past.clock.wallMillis() < at);
    past.open();
    past.pass(Duration.ofMinutes(1));
    Rig again = new Rig(past.disk.copy(), SEGMENT);
    assertEquals(at, again.open().recovery().lastWallMillis());
    // But a clock that stays so for long is believed.
    Rig late = new Rig(past.disk.copy(), SEGMENT);
    Journal running = late.open();
    late.pass(Duration.ofMinutes(11));
    running.put("key", new byte[] {1}, Level.FORCED, written -> {});
    late.run();
    assertEquals(
        late.clock.wallMillis(),
        new Rig(late.disk.copy(), SEGMENT).open().recovery().lastWallMillis());
  }

  /** Written by the first version of the program that wrote format 1, before these stages. */
  private static final String OLDER =
      "Uk1RVFRKUk4AAQBA4wFRxwAAAAEAAAAAAAABi8/laAEAAAAAAAAAAAAAAAAAAQABAAABi8/laAEAAAAA"
          + "Jri9A1JNUVRUSlJOAAEAQOMBUccAAAABAAAAAAAAAYvP5WgBAAAAAAAAAAAAAAAAAAEAAQAAAYvP5WgB"
          + "AAAAACa4vQMLxQNSI7EAAACAAYvP5WgBJsalR1kBAQARAYvP5WgAAAZob21lLzEfICEiIyQlJicoKSor"
          + "LC0uLzAxMgtFGXmAsQAAALsBi8/laAEmZNPeRAECABEBi8/laAAABmhvbWUvMj4/QEFCQ0RFRkdISUpL"
          + "TE1OT1BRC8Dbc5SxAAAA9gGLz+VoASZkwYTEAQMAEQGLz+VoAAAGaG9tZS8zXV5fYGFiY2RlZmdoaWpr"
          + "bG1ub3ALyQbU3bEAAAExAYvP5WgBGqpoXucBBAASAYvP5WgAAAZob21lLzR8fX5/gIGCgwUQ3lZ+AgEF"
          + "AEYF2vnq9QIEBQBHC4GUlkOxAAABdAGLz+VoAQJn6OwtAwQCx8KB2wUCB0NauJcKA2tleQECAycK6mYG"
          + "AAk=";

  @Test
  void a_journal_that_was_written_before_there_were_these_stages_is_read() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    disk.setContent(
        Rig.FOLDER.resolve("00000001.seg"), java.util.Base64.getDecoder().decode(OLDER));
    Journal older = Rig.reopen(disk);
    var found = older.recovery();
    assertEquals(
        List.of(1L, 3L, 4L),
        found.messages().stream().map(each -> each.stored().sequence()).toList());
    assertEquals(RecoveredMessage.Stage.SENT, found.messages().get(0).stage());
    assertEquals(70, found.messages().get(0).packetId());
    assertEquals(RecoveredMessage.Stage.RELEASED, found.messages().get(2).stage());
    assertEquals(2, found.values().get("key").length);
    assertEquals(java.util.Set.of(9), found.received());
    assertTrue(found.lastWallMillis() > 1_700_000_000_000L - 1, "it was written even then");
    assertEquals(0, older.status().damagedBytes() + older.status().cutBytes());
  }

  @Test
  void a_message_that_was_written_again_after_a_failed_force_is_as_far_as_it_was()
      throws Exception {
    long sequence = stored(Durability.GROUP, 2);
    journal.sent(sequence, 5, 77, Level.APPENDED, written -> {});
    rig.run();
    rig.disk.failForces(1);
    rig.pass(Duration.ofSeconds(1));
    Path again = Rig.FOLDER.resolve("00000002.seg");
    byte[] whole = rig.disk.content(again);
    int repeated = 0;
    for (int length = Format.DATA; length <= whole.length; length++) {
      FaultyDisk disk = rig.disk.copy();
      // the machine stops while the batch is written again: the message is there, that it was sent
      // is only in the segment before
      disk.setContent(again, Arrays.copyOf(whole, length));
      RecoveredMessage message = found(disk, sequence);
      assertEquals(RecoveredMessage.Stage.SENT, message.stage(), "cut at " + length);
      assertEquals(77, message.packetId(), "cut at " + length);
      repeated++;
    }
    assertTrue(repeated > 60, repeated + " cuts");
  }
}
