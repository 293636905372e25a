package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.Durability.GROUP;
import static org.robustmqtt.Durability.MEMORY;
import static org.robustmqtt.Durability.SYNC;
import static org.robustmqtt.client.outbox.OutcomeFixture.dropped;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.RecoveredMessage.Stage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;

/** Retained never goes back: delivery-rules 4. */
class RetainedTest {
  private final OutcomeFixture box = new OutcomeFixture();

  private void sent(Ticket ticket) {
    box.journal.sent(ticket.id(), 1, (int) ticket.id(), Level.APPENDED, ok -> {});
  }

  @Test
  void while_an_older_one_with_a_record_is_in_flight_the_newer_is_forced_first() {
    box.publish("old", 1, GROUP);
    box.journal.stepAll();
    assertEquals(List.of("old"), box.drain());

    Ticket newer = box.publish("new", 1, GROUP);

    assertEquals(List.of(), box.drain());
    assertTrue(box.journal.log().contains("hurry " + newer.id()), box.journal.log().toString());
    box.journal.stepAll();
    assertEquals(List.of("new"), box.drain());
  }

  @Test
  void while_the_end_of_an_older_one_is_not_forced_the_newer_is_forced_first() {
    final Ticket old = box.publish("old", 1, GROUP);
    box.journal.stepAll();
    box.drain();
    box.acknowledge(old);

    box.publish("new", 1, GROUP);

    assertEquals(List.of(), box.drain(), "a power cut now brings the old one back");
    box.journal.stepAll();
    assertEquals(List.of("new"), box.drain());
  }

  @Test
  void when_the_end_of_the_older_one_is_forced_nothing_is_left_of_it_and_the_newer_is_free() {
    Ticket old = box.publish("old", 1, GROUP);
    box.journal.stepAll();
    box.drain();
    box.acknowledge(old);
    box.journal.stepAll();

    box.publish("new", 1, GROUP);

    assertEquals(List.of("new"), box.drain());
  }

  @Test
  void an_older_one_that_was_never_written_holds_up_the_newer_until_its_end_and_costs_no_write() {
    Ticket old = box.publish("old", 1, GROUP);
    box.drain();
    Ticket newer = box.publish("new", 1, GROUP);
    assertEquals(List.of(), box.drain(), "the old one may yet get a record");

    box.acknowledge(old);

    assertEquals(List.of("new"), box.drain());
    box.acknowledge(newer);
    box.journal.stepAll();
    assertEquals(List.of(), box.journal.log());
  }

  @Test
  void as_soon_as_the_older_one_is_written_the_newer_is_hurried() {
    box.publish("old", 1, SYNC);
    box.drain();
    Ticket newer = box.publish("new", 1, MEMORY);
    assertFalse(box.journal.log().contains("hurry " + newer.id()));
    box.journal.step();
    assertEquals(List.of("new"), box.drain(), "both are on disk");
  }

  @Test
  void a_newer_one_of_durability_memory_is_journalled_all_the_same_and_its_ticket_says_so() {
    box.publish("old", 1, GROUP);
    box.journal.stepAll();
    box.drain();
    Ticket newer = box.publish("new", 1, MEMORY);
    assertEquals(List.of(), box.drain());
    box.journal.stepAll();
    assertEquals(List.of("new"), box.drain());
    assertEquals(2, box.journal.crash().messages().size());
    assertEquals(newer.id(), box.journal.crash().messages().get(1).stored().sequence());
  }

  @Test
  void among_messages_of_durability_memory_nobody_waits() {
    box.publish("a", 1, MEMORY);
    box.publish("b", 1, MEMORY);
    assertEquals(List.of("a", "b"), box.drain());
    assertEquals(0, box.journal.waiting());
  }

  @Test
  void other_topics_and_messages_that_are_not_retained_do_not_wait() {
    box.publish("old", 1, GROUP);
    box.journal.stepAll();
    box.drain();
    box.publish("new", 1, GROUP);
    box.outbox.publish(Message.text("u", "other").withQos(1).withRetain(true));
    box.outbox.publish(Message.text("v", "plain").withQos(1));
    assertEquals(List.of("other", "plain"), box.drain());
  }

  @Test
  void an_unfinished_older_one_of_another_qos_is_waited_for() {
    for (int[] qos : new int[][] {{1, 0}, {1, 2}, {0, 1}, {2, 1}}) {
      OutcomeFixture one = new OutcomeFixture();
      Ticket old = one.publish("old", qos[0], MEMORY);
      one.publish("new", qos[1], MEMORY);
      assertEquals(List.of("old"), one.drain());
      one.acknowledge(old);
      assertEquals(List.of("new"), one.drain());
    }
  }

  @Test
  void an_acknowledgement_out_of_order_abandons_the_older_one_which_is_replaced() {
    Ticket old = box.publish("old", 1, SYNC);
    Ticket newer = box.publish("new", 1, SYNC);
    box.journal.stepAll();
    assertEquals(List.of("old", "new"), box.drain());
    sent(old);
    sent(newer);
    box.journal.stepAll();

    box.acknowledge(newer);
    box.journal.step();

    assertEquals(Optional.of(DropReason.REPLACED), dropped(old));
    assertEquals(Optional.of(OutcomeFixture.ACKNOWLEDGED), newer.outcomeNow());
    assertEquals(List.of(old.id()), box.outbox.takeGivenUp());
    List<String> log = box.journal.log();
    assertTrue(
        log.indexOf("abandoned " + old.id()) < log.indexOf("settled " + newer.id()),
        "the older one ends first: " + log);
    assertEquals(Stage.ABANDONED, box.journal.crash().messages().get(0).stage());
  }

  @Test
  void a_refusal_of_the_newer_one_leaves_the_older_one_wanted() {
    Ticket old = box.publish("old", 1, MEMORY);
    Ticket newer = box.publish("new", 1, MEMORY);
    box.drain();
    box.outbox.settle(newer.id(), new Outcome.Dropped(DropReason.REFUSED, 0x87, false));
    assertEquals(Optional.empty(), old.outcomeNow());
    box.acknowledge(old);
    assertEquals(Optional.of(OutcomeFixture.ACKNOWLEDGED), old.outcomeNow());
  }

  @Test
  void when_a_newer_one_that_may_have_arrived_is_cancelled_the_older_ones_are_replaced() {
    final Ticket old = box.publish("old", 1, MEMORY);
    Ticket newer = box.publish("new", 1, MEMORY);
    box.drain();
    box.outbox.requeue(old.id());
    box.outbox.requeue(newer.id());
    assertTrue(box.outbox.cancel(newer.id()));
    assertEquals(Optional.of(DropReason.REPLACED), dropped(old));
    assertEquals(List.of(), box.drain());
  }

  @Test
  void at_recovery_the_newest_retained_record_of_a_topic_supersedes_every_lower_one() {
    Recovery found =
        found(record(3, Stage.SENT), record(5, Stage.WAITING), record(7, Stage.WAITING));
    OutcomeFixture later = new OutcomeFixture(new VirtualWorld(1), found);
    later.journal.stepAll();

    assertEquals(List.of("m7"), later.drainAfter(later.outbox.takeGivenUp()));
    Outbox.Totals totals = later.outbox.totals();
    assertEquals(2L, totals.ended().dropped().get(DropReason.REPLACED));
    assertEquals(3, totals.accepted().recovered());
    assertEquals(1, totals.queue().messages());
    assertTrue(later.journal.log().contains("abandoned 3"), "its packet id is in use");
    assertTrue(later.journal.log().contains("settled 5"));
  }

  @Test
  void a_newest_one_that_has_its_outcome_supersedes_the_lower_ones_too() {
    for (Stage stage : List.of(Stage.ABANDONED, Stage.QUARANTINED)) {
      OutcomeFixture later =
          new OutcomeFixture(
              new VirtualWorld(1), found(record(3, Stage.WAITING), record(5, stage)));
      assertEquals(List.of(), later.drain());
      assertEquals(1L, later.outbox.totals().ended().dropped().get(DropReason.REPLACED));
    }
  }

  @Test
  void what_is_behind_its_pubrec_at_recovery_runs_to_its_end_before_the_newer_goes() {
    OutcomeFixture later =
        new OutcomeFixture(
            new VirtualWorld(1), found(record(3, Stage.RELEASED, 2), record(5, Stage.WAITING, 2)));
    assertEquals(List.of(), later.drain());
    later.outbox.settle(3, OutcomeFixture.ACKNOWLEDGED);
    assertEquals(List.of("m5"), later.drain());
  }

  @Test
  void a_power_cut_at_any_step_never_brings_the_older_one_to_the_front() {
    Ticket old = box.publish("old", 1, GROUP);
    box.journal.stepAll();
    box.drain();
    box.publish("new", 1, MEMORY);
    box.acknowledge(old);
    box.journal.stepAll();
    assertEquals(List.of("new"), box.drain());

    OutcomeFixture later = box.restarted();

    assertEquals(List.of("new"), later.drain());
  }

  private static Recovery found(RecoveredMessage... messages) {
    return new Recovery(List.of(messages), Set.of(), java.util.Map.of(), 0);
  }

  private static RecoveredMessage record(long sequence, Stage stage) {
    return record(sequence, stage, 1);
  }

  private static RecoveredMessage record(long sequence, Stage stage, int qos) {
    boolean sent = stage != Stage.WAITING;
    return new RecoveredMessage(
        new StoredMessage(
            sequence, OutcomeFixture.retained("m" + sequence, qos, GROUP), GROUP, 0, 0),
        stage,
        sent ? 1 : 0,
        sent ? (int) sequence : 0);
  }
}
