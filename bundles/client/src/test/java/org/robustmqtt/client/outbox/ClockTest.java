package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.RecoveredMessage.Stage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;

/** Time: delivery-rules 10. A hub without a clock boots in the past. */
class ClockTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualWorld world = new VirtualWorld(1);

  /** The wall time that the run before has seen last. */
  private final long seen = world.doors().clock().wallMillis();

  private OutcomeFixture started(RecoveredMessage... found) {
    return new OutcomeFixture(world, new Recovery(List.of(found), Set.of(), Map.of(), seen));
  }

  private RecoveredMessage accepted(long sequence, Duration before, Duration deadline) {
    return accepted(sequence, before, deadline, Stage.WAITING);
  }

  private RecoveredMessage accepted(
      long sequence, Duration before, Duration deadline, Stage stage) {
    boolean sent = stage != Stage.WAITING;
    Message message = Message.text("t" + sequence, "m" + sequence).withQos(1);
    message = deadline.isZero() ? message : message.withDeadline(deadline);
    return new RecoveredMessage(
        new StoredMessage(
            sequence, message, Durability.GROUP, seen - before.toMillis(), deadline.toMillis()),
        stage,
        sent ? 1 : 0,
        sent ? (int) sequence : 0);
  }

  @Test
  void with_a_clock_that_goes_on_the_time_on_disk_counts_and_nothing_is_held() {
    world.jumpWall(Duration.ofSeconds(3));
    OutcomeFixture box = started(accepted(1, Duration.ofSeconds(1), Duration.ofSeconds(10)));
    assertFalse(box.outbox.isHolding());
    assertEquals(OptionalLong.of(6_000_000_000L), box.outbox.expire());
    assertEquals(List.of("m1"), box.drain());
  }

  @Test
  void behind_the_last_seen_time_messages_with_deadlines_are_held_and_others_are_not() {
    world.jumpWall(Duration.ofDays(-9_000));
    OutcomeFixture box =
        started(
            accepted(1, Duration.ZERO, Duration.ofSeconds(10)),
            accepted(2, Duration.ZERO, Duration.ZERO));
    assertTrue(box.outbox.isHolding());
    assertTrue(box.outbox.isHeld(1));
    assertEquals(List.of("m2"), box.drain());
    assertEquals(OptionalLong.of(SECOND.toNanos()), box.outbox.expire(), "looks every second");
    assertEquals(1, box.outbox.status().messages() - box.outbox.status().inFlight());
  }

  @Test
  void when_the_clock_passes_the_last_seen_time_their_ages_are_known() {
    world.jumpWall(Duration.ofDays(-9_000));
    OutcomeFixture box =
        started(
            accepted(1, Duration.ofSeconds(1), Duration.ofSeconds(10)),
            accepted(2, Duration.ofSeconds(1), Duration.ofSeconds(100)));
    world.advance(Duration.ofSeconds(20));
    world.jumpWall(Duration.ofDays(9_000).plusSeconds(5));
    box.outbox.expire();
    assertFalse(box.outbox.isHolding());
    assertEquals(List.of("m2"), box.drain());
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.EXPIRED));
    assertEquals(OptionalLong.of(74_000_000_000L), box.outbox.expire(), "1 + 20 + 5 are gone");
  }

  @Test
  void when_clock_wait_ends_those_with_a_deadline_shorter_than_clock_trust_expire() {
    world.jumpWall(HOUR.negated());
    OutcomeFixture box =
        started(
            accepted(1, Duration.ofMinutes(1), HOUR.minusMillis(1)),
            accepted(2, Duration.ofMinutes(1), HOUR),
            accepted(3, Duration.ofMinutes(1), HOUR, Stage.SENT));
    world.advance(Duration.ofMillis(59_999));
    box.outbox.expire();
    assertTrue(box.outbox.isHolding());
    assertEquals(List.of(), box.drain());

    world.advance(Duration.ofMillis(1));
    OptionalLong next = box.outbox.expire();

    assertFalse(box.outbox.isHolding());
    assertEquals(List.of("m2"), box.drain());
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.EXPIRED));
    assertEquals(
        OptionalLong.of(Duration.ofMinutes(59).toNanos()),
        next,
        "at least a minute old, not fresh");
  }

  @Test
  void the_rules_may_change_while_messages_are_held() {
    world.jumpWall(HOUR.negated());
    OutcomeFixture box = started(accepted(1, Duration.ZERO, Duration.ofMinutes(5)));
    box.outbox.clock(new ClockRules(0, 60_000));
    box.outbox.expire();
    assertEquals(List.of("m1"), box.drain());
  }

  @Test
  void a_message_accepted_meanwhile_is_as_old_as_it_is() {
    world.jumpWall(HOUR.negated());
    OutcomeFixture box = started(accepted(1, Duration.ZERO, Duration.ofSeconds(10)));
    Ticket fresh =
        box.outbox.publish(
            Message.text("new", "new").withQos(1).withDeadline(Duration.ofSeconds(2)));
    assertEquals(List.of("new"), box.drain());
    box.outbox.settle(fresh.id(), OutcomeFixture.ACKNOWLEDGED);
    assertTrue(box.outbox.isHolding());
  }

  @Test
  void a_held_message_can_be_cancelled_and_has_one_outcome() {
    world.jumpWall(HOUR.negated());
    OutcomeFixture box = started(accepted(1, Duration.ZERO, Duration.ofSeconds(10)));
    assertTrue(box.outbox.cancel(1));
    world.advance(Duration.ofSeconds(61));
    assertEquals(OptionalLong.empty(), box.outbox.expire());
    assertEquals(1, box.outbox.totals().ended().outcomes());
  }

  /** Both clocks jump: the hub sleeps, or the time is set, again and again. */
  @Test
  void within_a_run_a_deadline_is_kept_by_the_monotonic_clock_however_both_clocks_jump() {
    OutcomeFixture box = started();
    List<Ticket> tickets = new ArrayList<>();
    List<Long> due = new ArrayList<>();
    long[] jumps = {0, -86_400, 3_600, -5, 31_536_000, -31_536_000};
    for (int i = 0; i < 60; i++) {
      Duration deadline = Duration.ofSeconds(1 + (i * 7) % 50);
      Message message = Message.text("t" + i, "x").withQos(1).withDeadline(deadline);
      tickets.add(box.outbox.publish(message.withDurability(Durability.MEMORY)));
      due.add(world.nanos() + deadline.toNanos());
      world.jumpWall(Duration.ofSeconds(jumps[i % jumps.length]));
      world.advance(i % 10 == 9 ? Duration.ofSeconds(30) : Duration.ofMillis(500));
      box.outbox.expire();
      for (int k = 0; k <= i; k++) {
        Optional<DropReason> expected =
            due.get(k) <= world.nanos() ? Optional.of(DropReason.EXPIRED) : Optional.empty();
        assertEquals(expected, OutcomeFixture.dropped(tickets.get(k)), k + " after " + i);
      }
    }
  }
}
