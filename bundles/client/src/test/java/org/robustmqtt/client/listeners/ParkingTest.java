package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.client.listeners.DispatcherFixture.TIMES;
import static org.robustmqtt.client.listeners.DispatcherFixture.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.client.listeners.DispatcherFixture.HeldLane;

/** Messages whose listener is not there; delivery-rules 6, feature U08. */
class ParkingTest {
  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear ear = new Ear();

  @Test
  void a_message_without_a_listener_waits_for_one_unacknowledged_and_comes_before_newer_ones() {
    long a = box.deliver("t", 1, "a");
    long b = box.deliver("t", 2, "b");
    box.deliver("u", 1, "other");
    assertEquals(List.of(), box.handled);
    assertEquals(3, box.dispatcher.receivedPending());

    box.add(ear, "t");
    long c = box.deliver("t", 1, "c");

    assertEquals(List.of("a", "b", "c"), ear.heard);
    assertEquals(List.of(a, b, c), box.handled);
    assertEquals(0, box.dispatcher.counts().unclaimed());
  }

  @Test
  void it_is_kept_for_its_time_and_then_counted_and_done() {
    long number = box.deliver("t", 1, "a");
    box.world.advance(Duration.ofMillis(59_999));
    assertEquals(List.of(), box.handled);
    box.world.advance(Duration.ofMillis(1));
    assertEquals(List.of(number), box.handled);
    assertEquals(1, box.dispatcher.counts().unclaimed());
    box.add(ear, "t");
    assertEquals(List.of(), ear.heard);
  }

  @Test
  void beyond_the_number_the_oldest_is_given_up() {
    IntStream.range(0, TIMES.parkMessages() + 2).forEach(i -> box.deliver("t", 1, "" + i));
    assertEquals(List.of(1L, 2L), box.handled);
    assertEquals(2, box.dispatcher.counts().unclaimed());
    box.add(ear, "t");
    assertEquals("2", ear.heard.get(0));
    assertEquals(TIMES.parkMessages(), ear.heard.size());
  }

  @Test
  void a_loss_forgets_what_is_parked_for_the_broker_sends_it_again() {
    box.deliver("t", 1, "a");
    box.loop(box.dispatcher::lost);
    assertEquals(0, box.dispatcher.receivedPending());
    box.add(ear, "t");
    box.world.advance(Duration.ofMinutes(2));
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of(), box.handled);
    assertEquals(0, box.dispatcher.counts().unclaimed());
  }

  @Test
  void a_message_of_qos_2_stays_parked_over_a_loss_for_it_is_not_delivered_again() {
    box.deliver("t", 1, "a");
    long exact = box.deliver("t", 2, "b");
    box.loop(box.dispatcher::lost);
    assertEquals(1, box.dispatcher.receivedPending());
    box.add(ear, "t");
    assertEquals(List.of("b"), ear.heard);
    assertEquals(List.of(exact), box.handled);
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void parked_messages_are_heard_in_the_order_of_arrival_whatever_their_numbers() {
    box.loop(
        () -> {
          box.dispatcher.deliver(900, DispatcherFixture.publish("t", 1, false, "first"));
          box.dispatcher.deliver(17, DispatcherFixture.publish("t", 2, false, "second"));
        });
    box.add(ear, "t");
    assertEquals(List.of("first", "second"), ear.heard);
    assertEquals(List.of(900L, 17L), box.handled);
  }

  @Test
  void a_thousand_messages_are_all_heard_in_order_while_their_listener_is_restarted() {
    HeldLane lane = new HeldLane();
    MqttSubscriptionHandle first = box.on(lane, spec(1, false, "t"), ear);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      sent.add("" + i);
      box.deliver("t", 1, "" + i);
      if (i == 500) {
        // ten messages are not begun when the listener goes
      } else if (i == 510) {
        first.close();
        box.world.run();
      } else if (i == 514) {
        box.add(ear, "t");
      } else if (i < 500) {
        box.run(lane);
      }
    }
    assertEquals(sent, ear.heard);
    assertEquals(LongStream.rangeClosed(1, 1_000).boxed().toList(), box.handled);
    assertEquals(0, box.dispatcher.counts().unclaimed());
  }

  @Test
  void what_a_listener_leaves_behind_goes_to_the_one_that_took_its_place_before() {
    HeldLane lane = new HeldLane();
    MqttSubscriptionHandle old = box.on(lane, spec(1, false, "t"), new Ear());
    box.deliver("t", 1, "a");
    box.deliver("t", 0, "b");
    box.add(ear, "t");
    old.close();
    box.world.run();
    assertEquals(List.of("a", "b"), ear.heard);
    assertEquals(2, box.handled.size());
  }

  @Test
  void those_who_are_there_hear_at_once_what_is_kept_for_one_that_is_being_restarted() {
    Ear logger = new Ear();
    box.add(logger, "#");
    MqttSubscriptionHandle handle = box.add(new Ear(), "home/+");
    handle.close();
    box.world.run();

    long number = box.deliver("home/bell", 1, "ding");

    assertEquals(List.of("ding"), logger.heard);
    assertEquals(List.of(), box.handled);
    box.add(ear, "home/+");
    assertEquals(List.of("ding"), ear.heard);
    assertEquals(List.of("ding"), logger.heard);
    assertEquals(List.of(number), box.handled);
  }

  @Test
  void what_is_kept_for_one_that_does_not_come_back_is_done_without_being_unclaimed() {
    box.add(new Ear(), "#");
    box.add(new Ear(), "home/+").close();
    box.world.run();
    box.deliver("home/bell", 1, "ding");
    box.world.advance(Duration.ofSeconds(60));
    assertEquals(1, box.handled.size());
    assertEquals(0, box.dispatcher.counts().unclaimed());
    long later = box.deliver("home/bell", 1, "dong");
    assertEquals(later, box.handled.get(1), "nobody waits for it any more");
  }

  @Test
  void after_a_restart_of_the_hub_messages_wait_for_every_filter_that_was_wanted() {
    box.add(new Ear(), "#");
    box.add(new Ear(), "home/+");
    DispatcherFixture next = box.restarted();
    Ear logger = new Ear();
    next.add(logger, "#");
    next.deliver("home/bell", 1, "ding");
    next.deliver("garden", 1, "x");
    assertEquals(List.of("ding", "x"), logger.heard);
    assertEquals(List.of(2L), next.handled);
    next.add(ear, "home/+");
    assertEquals(List.of("ding"), ear.heard);
    assertEquals(List.of(2L, 1L), next.handled);
  }

  @Test
  void other_times_count_at_once() {
    box.deliver("t", 1, "a");
    box.deliver("t", 1, "b");
    box.loop(
        () ->
            box.dispatcher.times(
                new Dispatcher.Times(
                    TIMES.unsubscribeAfterNanos(),
                    Duration.ofSeconds(5).toNanos(),
                    1,
                    TIMES.handlerNanos())));
    assertEquals(List.of(1L), box.handled);
    box.world.advance(Duration.ofSeconds(5));
    assertEquals(List.of(1L, 2L), box.handled);
    assertEquals(0, box.world.timersSet());
  }

  @Test
  void one_that_takes_the_place_of_a_listener_hears_nothing_that_is_only_kept_for_others() {
    MqttSubscriptionHandle other = box.add(spec(2, false, "+"), new Ear());
    MqttSubscriptionHandle first = box.add(spec(2, false, "t"), ear);
    other.close();
    box.world.run();
    long number = box.deliver("t", 2, "a");
    assertEquals(List.of("a"), ear.heard);
    assertEquals(List.of(), box.handled, "it is kept for the other");

    first.close();
    box.world.run();
    Ear next = new Ear();
    box.add(spec(2, false, "t"), next);
    assertEquals(List.of(), next.heard);
    Ear back = new Ear();
    box.add(spec(2, false, "+"), back);
    assertEquals(List.of("a"), back.heard);
    assertEquals(List.of(number), box.handled);
  }
}
