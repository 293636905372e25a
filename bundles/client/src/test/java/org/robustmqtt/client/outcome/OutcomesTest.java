package org.robustmqtt.client.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Level;
import org.robustmqtt.whiteboard.Settlement;

/** Delivery-rules 1: a settlement is appended before its outcome is announced. */
class OutcomesTest {
  private static final Outcome ACKNOWLEDGED = new Outcome.Acknowledged(0, false);

  private final VirtualWorld world = new VirtualWorld(1);
  private final SteppedJournal journal = new SteppedJournal();
  private final Notifier notifier = new Notifier(world.doors().lanes());
  private final Outcomes outcomes = new Outcomes("home", journal, notifier);
  private final Outbox outbox =
      new Outbox(
          "home",
          world.doors().clock(),
          journal,
          Limits.DEFAULT,
          new Outbox.Found(
              List.of(), List.of(), 0, ClockRules.DEFAULT, Map.of(), Handover.nothing()),
          PolicyTable.SINGLE,
          Outbox.Window.STANDARD,
          outcomes,
          world.doors().lanes());
  private final List<Settlement> heard = new ArrayList<>();

  private Ticket publish(Durability durability) {
    return outbox.publish(Message.text("t", "x").withDurability(durability));
  }

  @Test
  void the_outcome_of_a_stored_message_is_announced_as_soon_as_its_settlement_is_appended() {
    notifier.addOutcomeListener("test", heard::add);
    Ticket ticket = publish(Durability.GROUP);
    journal.step();
    outbox.settle(ticket.id(), ACKNOWLEDGED);
    world.run();
    assertEquals(Optional.empty(), ticket.outcomeNow());
    assertEquals(List.of(), heard);

    journal.step();
    world.run();

    assertEquals(Optional.of(ACKNOWLEDGED), ticket.outcomeNow());
    assertEquals(List.of(new Settlement("home", ticket.id(), "t", ACKNOWLEDGED)), heard);
    assertEquals(List.of("message 1", "settled 1"), journal.log());
  }

  @Test
  void a_message_acknowledged_before_its_write_is_never_written_and_says_settled_first() {
    List<Stored> stored = new ArrayList<>();
    Ticket ticket = publish(Durability.GROUP);
    ticket.stored().thenAccept(stored::add);
    outbox.settle(ticket.id(), ACKNOWLEDGED);
    assertEquals(Optional.of(ACKNOWLEDGED), ticket.outcomeNow());
    journal.stepAll();
    world.run();
    assertEquals(List.of(Stored.SETTLED_FIRST), stored);
    assertEquals(List.of(), journal.log());
  }

  @Test
  void the_outcome_of_a_message_without_a_record_does_not_touch_the_journal() {
    Ticket ticket = publish(Durability.MEMORY);
    outbox.settle(ticket.id(), ACKNOWLEDGED);
    assertEquals(Optional.of(ACKNOWLEDGED), ticket.outcomeNow());
    assertEquals(List.of(), journal.settledInOrder());
  }

  @Test
  void if_the_journal_cannot_write_the_outcome_is_announced_all_the_same() {
    notifier.addOutcomeListener("test", heard::add);
    Ticket ticket = publish(Durability.GROUP);
    journal.step();
    journal.failing(true);
    outbox.settle(ticket.id(), ACKNOWLEDGED);
    journal.step();
    world.run();
    assertEquals(Optional.of(ACKNOWLEDGED), ticket.outcomeNow());
    assertEquals(1, heard.size());
    assertEquals(1, outcomes.counts().acknowledged());
  }

  @Test
  void nothing_foreign_runs_in_the_thread_that_brings_the_outcome() {
    List<Boolean> onListenerThread = new ArrayList<>();
    notifier.addOutcomeListener(
        "test", settlement -> onListenerThread.add(world.doors().lanes().isCurrent()));
    Ticket ticket = publish(Durability.GROUP);
    ticket.outcome().thenRun(() -> onListenerThread.add(world.doors().lanes().isCurrent()));
    outbox.settle(ticket.id(), ACKNOWLEDGED);
    assertEquals(List.of(), onListenerThread);
    world.run();
    assertEquals(List.of(true, true), onListenerThread);
  }

  @Test
  void outcomes_are_counted_by_kind_and_reason() {
    outbox.settle(publish(Durability.MEMORY).id(), ACKNOWLEDGED);
    outbox.settle(publish(Durability.MEMORY).id(), new Outcome.Sent());
    outbox.settle(
        publish(Durability.MEMORY).id(), new Outcome.Dropped(DropReason.REFUSED, 0x87, true));
    outbox.cancel(publish(Durability.MEMORY).id());
    Outcomes.Counts counts = outcomes.counts();
    assertEquals(1, counts.acknowledged());
    assertEquals(1, counts.sent());
    assertEquals(1, counts.dropped().get(DropReason.REFUSED));
    assertEquals(1, counts.dropped().get(DropReason.CANCELLED));
    assertEquals(0, counts.dropped().get(DropReason.EXPIRED));
    assertTrue(counts.dropped().keySet().containsAll(List.of(DropReason.values())));
  }

  @ParameterizedTest
  @EnumSource(DropReason.class)
  void whatever_the_reason_a_stored_message_is_dropped_for_it_is_announced_when_that_is_appended(
      DropReason reason) {
    Ticket ticket = publish(Durability.GROUP);
    journal.step();
    Outcome dropped = new Outcome.Dropped(reason, 0, false);
    outbox.settle(ticket.id(), dropped);
    world.run();
    assertEquals(Optional.empty(), ticket.outcomeNow(), "not before");
    journal.step();
    world.run();
    assertEquals(Optional.of(dropped), ticket.outcomeNow());
  }

  @Test
  void a_cancelled_message_is_announced_when_its_end_is_appended() {
    Ticket ticket = publish(Durability.GROUP);
    journal.step();
    assertTrue(outbox.cancel(ticket.id()));
    world.run();
    assertEquals(Optional.empty(), ticket.outcomeNow(), "not before");
    journal.step();
    world.run();
    assertEquals(
        Optional.of(new Outcome.Dropped(DropReason.CANCELLED, 0, false)), ticket.outcomeNow());
  }

  @Test
  void an_expired_message_is_announced_when_its_end_is_appended() {
    Ticket ticket =
        outbox.publish(
            Message.text("t", "x")
                .withDurability(Durability.GROUP)
                .withDeadline(Duration.ofSeconds(5)));
    journal.step();
    world.advance(Duration.ofSeconds(6));
    outbox.expire();
    world.run();
    assertEquals(Optional.empty(), ticket.outcomeNow(), "not before");
    journal.step();
    world.run();
    assertEquals(
        Optional.of(new Outcome.Dropped(DropReason.EXPIRED, 0, false)), ticket.outcomeNow());
  }

  @Test
  void an_expired_message_that_was_sent_is_announced_when_it_is_appended_that_it_is_abandoned() {
    Ticket ticket =
        outbox.publish(
            Message.text("t", "x")
                .withDurability(Durability.GROUP)
                .withDeadline(Duration.ofSeconds(5)));
    journal.step();
    assertTrue(outbox.next(true).isPresent());
    journal.sent(ticket.id(), 1, 1, Level.APPENDED, written -> {});
    journal.step();
    world.advance(Duration.ofSeconds(6));
    outbox.expire();
    world.run();
    assertEquals(Optional.empty(), ticket.outcomeNow(), "not before");
    journal.step();
    world.run();
    assertTrue(journal.log().contains("abandoned " + ticket.id()), () -> journal.log().toString());
    assertEquals(
        Optional.of(new Outcome.Dropped(DropReason.EXPIRED, 0, true)), ticket.outcomeNow());
  }
}
