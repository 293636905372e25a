package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.outbox.OutcomeFixture.dropped;
import static org.robustmqtt.client.outbox.OutcomeFixture.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.DeliveryPolicy.Space;
import org.robustmqtt.client.policy.DeliveryPolicy.WhenFull;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Recovery;

/** Delivery-rules 1, limits. The first level of a topic is its policy. */
class RoomTest {
  private static final Optional<DropReason> NONE = Optional.empty();
  private static final Optional<DropReason> EVICTED = Optional.of(DropReason.EVICTED);
  private static final Outbox.Window SMALL = new Outbox.Window(20, 10_000);
  private static final DeliveryPolicy ALARM =
      policy(
          "alarm",
          draft -> {
            draft.priority = 9;
            draft.space = new Space(OptionalInt.empty(), OptionalLong.empty(), 10, 100);
          });
  private static final DeliveryPolicy LOW = policy("low", draft -> draft.priority = 1);
  private static final DeliveryPolicy KEPT =
      policy(
          "kept",
          draft -> {
            draft.priority = 2;
            draft.space = new Space(OptionalInt.empty(), OptionalLong.empty(), 5, 0);
          });
  private static final DeliveryPolicy OLDEST =
      policy("oldest", draft -> draft.whenFull = WhenFull.DROP_OLDEST);
  private static final DeliveryPolicy NEWEST =
      policy(
          "newest",
          draft -> {
            draft.whenFull = WhenFull.DROP_NEWEST;
            draft.space = new Space(OptionalInt.of(3), OptionalLong.empty(), 0, 0);
          });
  private static final DeliveryPolicy FEW =
      policy(
          "few",
          draft -> {
            draft.whenFull = WhenFull.DROP_OLDEST;
            draft.space = new Space(OptionalInt.of(3), OptionalLong.of(20), 0, 0);
          });

  private final VirtualWorld world = new VirtualWorld(1);
  private OutcomeFixture box = box(100, 10_000, ALARM, LOW, KEPT, OLDEST, NEWEST, FEW);

  private OutcomeFixture box(int messages, long bytes, DeliveryPolicy... policies) {
    return box(messages, bytes, OutcomeFixture.table(policies));
  }

  private OutcomeFixture box(int messages, long bytes, PolicyTable table) {
    Limits limits = new Limits(messages, bytes, 1 << 20, 10);
    return new OutcomeFixture(world, new SteppedJournal(), Recovery.NOTHING, limits, table, SMALL);
  }

  private Ticket publish(String topic) {
    Ticket ticket = box.outbox.publish(Message.text(topic, "x").withQos(1));
    box.journal.step();
    return ticket;
  }

  private List<Ticket> publish(int count, String topic) {
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tickets.add(publish(topic));
    }
    return tickets;
  }

  private void assertFull(String topic) {
    NotAcceptedException refused = assertThrows(NotAcceptedException.class, () -> publish(topic));
    assertEquals(NotAcceptedException.Reason.QUEUE_FULL, refused.reason());
  }

  private void tellEvicted() {
    box.outbox.expire();
    while (box.journal.stepRead()) {
      box.outbox.expire();
    }
    box.journal.step();
    box.journal.step();
  }

  private void assertAccounted() {
    Outbox.Totals totals = box.outbox.totals();
    assertEquals(
        totals.accepted().accepted() + totals.accepted().recovered(),
        totals.ended().outcomes() + totals.queue().messages());
  }

  @Test
  void a_queue_full_of_others_leaves_the_reserve() {
    publish(85, "default/1");
    assertFull("default/1");
    assertFull("low/1");
    assertEquals(10, publish(10, "alarm/1").size());
    assertFull("alarm/1");
    publish(5, "kept/1");
    assertFull("kept/1");
    assertEquals(100, box.outbox.status().messages());
  }

  @Test
  void a_reserve_of_bytes_is_left_too() {
    box = box(1_000, 200, ALARM);
    publish(10, "default/1");
    NotAcceptedException refused =
        assertThrows(NotAcceptedException.class, () -> publish("default/1"));
    assertTrue(refused.getMessage().contains("queueMaxBytes = 200"), refused.getMessage());
    assertEquals(10, publish(10, "alarm/1").size());
  }

  @Test
  void the_oldest_of_the_policy_makes_room_for_the_newest() {
    publish(80, "default/1");
    List<Ticket> tickets = publish(8, "oldest/1");
    tellEvicted();
    assertEquals(EVICTED, dropped(tickets.get(0)));
    assertEquals(EVICTED, dropped(tickets.get(2)));
    assertEquals(NONE, dropped(tickets.get(3)));
    assertEquals(85, box.outbox.status().messages());
    assertAccounted();
  }

  @Test
  void what_is_in_flight_is_no_victim() {
    box = box(15, 10_000, OLDEST);
    publish(15, "oldest/1");
    while (box.outbox.next(true).isPresent()) {
      // all of it is in flight
    }
    assertFull("oldest/1");
    assertAccounted();
  }

  @Test
  void lower_priorities_make_room_when_nothing_of_the_policy_waits() {
    DeliveryPolicy top =
        policy(
            "top",
            draft -> {
              draft.priority = 8;
              draft.whenFull = WhenFull.DROP_OLDEST;
            });
    box = box(90, 10_000, LOW, KEPT, top);
    final List<Ticket> kept = publish(8, "kept/1");
    final List<Ticket> low = publish(3, "low/1");
    box.outbox.limits(new Limits(11, 10_000, 1 << 20, 10));
    for (int i = 0; i < 6; i++) {
      assertEquals(publish("top/1").id(), box.outbox.next(true).orElseThrow().sequence());
    }
    assertFull("top/1");
    tellEvicted();
    assertEquals(EVICTED, dropped(low.get(2)), "the lowest first");
    assertEquals(EVICTED, dropped(kept.get(2)));
    assertEquals(NONE, dropped(kept.get(3)), "its reserve");
    assertEquals(11, box.outbox.status().messages());
    assertAccounted();
  }

  @Test
  void nobody_goes_if_that_is_not_enough() {
    box = box(100, 100, LOW, FEW);
    publish(8, "low/1");
    List<Ticket> few = publish(1, "few/1");
    NotAcceptedException refused =
        assertThrows(
            NotAcceptedException.class,
            () -> box.outbox.publish(Message.of("few/1", new byte[16])));
    assertTrue(refused.getMessage().contains("policy few"), refused.getMessage());
    assertEquals(9, box.outbox.status().messages());
    assertEquals(NONE, dropped(few.get(0)));
  }

  @Test
  void a_policy_has_limits_of_its_own() {
    List<Ticket> few = publish(5, "few/1");
    tellEvicted();
    assertEquals(EVICTED, dropped(few.get(1)));
    assertEquals(NONE, dropped(few.get(2)));
    box.outbox.publish(Message.of("few/1", new byte[14]));
    assertEquals(1, box.outbox.status().messages(), "all three, for the bytes");
    assertAccounted();
  }

  @Test
  void the_newest_is_accepted_and_dropped() {
    List<Ticket> tickets = publish(4, "newest/1");
    assertEquals(EVICTED, dropped(tickets.get(3)));
    assertEquals(NONE, dropped(tickets.get(0)));
    assertEquals(3, box.outbox.status().messages());
    assertEquals(3, box.journal.crash().messages().size(), "it never had a record");
    assertAccounted();
  }

  @Test
  void what_replaces_another_one_needs_no_room_of_its_own() {
    box = box(2, 10_000, policy("latest", draft -> draft.keep = DeliveryPolicy.Keep.LATEST));
    publish("default/1");
    publish("latest/1");
    publish("latest/1");
    assertFull("latest/2");
    assertEquals(2, box.outbox.status().messages());
  }

  @Test
  void victims_on_disk_only_free_their_room_at_once_and_are_told_when_they_are_read() {
    publish(30, "default/1");
    final List<Ticket> tickets = publish(55, "oldest/1");
    List<Ticket> more = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      more.add(publish("oldest/2"));
      assertEquals(85, box.outbox.status().messages());
    }
    assertAccounted();
    assertEquals(NONE, dropped(tickets.get(49)), "it has to be read");
    tellEvicted();
    for (Ticket each : tickets.subList(0, 50)) {
      assertEquals(EVICTED, dropped(each));
    }
    assertEquals(NONE, dropped(tickets.get(50)));
    assertEquals(NONE, dropped(more.get(0)));
    assertEquals(85, box.journal.crash().messages().size());
    assertAccounted();
  }

  @Test
  void room_is_used_up_to_its_limits_and_given_back_whatever_happens() {
    for (int seed = 0; seed < 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      box = box(100, 600, ALARM, LOW, KEPT, OLDEST, NEWEST, FEW);
      String[] names = {"alarm", "low", "kept", "oldest", "newest", "few", "default"};
      List<Ticket> tickets = new ArrayList<>();
      List<Long> flying = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        try {
          Message message =
              Message.of(
                  names[random.nextInt(7)] + "/" + random.nextInt(4), new byte[random.nextInt(6)]);
          tickets.add(box.outbox.publish(message.withQos(1)));
        } catch (NotAcceptedException full) {
          assertEquals(NotAcceptedException.Reason.QUEUE_FULL, full.reason());
        }
        if (random.nextInt(4) == 0) {
          box.outbox.next(true).ifPresent(entry -> flying.add(entry.sequence()));
        }
        if (random.nextInt(8) == 0 && !flying.isEmpty()) {
          box.outbox.settle(flying.remove(0), OutcomeFixture.ACKNOWLEDGED);
        }
        if (random.nextInt(3) == 0) {
          box.journal.step();
          box.journal.stepRead();
        }
        assertTrue(box.outbox.status().messages() <= 100, "seed " + seed);
        assertTrue(box.outbox.status().bytes() <= 600, "seed " + seed);
        assertAccounted();
      }
      flying.forEach(each -> box.outbox.settle(each, OutcomeFixture.ACKNOWLEDGED));
      boolean more = true;
      while (more) {
        Optional<Entry> turn = box.outbox.next(true);
        turn.ifPresent(entry -> box.outbox.settle(entry.sequence(), OutcomeFixture.ACKNOWLEDGED));
        more = box.journal.stepRead() || turn.isPresent();
        box.journal.step();
      }
      assertEquals(0, box.outbox.status().messages(), "seed " + seed);
      assertEquals(0, box.outbox.status().bytes(), "seed " + seed);
      for (Ticket each : tickets) {
        Outcome outcome = each.outcomeNow().orElseThrow();
        assertTrue(
            outcome.equals(OutcomeFixture.ACKNOWLEDGED)
                || ((Outcome.Dropped) outcome).reason() == DropReason.EVICTED,
            "seed " + seed);
      }
      assertAccounted();
    }
  }
}
