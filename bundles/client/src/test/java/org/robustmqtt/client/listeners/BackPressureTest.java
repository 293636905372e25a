package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.client.listeners.DispatcherFixture.HeldLane;

/** Delivery-rules 6, seed row U10: what happens when listeners do not keep up. */
class BackPressureTest {
  private static final Duration LONGEST = Duration.ofMillis(500);

  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear slow = new Ear();
  private final Ear quick = new Ear();

  @BeforeEach
  void online() {
    connected(false);
  }

  private void connected(boolean boundsAcknowledged) {
    box.loop(() -> box.dispatcher.mayStopReading(LONGEST.toNanos(), boundsAcknowledged));
  }

  private void deliver(int count) {
    for (int i = 0; i < count; i++) {
      box.deliver("t", 0, "" + i);
    }
  }

  private long overflowed() {
    return box.dispatcher.counts().overflowed();
  }

  /** A portion is with the listener already, the rest waits. */
  private void fill() {
    deliver(1);
    deliver(Inbox.LOOSE_MESSAGES);
  }

  @Test
  void over_the_bound_the_reading_stops_and_nothing_is_dropped_yet() {
    box.held(slow, "t");
    fill();
    assertEquals(List.of(), box.reading);
    deliver(1);
    assertEquals(List.of(false), box.reading);
    box.world.advance(LONGEST.minusMillis(1));
    assertEquals(0, overflowed());
    assertEquals(List.of(false), box.reading);
  }

  @Test
  void a_listener_that_catches_up_in_time_loses_nothing() {
    HeldLane lane = box.held(slow, "t");
    fill();
    deliver(1);
    box.run(lane);
    assertEquals(List.of(false, true), box.reading);
    box.world.advance(Duration.ofMinutes(1));
    assertEquals(0, overflowed());
    assertEquals(Inbox.LOOSE_MESSAGES + 2, slow.heard.size());
  }

  @Test
  void after_the_time_its_own_oldest_are_dropped_and_counted_and_the_reading_goes_on() {
    HeldLane lane = box.held(slow, "t");
    fill();
    deliver(3);
    box.world.advance(LONGEST);
    assertEquals(List.of(false, true), box.reading);
    assertEquals(3, overflowed());
    assertEquals(0, box.dispatcher.counts().unclaimed());
    box.run(lane);
    assertEquals(Inbox.LOOSE_MESSAGES + 1, slow.heard.size());
  }

  /** One that is stuck must not slow the others down for ever. */
  @Test
  void a_listener_that_was_too_slow_stops_nobody_again_until_half_of_it_is_gone() {
    HeldLane lane = box.held(slow, "t");
    box.add(quick, "t");
    fill();
    deliver(1);
    box.world.advance(LONGEST);
    deliver(1000);
    assertEquals(List.of(false, true), box.reading);
    assertEquals(1001, overflowed());
    assertEquals(Inbox.LOOSE_MESSAGES + 2 + 1000, quick.heard.size());
    box.run(lane);
    fill();
    deliver(1);
    assertEquals(List.of(false, true, false), box.reading, "caught up: may stop it again");
  }

  @Test
  void without_a_connection_there_is_nothing_to_stop_and_the_oldest_go_at_once() {
    box.held(slow, "t");
    box.loop(box.dispatcher::lost);
    fill();
    deliver(5);
    assertEquals(List.of(), box.reading);
    assertEquals(5, overflowed());
  }

  @Test
  void a_lost_connection_ends_the_stop_and_the_next_one_begins_with_reading() {
    box.held(slow, "t");
    fill();
    deliver(1);
    box.loop(box.dispatcher::lost);
    assertEquals(List.of(false, true), box.reading);
    box.world.advance(Duration.ofMinutes(1));
    assertEquals(List.of(false, true), box.reading);
  }

  @Test
  void a_listener_that_goes_away_frees_the_reading() {
    HeldLane lane = new HeldLane();
    var handle = box.on(lane, DispatcherFixture.spec(1, false, "t"), slow);
    fill();
    deliver(1);
    handle.close();
    box.world.run();
    assertEquals(List.of(false, true), box.reading);
    assertEquals(0, overflowed());
  }

  /** In MQTT 5 the receive maximum bounds them. */
  @Test
  void unacknowledged_messages_do_not_stop_the_reading_where_the_broker_heeds_a_receive_maximum() {
    box.held(slow, "t");
    for (int i = 0; i < 20; i++) {
      box.deliver("t", 1, "x".repeat(1 << 20));
    }
    assertEquals(List.of(), box.reading);
  }

  @Test
  void in_3_1_1_unacknowledged_bytes_over_the_bound_stop_the_reading_until_they_are_done() {
    connected(true);
    HeldLane lane = box.held(slow, "t");
    for (int i = 0; i < 16; i++) {
      box.deliver("t", 1 + i % 2, "x".repeat(1 << 20));
    }
    assertEquals(List.of(false), box.reading);
    box.world.advance(LONGEST.multipliedBy(3));
    assertEquals(List.of(false), box.reading);
    box.run(lane);
    assertEquals(List.of(false, true), box.reading);
    assertEquals(16, box.handled.size());
  }

  private static final Duration SIP = Duration.ofSeconds(15);

  private void floods() {
    box.loop(() -> box.dispatcher.boundAcknowledged(SIP.toNanos()));
  }

  private HeldLane flood(int qos, int messages) {
    floods();
    HeldLane lane = box.held(slow, "t");
    for (int i = 0; i < messages; i++) {
      box.deliver("t", qos, "x".repeat(1 << 20));
    }
    return lane;
  }

  @Test
  void a_broker_that_does_not_heed_it_is_read_until_the_bound_and_again_when_there_is_room() {
    HeldLane lane = flood(2, 15);
    assertEquals(List.of(), box.reading);
    box.deliver("t", 2, "x".repeat(1 << 20));
    assertEquals(List.of(false), box.reading);
    box.run(lane);
    assertEquals(List.of(false, true), box.reading);
    assertEquals(16, box.handled.size());
  }

  @Test
  void over_the_bound_one_packet_is_read_all_the_same_now_and_then() {
    flood(1, 16);
    box.world.advance(SIP.minusMillis(1));
    assertEquals(List.of(false), box.reading);
    box.world.advance(Duration.ofMillis(1));
    assertEquals(List.of(false, true), box.reading);
    box.deliver("t", 1, "x");
    assertEquals(List.of(false, true, false), box.reading);
    box.world.advance(SIP.minusSeconds(1));
    assertEquals(List.of(false, true, false), box.reading);
  }

  @Test
  void what_came_before_counts_from_the_moment_that_the_broker_floods() {
    box.held(slow, "t");
    for (int i = 0; i < 20; i++) {
      box.deliver("t", 1, "x".repeat(1 << 20));
    }
    assertEquals(List.of(), box.reading);
    floods();
    assertEquals(List.of(false), box.reading);
  }

  @Test
  void the_next_connection_is_trusted_again() {
    flood(1, 16);
    box.loop(box.dispatcher::lost);
    connected(false);
    assertEquals(List.of(false, true), box.reading);
    for (int i = 0; i < 20; i++) {
      box.deliver("t", 1, "x".repeat(1 << 20));
    }
    assertEquals(List.of(false, true), box.reading);
  }

  /** The listener keeps them over the loss: they are memory as before. */
  @Test
  void messages_of_qos_2_count_over_a_lost_connection() {
    HeldLane lane = flood(2, 15);
    box.loop(box.dispatcher::lost);
    connected(false);
    floods();
    assertEquals(List.of(), box.reading);
    box.deliver("t", 1, "x".repeat(1 << 20));
    assertEquals(List.of(false), box.reading);
    box.run(lane);
    assertEquals(List.of(false, true), box.reading);
  }

  @Test
  void small_messages_and_properties_weigh_what_they_take() {
    floods();
    box.held(slow, "t");
    int most = (int) (Dispatcher.Times.INBOUND_MAX_BYTES / 256);
    for (int i = 0; i < most && box.reading.isEmpty(); i++) {
      box.deliver("t", 1, "");
    }
    assertEquals(List.of(false), box.reading);
  }

  /** The time of a handler ends it in any case. */
  @Test
  void a_stuck_listener_stops_the_reading_no_longer_than_a_handler_may_take() {
    connected(true);
    box.held(slow, "t");
    for (int i = 0; i < 20; i++) {
      box.deliver("t", 1, "x".repeat(1 << 20));
    }
    box.world.advance(Duration.ofSeconds(31));
    assertEquals(List.of(false, true), box.reading);
    assertTrue(box.dispatcher.counts().timeouts() > 0);
    assertEquals(20, box.handled.size());
  }

  /** Parked ones are bounded by number and time: they do not stop those who are there. */
  @Test
  void parked_messages_do_not_stop_the_reading() {
    connected(true);
    for (int i = 0; i < 15; i++) {
      box.deliver("nobody", 1, "x".repeat(2 << 20));
    }
    assertEquals(List.of(), box.reading);
  }

  @Test
  void another_bound_counts_at_once() {
    connected(true);
    box.held(slow, "t");
    box.deliver("t", 1, "x".repeat(100_000));
    DispatcherFixture fixture = box;
    fixture.loop(
        () ->
            fixture.dispatcher.times(
                new Dispatcher.Times(1, 60_000_000_000L, 15, 30_000_000_000L, 65_536)));
    assertEquals(List.of(false), box.reading);
  }
}
