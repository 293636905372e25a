package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.outbox.OutboxFixture.ACKNOWLEDGED;
import static org.robustmqtt.client.outbox.OutboxFixture.message;
import static org.robustmqtt.client.outbox.OutboxFixture.recovered;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.client.outbox.OutboxFixture.Told;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.RecoveredMessage.Stage;

/** How messages leave: settled, cancelled, expired; and what can be seen of them until then. */
class OutboxEndTest {
  private static final Outcome EXPIRED = new Outcome.Dropped(DropReason.EXPIRED, 0, false);
  private static final Outcome CANCELLED = new Outcome.Dropped(DropReason.CANCELLED, 0, false);

  private final OutboxFixture box = new OutboxFixture();

  private static Message expiring(String topic, int seconds) {
    return message(topic, 1).withDeadline(Duration.ofSeconds(seconds));
  }

  @Test
  void a_message_has_one_outcome_the_first() {
    long id = box.publish("t", 1);
    box.drain();
    box.outbox.settle(id, ACKNOWLEDGED);
    box.outbox.settle(id, new Outcome.Sent());
    assertFalse(box.outbox.cancel(id));
    box.outbox.requeue(id);
    assertEquals(List.of(new Told(id, ACKNOWLEDGED)), box.told);
    assertEquals(List.of(), box.drain());
  }

  @Test
  void what_waits_is_cancelled_and_so_is_what_is_in_flight_which_may_have_arrived() {
    long sent = box.publish("t", 1);
    long waiting = box.publish("t", 1);
    box.next(true);
    assertTrue(box.outbox.cancel(sent));
    assertTrue(box.outbox.cancel(waiting));
    assertFalse(box.outbox.cancel(sent));
    assertFalse(box.outbox.cancel(waiting));
    assertFalse(box.outbox.cancel(4711));
    assertEquals(
        List.of(
            new Told(sent, new Outcome.Dropped(DropReason.CANCELLED, 0, true)),
            new Told(waiting, CANCELLED)),
        box.told);
    assertEquals(0, box.outbox.status().messages(), "their places are free");
  }

  @Test
  void a_purge_cancels_everything_that_was_not_sent_in_order() {
    long sent = box.publish("t", 1);
    long b = box.publish("t", 1);
    long c = box.publish("u", 0);
    box.next(true);
    assertEquals(2, box.outbox.purge());
    assertEquals(List.of(new Told(b, CANCELLED), new Told(c, CANCELLED)), box.told);
    assertEquals(0, box.outbox.purge());
    box.outbox.settle(sent, ACKNOWLEDGED);
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void a_message_cancelled_after_its_return_says_that_it_may_have_arrived() {
    long id = box.publish("t", 1);
    box.next(true);
    box.outbox.requeue(id);
    assertTrue(box.outbox.cancel(id));
    assertEquals(
        List.of(new Told(id, new Outcome.Dropped(DropReason.CANCELLED, 0, true))), box.told);
  }

  @Test
  void cancelling_what_stands_in_front_lets_the_next_of_the_topic_go() {
    long front = box.publish("t", 1);
    long behind = box.publish("t", 0);
    assertEquals(0, box.next(false));
    int before = box.wakes.get();
    box.outbox.cancel(front);
    assertEquals(before + 1, box.wakes.get());
    assertEquals(behind, box.next(false));
  }

  @Test
  void at_its_deadline_a_waiting_message_expires_and_not_before() {
    long id = box.outbox.publish(expiring("t", 2)).id();
    assertEquals(OptionalLong.of(2_000_000_000L), box.outbox.expire());
    box.world.advance(Duration.ofMillis(1_999));
    assertEquals(OptionalLong.of(1_000_000L), box.outbox.expire());
    assertEquals(List.of(), box.told);
    box.world.advance(Duration.ofMillis(1));
    assertEquals(OptionalLong.empty(), box.outbox.expire());
    assertEquals(List.of(new Told(id, EXPIRED)), box.told);
  }

  @Test
  void an_expired_message_is_settled_instead_of_being_sent() {
    long late = box.outbox.publish(expiring("t", 1)).id();
    long next = box.publish("t", 1);
    box.world.advance(Duration.ofSeconds(1));
    assertEquals(next, box.next(true));
    assertEquals(List.of(new Told(late, EXPIRED)), box.told);
  }

  @Test
  void deadlines_are_kept_by_the_monotonic_clock_whatever_the_wall_clock_does() {
    box.outbox.publish(expiring("t", 60));
    box.world.jumpWall(Duration.ofDays(3));
    assertEquals(OptionalLong.of(60_000_000_000L), box.outbox.expire());
    box.world.jumpWall(Duration.ofDays(-9));
    assertEquals(OptionalLong.of(60_000_000_000L), box.outbox.expire());
  }

  @Test
  void a_message_in_flight_expires_at_its_deadline_and_may_have_arrived() {
    long id = box.outbox.publish(expiring("t", 1)).id();
    box.drain();
    assertEquals(OptionalLong.of(1_000_000_000L), box.outbox.expire());
    box.world.advance(Duration.ofSeconds(1));
    assertEquals(OptionalLong.empty(), box.outbox.expire());
    box.outbox.requeue(id);
    assertEquals(List.of(), box.drain());
    assertEquals(List.of(new Told(id, new Outcome.Dropped(DropReason.EXPIRED, 0, true))), box.told);
  }

  @Test
  void the_seconds_that_are_left_are_rounded_up_and_never_nothing() {
    box.outbox.publish(expiring("t", 2));
    box.publish("u", 1);
    Entry entry = box.outbox.next(true).orElseThrow();
    assertEquals(2, box.outbox.secondsLeft(entry));
    box.world.advance(Duration.ofMillis(1));
    assertEquals(2, box.outbox.secondsLeft(entry));
    box.world.advance(Duration.ofMillis(1_000));
    assertEquals(1, box.outbox.secondsLeft(entry));
    box.world.advance(Duration.ofSeconds(10));
    assertEquals(1, box.outbox.secondsLeft(entry));
    assertEquals(0, box.outbox.secondsLeft(box.outbox.next(true).orElseThrow()));
  }

  @Test
  void an_earlier_deadline_than_before_wakes_the_loop() {
    box.publish("t", 1);
    box.outbox.publish(expiring("t", 20));
    int before = box.wakes.get();
    box.outbox.publish(expiring("t", 30));
    assertEquals(before, box.wakes.get());
    box.outbox.publish(expiring("t", 10));
    assertEquals(before + 1, box.wakes.get());
  }

  @Test
  void the_time_a_message_spent_on_disk_counts() {
    long now = box.world.doors().clock().wallMillis();
    OutboxFixture later =
        new OutboxFixture(
            Limits.DEFAULT,
            recovered(1, message("t", 1), Stage.WAITING, now - 5_000, 5_000),
            recovered(2, message("t", 1), Stage.WAITING, now - 4_000, 5_000),
            recovered(3, message("t", 1), Stage.WAITING, now - 4_000, 0));
    assertEquals(OptionalLong.of(1_000_000_000L), later.outbox.expire());
    assertEquals(List.of(new Told(1, EXPIRED)), later.told);
  }

  @Test
  void a_recovered_message_of_qos_0_may_have_arrived_since_nothing_records_its_sending() {
    long now = box.world.doors().clock().wallMillis();
    OutboxFixture later =
        new OutboxFixture(
            Limits.DEFAULT, recovered(1, message("t", 0), Stage.WAITING, now - 5_000, 5_000));
    later.outbox.expire();
    assertEquals(
        List.of(new Told(1, new Outcome.Dropped(DropReason.EXPIRED, 0, true))), later.told);
  }

  @Test
  void a_clock_that_was_set_back_makes_no_message_fresh_whose_age_nobody_knows() {
    long now = box.world.doors().clock().wallMillis();
    OutboxFixture later =
        new OutboxFixture(
            Limits.DEFAULT, recovered(1, message("t", 1), Stage.WAITING, now + 3_600_000, 5_000));
    assertEquals(OptionalLong.of(1_000_000_000L), later.outbox.expire(), "it looks at the clock");
    assertEquals(List.of(), later.drain());
    later.world.advance(Duration.ofSeconds(60));
    assertEquals(OptionalLong.empty(), later.outbox.expire());
    assertEquals(List.of(new Told(1, EXPIRED)), later.told);
  }

  @Test
  void a_deadline_beyond_all_time_is_a_deadline_that_does_not_come() {
    box.outbox.publish(message("t", 1).withDeadline(Duration.ofSeconds(Long.MAX_VALUE)));
    assertEquals(1, box.drain().size());
  }

  @Test
  void ten_thousand_messages_that_expire_at_once_all_end() {
    IntStream.range(0, 10_000).forEach(i -> box.outbox.publish(expiring("t" + i % 10, 1)));
    box.world.advance(Duration.ofSeconds(1));
    box.outbox.expire();
    assertEquals(10_000, box.told.size());
    assertEquals(0, box.outbox.status().messages());
  }

  /** D6: the oldest is the lowest sequence, not the lowest packet id. */
  @Test
  void browsing_shows_the_oldest_first_up_to_the_limit() {
    long a = box.publish("t", 1);
    long b = box.publish("u", 0);
    box.publish("t", 1);
    box.next(true);
    List<PendingMessage> shown = box.outbox.browse(2);
    assertEquals(List.of(a, b), shown.stream().map(PendingMessage::id).toList());
    assertEquals(List.of(true, false), shown.stream().map(PendingMessage::inFlight).toList());
    assertThrows(IllegalArgumentException.class, () -> box.outbox.browse(0));
  }

  @Test
  void the_status_names_the_oldest_and_all_numbers_agree() {
    assertEquals(Optional.empty(), box.outbox.status().oldest());
    Instant accepted = Instant.ofEpochMilli(box.world.doors().clock().wallMillis());
    long first = box.publish("t", 1);
    box.world.advance(Duration.ofSeconds(1));
    box.publish("t", 1);
    assertEquals(Optional.of(accepted), box.outbox.status().oldest());
    box.drain();
    box.outbox.settle(first, ACKNOWLEDGED);
    Outbox.Totals totals = box.outbox.totals();
    assertEquals(Optional.of(accepted.plusSeconds(1)), totals.queue().oldest());
    assertEquals(1, totals.queue().inFlight());
    assertEquals(1, totals.ended().acknowledged());
    assertEquals(2, totals.ended().outcomes() + totals.queue().messages());
  }
}
