package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.listeners.DispatcherFixture.spec;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.SubscriptionStatus.State;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;

/** Which filters are wanted, for how long, and who hears retained values; delivery-rules 6. */
class WantedFiltersTest {
  private static final Duration AFTER = Duration.ofMinutes(10);

  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear ear = new Ear();

  @Test
  void wanted_is_the_union_of_all_filters_with_the_highest_qos_told_once_for_a_turn() {
    box.dispatcher.add(spec(0, false, "b", "a"), ear);
    box.dispatcher.add(spec(2, false, "b"), ear);
    box.dispatcher.add(spec(1, false, "b"), ear);
    box.world.run();
    assertEquals(List.of(Map.of("a", QoS.AT_MOST_ONCE, "b", QoS.EXACTLY_ONCE)), box.wanted);
    assertEquals(List.of("a", "b"), List.copyOf(box.wanted().keySet()));
    assertEquals(List.of(), box.again);
  }

  @Test
  void they_are_journalled_and_found_again_after_a_restart_without_any_listener() {
    box.add(spec(2, false, "ä/+", "$share/g/b"), ear);
    DispatcherFixture next = box.restarted();
    assertEquals(Map.of("ä/+", QoS.EXACTLY_ONCE, "$share/g/b", QoS.EXACTLY_ONCE), next.wanted());
    assertEquals(2, next.dispatcher.subscriptions().size());
    assertEquals(0, next.dispatcher.subscriptions().get(0).listeners());
    assertEquals(List.of(), next.wanted, "nothing has changed");
  }

  @Test
  void a_filter_goes_only_after_nobody_listened_for_the_whole_time_online() {
    MqttSubscriptionHandle handle = box.add(ear, "t");
    box.online(true);
    handle.close();
    box.world.run();
    box.world.advance(AFTER.minusSeconds(1));
    box.online(false);
    box.world.advance(Duration.ofDays(3));
    assertEquals(Map.of("t", QoS.AT_LEAST_ONCE), box.wanted());
    box.online(true);
    box.world.advance(Duration.ofMillis(999));
    assertEquals(1, box.wanted().size());
    box.world.advance(Duration.ofMillis(1));
    assertEquals(Map.of(), box.wanted());
    assertEquals(Map.of(), box.wanted.get(1));
    assertEquals(0, box.world.timersSet());
    box.journal.stepAll();
    assertEquals(Map.of(), box.journal.crash().values());
  }

  @Test
  void a_listener_that_comes_back_in_time_starts_the_time_anew() {
    box.online(true);
    MqttSubscriptionHandle handle = box.add(ear, "t");
    handle.close();
    box.world.advance(AFTER.minusSeconds(1));
    MqttSubscriptionHandle second = box.add(ear, "t");
    box.world.advance(AFTER);
    second.close();
    box.world.advance(AFTER.minusSeconds(1));
    assertEquals(1, box.wanted().size());
    assertEquals(1, box.wanted.size());
  }

  @Test
  void a_restored_filter_that_nobody_claims_goes_after_its_time_online() {
    box.add(ear, "t");
    DispatcherFixture next = box.restarted();
    next.world.advance(Duration.ofDays(1));
    next.online(true);
    next.world.advance(AFTER.minusNanos(1));
    assertEquals(1, next.wanted().size());
    next.world.advance(Duration.ofNanos(1));
    assertEquals(List.of(Map.of()), next.wanted);
  }

  @Test
  void closing_gives_nothing_back() {
    MqttSubscriptionHandle handle = box.add(ear, "t");
    box.online(true);
    box.loop(box.dispatcher::close);
    handle.close();
    box.world.advance(AFTER.multipliedBy(2));
    assertEquals(1, box.wanted.size());
    assertEquals(Map.of("t", QoS.AT_LEAST_ONCE), box.restarted().wanted());
  }

  @Test
  void unsubscribing_takes_a_filter_off_at_once_and_its_listeners_hear_nothing_of_it() {
    box.add(ear, "a/#");
    Ear both = new Ear();
    box.add(both, "a/#", "a/b");
    assertTrue(box.dispatcher.unsubscribe("a/#"));
    assertFalse(box.dispatcher.unsubscribe("a/#"));
    assertFalse(box.dispatcher.unsubscribe("not wanted"));
    box.world.run();
    assertEquals(Map.of("a/b", QoS.AT_LEAST_ONCE), box.wanted());
    box.deliver("a/b", 0, "x");
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of("x"), both.heard);
    Ear later = new Ear();
    box.add(later, "a/#");
    box.deliver("a/c", 0, "y");
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of("y"), later.heard);
  }

  @Test
  void a_filter_can_be_unsubscribed_right_after_it_was_subscribed() {
    box.dispatcher.add(spec(1, false, "t"), ear);
    assertTrue(box.dispatcher.unsubscribe("t"));
    box.world.run();
    assertEquals(Map.of(), box.wanted());
  }

  /** D12, U06. */
  @Test
  void the_qos_rises_at_once_and_the_only_listeners_successor_decides_anew() {
    MqttSubscriptionHandle handle = box.add(spec(1, false, "t"), ear);
    MqttSubscriptionHandle higher = box.add(spec(2, false, "t"), ear);
    assertEquals(QoS.EXACTLY_ONCE, box.wanted().get("t"));
    handle.close();
    higher.close();

    box.add(spec(2, false, "u"), ear).close();
    box.add(spec(0, false, "u"), ear);
    assertEquals(QoS.AT_MOST_ONCE, box.wanted().get("u"));
  }

  @Test
  void the_qos_stays_while_the_one_who_wanted_it_is_restarted_and_falls_after_the_time() {
    box.online(true);
    box.add(spec(0, false, "t"), ear);
    box.add(spec(2, false, "t"), ear).close();
    box.world.run();
    box.world.advance(AFTER.minusSeconds(1));
    assertEquals(QoS.EXACTLY_ONCE, box.wanted().get("t"));
    box.world.advance(Duration.ofSeconds(1));
    assertEquals(QoS.AT_MOST_ONCE, box.wanted().get("t"));
    assertEquals(0, box.world.timersSet());
  }

  @Test
  void after_a_restart_of_the_hub_the_first_listener_back_does_not_lower_the_qos() {
    box.add(spec(0, false, "t"), ear);
    box.add(spec(2, false, "t"), ear);
    DispatcherFixture next = box.restarted();
    next.add(spec(0, false, "t"), new Ear());
    assertEquals(QoS.EXACTLY_ONCE, next.wanted().get("t"));
  }

  @Test
  void a_late_listener_makes_its_filter_be_subscribed_again_once_for_a_turn() {
    box.add(ear, "t");
    box.dispatcher.add(spec(1, false, "t", "new"), new Ear());
    box.dispatcher.add(spec(1, false, "t"), new Ear());
    box.world.run();
    assertEquals(List.of("t"), box.again);
  }

  @Test
  void a_listener_that_asks_for_more_is_subscribed_again_only_to_what_is_new() {
    box.add(ear, "a", "b");
    box.add(ear, "b", "c");
    assertEquals(List.of("a", "b", "c"), List.copyOf(box.wanted().keySet()));
    assertEquals(List.of(), box.again);
  }

  @Test
  void listeners_of_restored_filters_are_late_ones() {
    box.add(ear, "t");
    DispatcherFixture next = box.restarted();
    next.add(ear, "t");
    assertEquals(List.of("t"), next.again);
  }

  /** U05. */
  @Test
  void a_late_listener_hears_retained_values_and_those_who_had_heard_them_do_not() {
    box.add(ear, "home/#");
    box.retained("home/a", "1");
    Ear late = new Ear();
    box.add(late, "home/#");
    box.retained("home/a", "1");
    long last = box.retained("home/b", "2");
    box.loop(() -> box.dispatcher.subscribed("home/#", 1));
    box.retained("home/c", "3");
    assertEquals(List.of("1", "2", "3"), ear.heard);
    assertEquals(List.of("1", "2", "3"), late.heard);
    assertEquals(4, box.handled.size());
    assertEquals(3, last);
    assertEquals(0, box.dispatcher.counts().unclaimed());
  }

  @Test
  void on_a_new_connection_retained_values_are_heard_again_for_they_may_have_changed() {
    box.add(ear, "t");
    box.retained("t", "1");
    box.loop(box.dispatcher::lost);
    box.retained("t", "2");
    assertEquals(List.of("1", "2"), ear.heard);
  }

  @Test
  void a_listener_that_has_heard_too_many_retained_topics_hears_more_rather_than_less() {
    LoopPost post = new LoopPost(box.world.doors().loop(), thrown -> {});
    Brake brake = new Brake(post, 1, wanted -> {});
    Hearer hearer = new Hearer(spec(1, false, "#"), ear, nothing(), brake, post, Runnable::run);
    for (int i = 0; i < Hearer.REPLAYED_TOPICS; i++) {
      assertTrue(hearer.hearsRetained("t" + i));
    }
    assertTrue(hearer.hearsRetained("another"));
    assertTrue(hearer.hearsRetained("another"));
    assertFalse(hearer.hearsRetained("t0"));
  }

  /** D9, U07. */
  @Test
  void the_brokers_answer_is_shown_for_each_filter_and_a_refusal_is_final() {
    box.add(ear, "a", "b");
    assertEquals(List.of(State.PENDING, State.PENDING), states());
    box.online(true);
    assertEquals(List.of(State.SENT, State.SENT), states());
    box.loop(() -> box.dispatcher.subscribed("a", 1));
    box.loop(() -> box.dispatcher.subscribed("b", 0x87));
    box.loop(() -> box.dispatcher.subscribed("unknown", 0));
    assertEquals(
        List.of(
            new SubscriptionStatus("a", QoS.AT_LEAST_ONCE, State.ACTIVE, 1, 1),
            new SubscriptionStatus("b", QoS.AT_LEAST_ONCE, State.REFUSED, 0x87, 1)),
        box.dispatcher.subscriptions());
    box.online(false);
    box.online(true);
    assertEquals(List.of(State.ACTIVE, State.REFUSED), states());
    assertEquals(List.of(), box.again);
  }

  @Test
  void what_a_lost_session_had_is_shown_as_asked_for_until_it_is_granted_again() {
    box.add(ear, "a", "b");
    box.online(true);
    box.loop(() -> box.dispatcher.subscribed("a", 1));
    box.loop(() -> box.dispatcher.subscribed("b", 0x87));
    box.online(false);
    box.loop(() -> box.dispatcher.online(false, true));
    assertEquals(List.of(State.SENT, State.SENT), states());
    box.loop(() -> box.dispatcher.subscribed("a", 1));
    assertEquals(List.of(State.ACTIVE, State.SENT), states());
  }

  @Test
  void what_a_lost_session_had_is_shown_as_not_sent_where_it_is_not_subscribed_again() {
    box.add(ear, "a", "b");
    box.online(true);
    box.loop(() -> box.dispatcher.subscribed("a", 1));
    box.online(false);
    box.loop(() -> box.dispatcher.online(false, false));
    assertEquals(List.of(State.PENDING, State.SENT), states());
  }

  @Test
  void a_refused_filter_is_tried_again_for_a_new_listener() {
    box.online(true);
    box.add(ear, "t");
    box.loop(() -> box.dispatcher.subscribed("t", 0x80));
    box.add(new Ear(), "t");
    assertEquals(List.of("t"), box.again);
    assertEquals(List.of(State.SENT), states());
  }

  @Test
  void an_unanswered_filter_waits_again_when_the_connection_is_lost() {
    box.add(ear, "t");
    box.online(true);
    box.online(false);
    assertEquals(List.of(State.PENDING), states());
  }

  @Test
  void another_time_counts_for_those_that_wait_already() {
    box.online(true);
    box.add(ear, "t").close();
    box.world.run();
    box.world.advance(Duration.ofMinutes(2));
    box.loop(
        () -> box.dispatcher.times(new Dispatcher.Times(Duration.ofMinutes(3).toNanos(), 1, 1, 1)));
    box.world.advance(Duration.ofSeconds(59));
    assertEquals(1, box.wanted().size());
    box.world.advance(Duration.ofSeconds(1));
    assertEquals(0, box.wanted().size());
  }

  @Test
  void a_record_that_cannot_be_read_leaves_the_filters_of_the_listeners() {
    for (byte[] bad :
        List.of(new byte[0], new byte[] {9, 0, 0, 0, 0}, new byte[] {1, 0, 0, 0, 1})) {
      DispatcherFixture next = new DispatcherFixture(Map.of(Dispatcher.KEY, bad));
      next.add(ear, "t");
      assertEquals(Map.of("t", QoS.AT_LEAST_ONCE), next.wanted());
    }
  }

  @Test
  void a_record_of_one_filter_that_cannot_be_read_leaves_the_others() {
    byte[] good = new WantedRecord("a/#", new Wish(QoS.EXACTLY_ONCE, 7)).toBytes();
    DispatcherFixture next =
        new DispatcherFixture(Map.of("wanted.0", new byte[] {2, 1}, "wanted.4", good));
    assertEquals(Map.of("a/#", QoS.EXACTLY_ONCE), next.wanted());
    assertEquals(7, next.dispatcher.wanted().get("a/#").identifier());
    next.add(ear, "t");
    next.journal.stepAll();
    assertTrue(next.journal.crash().values().containsKey("wanted.5"), "no number is used twice");
  }

  @Test
  void the_format_of_a_record_is_this_and_every_prefix_of_it_is_refused() {
    WantedRecord record = new WantedRecord("ü/#", new Wish(QoS.EXACTLY_ONCE, 256));
    byte[] bytes = {2, 2, 0, 0, 1, 0, (byte) 0xC3, (byte) 0xBC, '/', '#'};
    assertArrayEquals(bytes, record.toBytes());
    assertEquals(record, WantedRecord.fromBytes(bytes));
    for (int length = 0; length <= 6; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> WantedRecord.fromBytes(prefix));
    }
  }

  /** As it was written by the versions before subscription identifiers. */
  @Test
  void the_one_record_of_an_older_version_is_read_and_replaced_at_the_first_change() {
    byte[] old = {1, 0, 0, 0, 2, 0, 3, 'a', '/', '#', 2, 0, 3, 'a', '/', 'b', 0};
    DispatcherFixture next = new DispatcherFixture(Map.of(Dispatcher.KEY, old));
    assertEquals(Map.of("a/#", QoS.EXACTLY_ONCE, "a/b", QoS.AT_MOST_ONCE), next.wanted());
    assertEquals(1, next.dispatcher.wanted().get("a/#").identifier(), "they overlap");
    assertEquals(2, next.dispatcher.wanted().get("a/b").identifier());
    DispatcherFixture same = next.restarted();
    assertEquals(0, same.wanted.size());
    next.add(ear, "c");
    next.journal.stepAll();
    assertEquals(
        Set.of("wanted.0", "wanted.1", "wanted.2"), next.journal.crash().values().keySet());
    assertEquals(next.dispatcher.wanted(), next.restarted().dispatcher.wanted());
  }

  /** Was the whole list each time: 63 MB for a thousand. */
  @Test
  void filters_that_come_one_after_another_write_the_difference() {
    for (int i = 0; i < 1000; i++) {
      box.add(ear, "house/floor/room/device-" + i);
    }
    assertEquals(1000, box.wanted.size());
    long bytes = box.journal.valueBytes();
    assertTrue(bytes < 64 * 1000, bytes + " bytes for a thousand filters");
  }

  private List<State> states() {
    return box.dispatcher.subscriptions().stream().map(SubscriptionStatus::state).toList();
  }

  private static Hearer.Events nothing() {
    return new Hearer.Events() {
      @Override
      public void released(Delivery delivery) {}

      @Override
      public void handedBack(Hearer hearer, Delivery delivery) {}

      @Override
      public void overflowed() {}

      @Override
      public void stale() {}

      @Override
      public InboundRules rules() {
        return InboundRules.NONE;
      }

      @Override
      public void timedOut() {}

      @Override
      public void failed() {}

      @Override
      public void closed(Hearer hearer) {}

      @Override
      public long handlerNanos() {
        return 1;
      }

      @Override
      public long now() {
        return 0;
      }
    };
  }

  @Test
  void what_the_session_has_is_wanted_while_the_record_of_it_may_be_hidden() {
    DispatcherFixture next =
        box.restarted(dispatcher -> dispatcher.held("a", new Wish(QoS.of(1), 0), true));
    assertEquals(Map.of("a", QoS.of(1)), next.wanted());
    assertEquals(Map.of("a", QoS.of(1)), next.restarted().wanted(), "it has a record");
    next.online(true);
    next.world.advance(AFTER);
    assertEquals(Map.of(), next.wanted(), "nobody asked for it");
    DispatcherFixture whole =
        box.restarted(dispatcher -> dispatcher.held("a", new Wish(QoS.of(1), 0), false));
    assertEquals(Map.of(), whole.wanted());
  }
}
