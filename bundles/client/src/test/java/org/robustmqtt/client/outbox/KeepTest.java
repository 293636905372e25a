package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.outbox.OutcomeFixture.dropped;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.DeliveryPolicy.Keep;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Recovery;

/**
 * What is kept while nothing can be sent (delivery-rules 12), and what a policy says of durability
 * and deadline. The first level of a topic is its policy.
 */
class KeepTest {
  private static final Optional<DropReason> NONE = Optional.empty();
  private static final Optional<DropReason> REPLACED = Optional.of(DropReason.REPLACED);
  private static final Optional<DropReason> OFFLINE = Optional.of(DropReason.OFFLINE);
  private static final Outbox.Window SMALL = new Outbox.Window(10, 10_000);
  private static final PolicyTable TABLE =
      OutcomeFixture.table(
          OutcomeFixture.policy("latest", draft -> draft.keep = Keep.LATEST),
          OutcomeFixture.policy("none", draft -> draft.keep = Keep.NONE),
          OutcomeFixture.policy(
              "memory",
              draft -> {
                draft.keep = Keep.LATEST;
                draft.durability = Durability.MEMORY;
              }),
          DeliveryPolicy.of("event", Optional.of(DeliveryPolicy.Preset.EVENT), draft -> {}));

  private final VirtualWorld world = new VirtualWorld(1);
  private OutcomeFixture box = box(Recovery.NOTHING);

  private OutcomeFixture box(Recovery found) {
    return new OutcomeFixture(world, new SteppedJournal(found), found, TABLE, SMALL);
  }

  private Ticket publish(String topic, String text) {
    return box.outbox.publish(Message.text(topic, text).withQos(1));
  }

  private void step() {
    box.journal.step();
    box.journal.step();
  }

  private void restart() {
    box = box(box.journal.crash());
  }

  private static boolean mayHaveArrived(Ticket ticket) {
    return ((Outcome.Dropped) ticket.outcomeNow().orElseThrow()).mayHaveArrived();
  }

  private void assertAccounted() {
    Outbox.Totals totals = box.outbox.totals();
    assertEquals(
        totals.accepted().accepted() + totals.accepted().recovered(),
        totals.ended().outcomes() + totals.queue().messages());
  }

  @Test
  void the_newest_of_a_topic_replaces_the_one_that_waits() {
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      tickets.add(publish("latest/1", "" + i));
    }
    Ticket other = publish("latest/2", "other");
    step();
    assertEquals(2, box.outbox.status().messages());
    assertEquals(REPLACED, dropped(tickets.get(0)));
    assertEquals(REPLACED, dropped(tickets.get(9_998)));
    assertEquals(List.of("9999", "other"), box.drain());
    box.acknowledge(tickets.get(9_999));
    box.acknowledge(other);
    assertEquals(0, box.outbox.status().bytes());
    assertAccounted();
  }

  @Test
  void what_was_replaced_says_so_when_the_record_of_its_successor_is_there() {
    Ticket old = publish("latest/1", "1");
    step();
    Ticket newer = publish("latest/1", "2");
    assertEquals(1, box.outbox.status().messages(), "it is decided at once");
    assertEquals(NONE, dropped(old), "a power cut now must not take both");
    assertEquals(1, box.journal.crash().messages().size());
    box.journal.step();
    assertEquals(2, box.journal.crash().messages().size());
    box.journal.step();
    assertEquals(REPLACED, dropped(old));
    assertEquals(
        List.of(newer.id()),
        box.journal.crash().messages().stream().map(m -> m.stored().sequence()).toList());
  }

  @Test
  void what_was_replaced_does_not_come_back_after_a_restart() {
    publish("latest/1", "1");
    step();
    publish("latest/1", "2");
    box.journal.step();
    assertEquals(2, box.journal.crash().messages().size());
    restart();
    assertEquals(1, box.outbox.status().messages());
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.REPLACED));
    assertEquals(List.of("2"), box.drain());
    box.journal.step();
    assertEquals(1, box.journal.crash().messages().size());
    assertAccounted();
  }

  @Test
  void a_successor_in_memory_takes_over_the_durability_of_the_older_one() {
    box.outbox.publish(Message.text("memory/1", "1").withDurability(Durability.SYNC));
    step();
    publish("memory/1", "2");
    step();
    restart();
    assertEquals(List.of("2"), box.drain());
  }

  @Test
  void what_was_replaced_is_told_with_the_outcome_of_its_successor() {
    final Ticket first = publish("latest/1", "1");
    final Ticket second = publish("latest/1", "2");
    Ticket third = publish("latest/1", "3");
    assertEquals(List.of("3"), box.drain());
    box.acknowledge(third);
    step();
    assertEquals(REPLACED, dropped(first));
    assertEquals(REPLACED, dropped(second));
    assertEquals(List.of(), box.journal.crash().messages());
    assertEquals(List.of(first.id(), second.id(), third.id()), box.journal.settledInOrder());
  }

  @Test
  void what_was_replaced_is_told_although_its_policy_has_changed() {
    final Ticket first = publish("latest/1", "1");
    publish("latest/1", "2");
    box.outbox.policies(PolicyTable.SINGLE);
    step();
    assertEquals(REPLACED, dropped(first));
  }

  @Test
  void in_memory_nothing_is_written() {
    publish("memory/1", "1");
    publish("memory/1", "2");
    step();
    assertEquals(List.of(), box.journal.log());
    assertEquals(List.of("2"), box.drain());
  }

  @Test
  void what_is_in_flight_goes_on_and_is_not_sent_again_while_there_is_a_newer_one() {
    Ticket flying = publish("latest/1", "1");
    assertEquals(List.of("1"), box.drain());
    final Ticket newer = publish("latest/1", "2");
    step();
    assertEquals(NONE, dropped(flying));
    box.outbox.requeue(flying.id());
    step();
    assertEquals(REPLACED, dropped(flying));
    assertTrue(mayHaveArrived(flying));
    assertEquals(List.of("2"), box.drain());
    box.outbox.requeue(newer.id());
    assertEquals(List.of("2"), box.drain());
    assertAccounted();
  }

  @Test
  void of_two_in_flight_only_the_newer_one_is_sent_again() {
    Ticket one = publish("latest/1", "1");
    box.drain();
    final Ticket two = publish("latest/1", "2");
    box.drain();
    box.outbox.requeue(one.id());
    box.outbox.requeue(two.id());
    assertEquals(List.of("2"), box.drain());
    step();
    assertEquals(REPLACED, dropped(one));
    assertAccounted();
  }

  @Test
  void retained_values_are_replaced_too() {
    Ticket old = box.outbox.publish(Message.text("latest/1", "1").withRetain(true));
    step();
    final Ticket newer = box.outbox.publish(Message.text("latest/1", "2").withRetain(true));
    assertEquals(List.of(), box.drain(), "the older one could come back");
    step();
    assertEquals(REPLACED, dropped(old));
    assertEquals(List.of("2"), box.drain());
    box.acknowledge(newer);
    step();
    assertAccounted();
  }

  @Test
  void what_is_not_kept_is_dropped_while_there_is_no_session() {
    Ticket early = publish("none/1", "1");
    assertEquals(OFFLINE, dropped(early));
    assertEquals(0, box.outbox.status().messages());
    box.outbox.online(true);
    Ticket flying = publish("none/1", "2");
    box.drain();
    final Ticket waiting = publish("none/1", "3");
    final Ticket kept = publish("event/1", "4");
    step();
    box.outbox.online(false);
    step();
    assertEquals(OFFLINE, dropped(flying));
    assertTrue(mayHaveArrived(flying));
    assertEquals(OFFLINE, dropped(waiting));
    assertEquals(false, mayHaveArrived(waiting));
    assertEquals(NONE, dropped(kept));
    assertEquals(List.of(flying.id()), box.outbox.takeGivenUp());
    box.outbox.ended(flying.id(), false);
    assertEquals(List.of("4"), box.drain());
    assertAccounted();
  }

  @Test
  void what_is_not_kept_and_was_found_is_dropped() {
    box.outbox.online(true);
    publish("none/1", "1");
    step();
    restart();
    assertEquals(List.of(), box.drain());
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.OFFLINE));
    assertAccounted();
  }

  @Test
  void the_deadline_of_the_policy_counts_where_the_message_has_none() {
    Ticket event = publish("event/1", "1");
    Ticket own =
        box.outbox.publish(
            Message.text("event/1", "2").withQos(1).withDeadline(Duration.ofSeconds(30)));
    step();
    assertEquals(15_000_000_000L, box.outbox.expire().orElseThrow());
    world.advance(Duration.ofMillis(14_999));
    box.outbox.expire();
    assertEquals(NONE, dropped(event));
    world.advance(Duration.ofMillis(1));
    box.outbox.expire();
    step();
    assertEquals(Optional.of(DropReason.EXPIRED), dropped(event));
    assertEquals(NONE, dropped(own));
    assertEquals(List.of("2"), box.drain());
    assertAccounted();
  }

  @Test
  void the_deadline_of_the_policy_goes_on_over_a_restart_and_in_flight() {
    publish("event/1", "1");
    step();
    world.advance(Duration.ofSeconds(10));
    restart();
    assertEquals(5_000_000_000L, box.outbox.expire().orElseThrow());
    box.drain();
    world.advance(Duration.ofSeconds(5));
    box.outbox.expire();
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.EXPIRED));
  }

  @Test
  void policies_may_change_while_messages_are_held_because_of_the_clock() {
    publish("event/1", "1");
    step();
    world.jumpWall(Duration.ofDays(-9_000));
    Recovery found = box.journal.crash();
    box =
        box(
            new Recovery(
                found.messages(),
                found.waiting(),
                found.received(),
                found.values(),
                Long.MAX_VALUE / 2,
                found.aliases(),
                found.replaced()));
    assertTrue(box.outbox.isHolding());
    box.outbox.policies(TABLE);
    box.outbox.policies(TABLE);
    assertEquals(List.of(), box.drain());
    world.advance(Duration.ofMinutes(1));
    box.outbox.expire();
    assertEquals(1L, box.outbox.totals().ended().dropped().get(DropReason.EXPIRED));
    assertAccounted();
  }

  @Test
  void the_durability_of_the_policy_counts_where_the_message_has_none() {
    publish("memory/1", "1");
    box.outbox.publish(Message.text("memory/2", "2").withDurability(Durability.GROUP));
    step();
    assertEquals(1, box.journal.crash().messages().size());
  }
}
