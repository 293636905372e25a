package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.outbox.OutboxFixture.ACKNOWLEDGED;
import static org.robustmqtt.client.outbox.OutboxFixture.message;
import static org.robustmqtt.client.outbox.OutboxFixture.recovered;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.RecoveredMessage.Stage;

/** Delivery-rules 3. */
class OutboxOrderTest {
  private final OutboxFixture box = new OutboxFixture();

  @Test
  void messages_leave_in_the_order_in_which_they_were_accepted_over_every_qos() {
    long a = box.publish("t", 1);
    long b = box.publish("t", 0);
    long c = box.publish("u", 0);
    long d = box.publish("t", 1);

    assertEquals(List.of(a, b, c), box.drain());
    box.outbox.settle(b, new Outcome.Sent());
    assertEquals(List.of(d), box.drain());
  }

  @Test
  void what_needs_an_acknowledgement_waits_until_earlier_qos_0_of_its_topic_is_handed_over() {
    long plain = box.publish("t", 0);
    long acknowledged = box.publish("t", 1);
    assertEquals(List.of(plain), box.drain());

    // the link is lost before the bytes were taken
    box.outbox.requeue(plain);

    assertEquals(List.of(plain), box.drain());
    box.outbox.settle(plain, new Outcome.Sent());
    assertEquals(List.of(acknowledged), box.drain());
  }

  @Test
  void while_the_window_is_closed_qos_0_of_other_topics_passes_but_never_within_its_topic() {
    box.publish("t", 1);
    box.publish("t", 0);
    long free = box.publish("u", 0);
    box.publish("u", 1);
    box.publish("u", 0);

    assertEquals(free, box.next(false));
    assertEquals(0, box.next(false));
  }

  @Test
  void a_topic_waits_while_an_earlier_message_of_qos_2_is_unfinished_and_others_do_not() {
    long exact = box.publish("t", 2);
    long behind = box.publish("t", 0);
    long other = box.publish("u", 1);

    assertEquals(List.of(exact, other), box.drain());
    box.outbox.settle(exact, ACKNOWLEDGED);
    assertEquals(List.of(behind), box.drain());
  }

  @Test
  void a_message_of_qos_1_in_flight_holds_nobody_back() {
    long first = box.publish("t", 1);
    long second = box.publish("t", 2);

    assertEquals(List.of(first, second), box.drain());
  }

  @Test
  void a_returned_message_is_before_the_younger_ones_of_its_topic_and_of_others() {
    long a = box.publish("t", 2);
    long b = box.publish("t", 1);
    long c = box.publish("u", 1);
    assertEquals(a, box.next(true));

    box.outbox.requeue(a);

    assertEquals(a, box.next(true));
    assertEquals(c, box.next(true));
    assertEquals(0, box.next(true), "b has to wait for a");
    box.outbox.settle(a, ACKNOWLEDGED);
    assertEquals(b, box.next(true));
  }

  @Test
  void a_returned_message_says_that_it_was_sent_before_and_others_do_not() {
    long a = box.publish("t", 1);
    long b = box.publish("t", 1);
    box.next(true);
    box.outbox.requeue(a);

    Entry first = box.outbox.next(true).orElseThrow();
    Entry second = box.outbox.next(true).orElseThrow();

    assertEquals(List.of(a, b), List.of(first.sequence(), second.sequence()));
    assertTrue(box.outbox.sentBefore(first));
    assertFalse(box.outbox.sentBefore(second));
  }

  @Test
  void a_lost_session_brings_every_message_back_to_its_place_in_whatever_order_they_return() {
    SplittableRandom random = new SplittableRandom(7);
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(box.publish("t" + random.nextInt(7), 1));
    }
    List<Long> out = new ArrayList<>(box.drain().subList(0, 500));
    for (int i = out.size() - 1; i > 0; i--) {
      out.add(out.remove(random.nextInt(i + 1)));
    }

    out.forEach(box.outbox::requeue);

    assertEquals(all, box.drain());
  }

  /** D4: a run that stops at the third message sends the first two again. */
  @Test
  void what_was_sent_is_not_sent_again_because_the_sending_stopped_behind_it() {
    long a = box.publish("t", 1);
    long b = box.publish("t", 1);
    long c = box.publish("t", 1);
    box.next(true);
    box.next(true);
    box.outbox.settle(a, ACKNOWLEDGED);
    box.outbox.settle(b, ACKNOWLEDGED);

    assertEquals(List.of(c), box.drain());
  }

  /** D14: equal messages are distinct events. */
  @Test
  void two_equal_messages_are_two_messages_with_an_outcome_each() {
    long a = box.publish("t", 1);
    long b = box.publish("t", 1);

    assertEquals(List.of(a, b), box.drain());
    box.outbox.settle(a, ACKNOWLEDGED);
    assertEquals(1, box.outbox.status().messages());
    box.outbox.settle(b, ACKNOWLEDGED);
    assertEquals(2, box.told.size());
  }

  /** D8: nothing but an outcome takes a message from the queue. */
  @Test
  void what_was_recovered_waits_in_its_order_and_what_had_been_sent_is_out_until_it_returns() {
    OutboxFixture later =
        new OutboxFixture(
            Limits.DEFAULT,
            recovered(3, message("t", 1), Stage.SENT, 0, 0),
            recovered(4, message("t", 1), Stage.WAITING, 0, 0),
            recovered(5, message("u", 2), Stage.RELEASED, 0, 0),
            recovered(6, message("u", 0), Stage.WAITING, 0, 0));

    assertEquals(List.of(4L), later.drain());
    assertEquals(3, later.outbox.status().inFlight());
    later.outbox.requeue(3);
    later.outbox.settle(5, ACKNOWLEDGED);
    assertEquals(List.of(3L, 6L), later.drain());
    assertEquals(new Outbox.Accepted(0, 4, 0), later.outbox.totals().accepted());
  }

  @Test
  void a_hundred_thousand_messages_of_a_thousand_topics_leave_in_order_past_closed_windows() {
    OutboxFixture large = new OutboxFixture(new Limits(200_000, 64L << 20, 1000, 10));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      large.publish("topic/" + random.nextInt(1000), random.nextInt(3));
    }
    Map<String, Long> last = new HashMap<>();
    int taken = 0;
    while (large.outbox.status().messages() > 0) {
      Optional<Entry> entry = large.outbox.next(random.nextInt(4) > 0);
      if (entry.isEmpty()) {
        continue;
      }
      String topic = entry.get().message().topic();
      assertTrue(last.getOrDefault(topic, 0L) < entry.get().sequence());
      last.put(topic, entry.get().sequence());
      large.outbox.settle(entry.get().sequence(), ACKNOWLEDGED);
      taken++;
    }
    assertEquals(100_000, taken);
  }

  @Test
  void the_loop_is_woken_when_something_can_go_and_it_knew_of_nothing() {
    box.publish("t", 1);
    assertEquals(1, box.wakes.get());
    box.publish("t", 1);
    assertEquals(1, box.wakes.get(), "it knows already");
    box.drain();
    box.publish("t", 1);
    assertEquals(2, box.wakes.get());
  }

  @Test
  void while_only_qos_0_can_go_a_message_of_qos_1_wakes_nobody() {
    assertEquals(0, box.next(false));
    box.publish("t", 1);
    assertEquals(0, box.wakes.get());
    box.publish("u", 0);
    assertEquals(1, box.wakes.get());
  }

  @Test
  void the_loop_is_woken_when_the_last_message_has_left_and_when_one_becomes_free() {
    long exact = box.publish("t", 2);
    long behind = box.publish("t", 1);
    box.drain();
    int before = box.wakes.get();
    box.outbox.settle(exact, ACKNOWLEDGED);
    assertEquals(before + 1, box.wakes.get(), "the next of the topic became free");
    box.outbox.settle(behind, ACKNOWLEDGED);
    assertEquals(before + 2, box.wakes.get(), "nothing is left");
  }
}
