package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.DeliveryPolicy.Drain;
import org.robustmqtt.client.policy.DeliveryPolicy.Pace;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Recovery;

/** How fast messages of a policy go, and that of equal ones only one waits. */
class PaceTest {
  private static final Outbox.Window SMALL = new Outbox.Window(10, 10_000);

  private final VirtualWorld world = new VirtualWorld(1);
  private final OutcomeFixture box =
      new OutcomeFixture(
          world,
          new SteppedJournal(),
          Recovery.NOTHING,
          OutcomeFixture.table(
              OutcomeFixture.policy("slow", draft -> draft.pace = pace(2, 0)),
              OutcomeFixture.policy("bytes", draft -> draft.pace = pace(0, 8)),
              OutcomeFixture.policy("once", draft -> draft.dedupe = true)),
          SMALL);

  private static Pace pace(int rate, long rateBytes) {
    return new Pace(Drain.OLDEST_FIRST, 0, rate, rateBytes);
  }

  private Ticket publish(String topic, String text) {
    return box.outbox.publish(Message.text(topic, text).withQos(1));
  }

  @Test
  void messages_go_at_the_rate_of_their_policy_and_others_pass_them() {
    AtomicInteger wakes = new AtomicInteger();
    box.outbox.onWork(wakes::incrementAndGet);
    publish("slow/1", "a");
    publish("slow/2", "b");
    publish("slow/1", "c");
    publish("free/1", "d");
    assertEquals(List.of("a", "d"), box.drain());
    assertEquals(OptionalLong.of(500_000_000L), box.outbox.expire());
    world.advance(Duration.ofMillis(499));
    assertEquals(List.of(), box.drain());
    int before = wakes.get();
    world.advance(Duration.ofMillis(1));
    box.outbox.expire();
    assertEquals(before + 1, wakes.get(), "the loop is told");
    assertEquals(List.of("b"), box.drain());
    world.advance(Duration.ofMillis(500));
    assertEquals(List.of("c"), box.drain());
    assertEquals(OptionalLong.empty(), box.outbox.expire());
  }

  @Test
  void bytes_go_at_the_rate_of_their_policy() {
    publish("bytes/1", "0123456789");
    publish("bytes/2", "b");
    assertEquals(List.of("0123456789"), box.drain());
    assertEquals(OptionalLong.of(17L * 1_000_000_000 / 8), box.outbox.expire());
  }

  @Test
  void of_equal_messages_that_wait_one_is_enough() {
    final Ticket first = publish("once/1", "a");
    final Ticket equal = publish("once/1", "a");
    final Ticket other = publish("once/1", "b");
    final Ticket back = publish("once/1", "a");
    final Ticket retained =
        box.outbox.publish(Message.text("once/1", "a").withQos(1).withRetain(true));
    assertEquals(Optional.of(DropReason.DUPLICATE), OutcomeFixture.dropped(equal));
    assertEquals(4, box.outbox.status().messages());
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      order.add(box.outbox.next(true).orElseThrow().sequence());
    }
    assertEquals(List.of(first.id(), other.id(), back.id(), retained.id()), order);
    assertEquals(Optional.empty(), OutcomeFixture.dropped(publish("once/1", "a")));
  }

  @Test
  void what_is_on_disk_only_is_not_taken_for_equal() {
    publish("once/1", "a");
    box.journal.step();
    for (int i = 0; i < 20; i++) {
      publish("once/1", "" + i);
      box.journal.step();
    }
    assertEquals(Optional.empty(), OutcomeFixture.dropped(publish("once/1", "9")));
    assertEquals(22, box.outbox.status().messages());
  }
}
