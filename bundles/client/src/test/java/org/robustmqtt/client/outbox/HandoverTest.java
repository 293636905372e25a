package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/** What one outbox leaves to the next of the same connection. */
class HandoverTest {
  private final OutboxFixture before = new OutboxFixture();
  private final List<OutboxFixture.Told> told = new ArrayList<>();

  private Ticket publish(String topic, Durability durability) {
    Message message = OutboxFixture.message(topic, 1).withDurability(durability);
    return before.outbox.publish(message);
  }

  private Outbox next(Map<Long, Long> aliases, RecoveredMessage... found) {
    Handover left = before.outbox.handOver();
    return new Outbox(
        "home",
        before.world.doors().clock(),
        new SteppedJournal(),
        Limits.DEFAULT,
        new Outbox.Found(List.of(found), List.of(), 0, ClockRules.DEFAULT, aliases, left),
        PolicyTable.SINGLE,
        Outbox.Window.STANDARD,
        (entry, outcome) -> {
          told.add(new OutboxFixture.Told(entry.sequence(), outcome));
          entry.announce(outcome);
        },
        before.world.doors().lanes());
  }

  private static RecoveredMessage found(long sequence, String topic) {
    Message message = OutboxFixture.message(topic, 1);
    return OutboxFixture.recovered(sequence, message, RecoveredMessage.Stage.WAITING, 0, 0);
  }

  private static List<Long> drain(Outbox outbox) {
    List<Long> order = new ArrayList<>();
    for (Optional<Entry> entry = outbox.next(true); entry.isPresent(); entry = outbox.next(true)) {
      order.add(entry.get().sequence());
    }
    return order;
  }

  @Test
  void all_messages_go_on_in_their_order_and_their_tickets_live_on() {
    Ticket one = publish("a", Durability.GROUP);
    Ticket memory = publish("a", Durability.MEMORY);
    Ticket three = publish("a", Durability.GROUP);

    Outbox outbox = next(Map.of(), found(one.id(), "a"), found(three.id(), "a"));

    assertEquals(List.of(one.id(), memory.id(), three.id()), drain(outbox));
    outbox.settle(memory.id(), OutboxFixture.ACKNOWLEDGED);
    outbox.settle(one.id(), OutboxFixture.ACKNOWLEDGED);
    assertEquals(Optional.of(OutboxFixture.ACKNOWLEDGED), one.outcomeNow());
    assertEquals(Optional.of(OutboxFixture.ACKNOWLEDGED), memory.outcomeNow());
    assertEquals(Optional.empty(), three.outcomeNow());
    assertEquals(3, outbox.totals().accepted().recovered());
    assertEquals(List.of(), before.told, "the one before decides nothing");
  }

  @Test
  void what_was_with_the_session_and_is_sent_as_new_may_be_a_duplicate() {
    Ticket memory = publish("a", Durability.MEMORY);
    Ticket group = publish("b", Durability.GROUP);
    assertEquals(2, before.drain().size());

    Outbox outbox = next(Map.of(), found(group.id(), "b"));

    assertTrue(outbox.next(true).orElseThrow().sentBefore);
    assertTrue(outbox.next(true).orElseThrow().sentBefore);
    assertTrue(outbox.next(true).isEmpty(), "" + memory.id());
  }

  @Test
  void a_message_that_has_another_number_now_keeps_its_ticket() {
    Ticket one = publish("a", Durability.GROUP);
    Ticket two = publish("a", Durability.GROUP);
    long other = two.id();

    Outbox outbox = next(Map.of(77L, one.id()), found(one.id(), "others"), found(77, "a"));

    assertEquals(2, drain(outbox).size());
    outbox.settle(one.id(), OutboxFixture.ACKNOWLEDGED);
    assertEquals(Optional.empty(), one.outcomeNow(), "it is another's number now");
    outbox.settle(77, OutboxFixture.ACKNOWLEDGED);
    assertEquals(Optional.of(OutboxFixture.ACKNOWLEDGED), one.outcomeNow());
    assertFalse(outbox.isPending(other));
  }

  @Test
  void after_it_nothing_is_accepted_cancelled_or_purged() {
    Ticket one = publish("a", Durability.MEMORY);
    before.outbox.handOver();

    NotAcceptedException refused =
        assertThrows(NotAcceptedException.class, () -> publish("a", Durability.GROUP));
    assertEquals(NotAcceptedException.Reason.CLOSED, refused.reason());
    assertFalse(before.outbox.cancel(one.id()));
    assertEquals(0, before.outbox.purge());
    assertEquals(List.of(), before.told);
    assertTrue(before.outbox.holds(one.id()), "it is still known");
  }

  @Test
  void where_no_other_follows_what_is_in_memory_only_is_told_that_it_ends() {
    Ticket one = publish("a", Durability.MEMORY);
    before.outbox.handOver();

    before.outbox.close();

    assertEquals(1, before.told.size());
    assertEquals(one.id(), before.told.get(0).sequence());
    assertEquals(DropReason.SHUT_DOWN, ((Outcome.Dropped) before.told.get(0).outcome()).reason());
  }

  @Test
  void a_deadline_stays_what_it_was() {
    Message late =
        OutboxFixture.message("a", 1)
            .withDurability(Durability.MEMORY)
            .withDeadline(Duration.ofSeconds(10));
    Ticket ticket = before.outbox.publish(late);
    before.world.advance(Duration.ofSeconds(6));
    Outbox outbox = next(Map.of());
    before.world.advance(Duration.ofSeconds(3));
    outbox.expire();
    assertTrue(outbox.isPending(ticket.id()));
    before.world.advance(Duration.ofSeconds(2));
    outbox.expire();
    assertEquals(DropReason.EXPIRED, ((Outcome.Dropped) told.get(0).outcome()).reason());
  }

  @Test
  void an_older_retained_message_that_is_found_does_not_follow_a_newer_one_in_memory() {
    publish("other", Durability.GROUP);
    Message newer =
        OutboxFixture.message("r", 1).withRetain(true).withDurability(Durability.MEMORY);
    Ticket ticket = before.outbox.publish(newer);
    StoredMessage old =
        new StoredMessage(
            ticket.id() - 1,
            OutboxFixture.message("r", 1).withRetain(true),
            Durability.GROUP,
            0,
            0);
    RecoveredMessage found = new RecoveredMessage(old, RecoveredMessage.Stage.WAITING, 0, 0);

    Outbox outbox = next(Map.of(), found);

    assertEquals(List.of(ticket.id()), drain(outbox));
  }

  @Test
  void what_has_a_record_or_is_to_have_one_is_known_for_a_journal_that_comes() {
    Message late =
        OutboxFixture.message("a", 2)
            .withDurability(Durability.GROUP)
            .withDeadline(Duration.ofSeconds(10));
    long group = before.outbox.publish(late).id();
    long memory = publish("a", Durability.MEMORY).id();
    before.world.advance(Duration.ofSeconds(4));

    assertTrue(before.outbox.holds(memory));
    assertEquals(Optional.empty(), before.outbox.recordedQos(memory));
    assertEquals(Optional.of(QoS.EXACTLY_ONCE), before.outbox.recordedQos(group));
    assertFalse(before.outbox.holds(group + 10));
    List<StoredMessage> recorded = before.outbox.recorded();
    assertEquals(List.of(group), recorded.stream().map(StoredMessage::sequence).toList());
    assertEquals(10_000, recorded.get(0).deadline());
    before.outbox.cancel(group);
    assertFalse(before.outbox.holds(group));
  }
}
