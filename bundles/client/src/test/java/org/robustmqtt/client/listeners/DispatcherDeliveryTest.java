package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.listeners.DispatcherFixture.publish;
import static org.robustmqtt.client.listeners.DispatcherFixture.spec;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.UserProperty;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.client.listeners.DispatcherFixture.HeldLane;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** Who hears what, in which order, and when a message is done; delivery-rules 6. */
class DispatcherDeliveryTest {
  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear ear = new Ear();

  @Test
  void every_listener_that_matches_hears_a_message_once_however_many_of_its_filters_match() {
    Ear other = new Ear();
    box.add(ear, "a/+", "a/#", "a/b");
    box.add(other, "#");
    box.add(new Ear(), "b");
    long number = box.deliver("a/b", 1, "one");
    assertEquals(List.of("one"), ear.heard);
    assertEquals(List.of("one"), other.heard);
    assertEquals(List.of(number), box.handled);
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void a_listener_hears_messages_one_at_a_time_in_the_order_of_arrival() {
    HeldLane lane = box.held(ear, "#");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      sent.add("" + i);
      box.deliver("t" + i % 7, i % 3, "" + i);
    }
    box.run(lane);
    assertEquals(sent, ear.heard);
    assertEquals(500, box.handled.size());
  }

  @Test
  void a_message_is_done_when_every_listener_returned_or_threw() {
    HeldLane slow = box.held(ear, "t");
    box.add(
        message -> {
          throw new IllegalStateException("no");
        },
        "t");
    long number = box.deliver("t", 1, "x");
    assertEquals(List.of(), box.handled);
    assertEquals(1, box.dispatcher.receivedPending());
    box.run(slow);
    assertEquals(List.of(number), box.handled);
    assertEquals(1, box.dispatcher.counts().failures());
  }

  /** D5: what a listener throws is told, counted and harms nobody. */
  @Test
  void also_an_error_is_counted_and_the_listener_hears_the_next_message() {
    List<String> heard = new ArrayList<>();
    box.add(
        message -> {
          heard.add(message.text());
          throw new NoClassDefFoundError("the bundle is gone");
        },
        "t");
    box.deliver("t", 1, "a");
    box.deliver("t", 0, "b");
    assertEquals(List.of("a", "b"), heard);
    assertEquals(2, box.dispatcher.counts().failures());
    assertEquals(2, box.handled.size());
  }

  @Test
  void a_message_of_qos_0_that_nobody_hears_is_done_and_counted() {
    long number = box.deliver("t", 0, "x");
    assertEquals(List.of(number), box.handled);
    assertEquals(new Dispatcher.Counts(1, 1, 0, 0, 0, 0), box.dispatcher.counts());
  }

  @Test
  void a_manual_listener_is_done_with_its_acknowledgement_from_any_thread_and_only_once() {
    box.add(spec(1, true, "t"), ear);
    long number = box.deliver("t", 1, "x");
    assertEquals(List.of("x"), ear.heard);
    assertEquals(List.of(), box.handled);
    assertTrue(ear.messages.get(0).acknowledge());
    assertFalse(ear.messages.get(0).acknowledge());
    box.world.run();
    assertEquals(List.of(number), box.handled);
  }

  @Test
  void a_manual_listener_may_acknowledge_before_it_returns_and_need_not_for_qos_0() {
    box.add(spec(1, true, "t"), ReceivedMessage::acknowledge);
    box.deliver("t", 2, "x");
    box.deliver("t", 0, "y");
    assertEquals(2, box.handled.size());
  }

  @Test
  void acknowledging_where_nobody_asked_for_it_does_nothing_and_says_so() {
    HeldLane slow = box.held(new Ear(), "t");
    box.add(ear, "t");
    box.deliver("t", 1, "x");
    assertFalse(ear.messages.get(0).acknowledge());
    box.world.run();
    assertEquals(List.of(), box.handled);
    box.run(slow);
    assertEquals(1, box.handled.size());
  }

  @Test
  void a_missing_acknowledgement_is_counted_after_its_time_and_the_message_is_done() {
    box.add(spec(1, true, "t"), ear);
    box.deliver("t", 1, "x");
    box.world.advance(Duration.ofMillis(29_999));
    assertEquals(List.of(), box.handled);
    box.world.advance(Duration.ofMillis(1));
    assertEquals(1, box.handled.size());
    assertEquals(1, box.dispatcher.counts().timeouts());
    ear.messages.get(0).acknowledge();
    box.world.advance(Duration.ofMinutes(5));
    assertEquals(1, box.handled.size());
    assertEquals(1, box.dispatcher.counts().timeouts());
  }

  @Test
  void a_listener_that_never_begins_stops_nobody_and_its_messages_are_done_after_their_time() {
    box.held(new Ear(), "#");
    box.add(ear, "t");
    long first = box.deliver("t", 1, "a");
    box.world.advance(Duration.ofSeconds(20));
    long second = box.deliver("t", 1, "b");
    assertEquals(List.of("a", "b"), ear.heard);
    box.world.advance(Duration.ofSeconds(10));
    assertEquals(List.of(first), box.handled);
    box.world.advance(Duration.ofSeconds(20));
    assertEquals(List.of(first, second), box.handled);
    assertEquals(2, box.dispatcher.counts().timeouts());
  }

  @Test
  void what_waits_behind_a_slow_call_has_its_time_from_the_last_progress() {
    HeldLane lane = new HeldLane();
    box.on(
        lane,
        spec(1, false, "t"),
        message -> {
          ear.received(message);
          // the call takes 20 s of the virtual time
          box.world.advance(Duration.ofSeconds(20));
        });
    box.deliver("t", 1, "a");
    box.deliver("t", 1, "b");
    box.deliver("t", 1, "c");
    while (lane.runOne()) {
      box.world.run();
    }
    assertEquals(List.of("a", "b", "c"), ear.heard);
    assertEquals(3, box.handled.size());
    assertEquals(0, box.dispatcher.counts().timeouts());
  }

  @Test
  void a_call_that_does_not_return_is_counted_once_and_what_waits_behind_it_is_released()
      throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Executor ownThread =
        task -> {
          Thread thread = new Thread(task);
          thread.setDaemon(true);
          thread.start();
        };
    box.on(
        ownThread,
        spec(1, false, "t"),
        message -> {
          begun.countDown();
          await(goOn);
        });
    long stuck = box.deliver("t", 1, "a");
    long behind = box.deliver("t", 1, "b");
    assertTrue(begun.await(1, TimeUnit.MINUTES));
    box.world.advance(Duration.ofSeconds(30));
    assertEquals(List.of(stuck, behind), box.handled);
    box.world.advance(Duration.ofMinutes(10));
    assertEquals(2, box.dispatcher.counts().timeouts());
    goOn.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void when_nothing_is_under_way_nothing_looks_at_the_time() {
    box.add(ear, "t");
    box.deliver("t", 1, "a");
    box.world.advance(Duration.ofMinutes(1));
    assertEquals(0, box.world.timersSet());
  }

  @Test
  void a_listener_that_does_not_keep_up_loses_its_own_oldest_qos_0_and_no_other() {
    HeldLane lane = box.held(ear, "t");
    box.deliver("t", 1, "first");
    box.run(lane);
    box.deliver("t", 1, "kept");
    for (int i = 0; i < Inbox.LOOSE_MESSAGES + 10; i++) {
      box.deliver("t", 0, "" + i);
    }
    assertEquals(10, box.dispatcher.counts().overflowed());
    box.run(lane);
    assertEquals("kept", ear.heard.get(1));
    assertEquals("10", ear.heard.get(2));
    assertEquals(Inbox.LOOSE_MESSAGES + 2, ear.heard.size());
    assertEquals(Inbox.LOOSE_MESSAGES + 12, box.handled.size());
  }

  @Test
  void waiting_qos_0_is_bounded_by_bytes_too() {
    box.held(ear, "t");
    String megabyte = "x".repeat(1 << 20);
    for (int i = 0; i < 20; i++) {
      box.deliver("t", 0, megabyte);
    }
    long dropped = box.dispatcher.counts().overflowed();
    assertTrue(dropped >= 3 && dropped <= 5, "dropped " + dropped);
  }

  @Test
  void after_a_loss_the_end_of_what_was_given_is_told_to_nobody_but_it_is_heard() {
    HeldLane lane = box.held(ear, "t");
    box.deliver("t", 1, "before");
    box.loop(box.dispatcher::lost);
    assertEquals(0, box.dispatcher.receivedPending());
    long later = box.deliver("t", 1, "after");
    box.run(lane);
    assertEquals(List.of("before", "after"), ear.heard);
    assertEquals(List.of(later), box.handled);
  }

  /** The session knows a message of QoS 2 over connections, and does not deliver it again. */
  @Test
  void the_end_of_a_message_of_qos_2_is_told_also_after_a_loss() {
    HeldLane lane = box.held(ear, "t");
    box.deliver("t", 1, "one");
    long exact = box.deliver("t", 2, "two");
    box.loop(box.dispatcher::lost);
    assertEquals(1, box.dispatcher.receivedPending());
    box.run(lane);
    assertEquals(List.of("one", "two"), ear.heard);
    assertEquals(List.of(exact), box.handled);
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void a_loss_right_after_the_end_is_told_to_nobody() {
    box.loop(
        () -> {
          box.dispatcher.deliver(5, publish("t", 0, false, "x"));
          box.dispatcher.lost();
        });
    assertEquals(List.of(), box.handled);
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void no_call_begins_after_a_listener_was_closed() {
    HeldLane lane = new HeldLane();
    MqttSubscriptionHandle handle = box.on(lane, spec(1, false, "t"), ear);
    box.deliver("t", 0, "x");
    handle.close();
    handle.close();
    lane.runOne();
    assertEquals(List.of(), ear.heard);
    box.run(lane);
    assertEquals(1, box.handled.size());
    assertEquals(1, box.dispatcher.counts().unclaimed());
  }

  @Test
  void a_listener_may_close_itself_within_its_call() {
    List<MqttSubscriptionHandle> handles = new ArrayList<>();
    handles.add(
        box.add(
            message -> {
              ear.received(message);
              handles.get(0).close();
            },
            "t"));
    box.deliver("t", 0, "a");
    box.deliver("t", 0, "b");
    assertEquals(List.of("a"), ear.heard);
    assertEquals(2, box.handled.size());
  }

  @Test
  void after_closing_nobody_is_called_and_nothing_is_told() {
    HeldLane lane = box.held(ear, "t");
    box.deliver("t", 1, "a");
    box.loop(box.dispatcher::close);
    box.deliver("t", 1, "b");
    box.run(lane);
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of(), box.handled);
    assertEquals(0, box.world.timersSet());
    Ear late = new Ear();
    box.add(late, "t").close();
    assertEquals(List.of(), late.heard);
  }

  @Test
  void after_closing_no_timer_is_left_also_of_a_listener_that_went_before() {
    MqttSubscriptionHandle handle = box.on(new HeldLane(), spec(1, false, "t"), ear);
    box.deliver("t", 1, "x");
    handle.close();
    box.world.run();
    box.loop(box.dispatcher::close);

    assertEquals(0, box.world.timersSet());
  }

  @Test
  void a_received_message_says_what_the_packet_said() {
    Properties properties =
        Properties.builder()
            .number(Property.PAYLOAD_FORMAT_INDICATOR, 1)
            .string(Property.CONTENT_TYPE, "text/plain")
            .string(Property.RESPONSE_TOPIC, "answer")
            .binary(Property.CORRELATION_DATA, new byte[] {7})
            .user(new UserProperty("a", "b"))
            .build();
    box.add(ear, "t");
    Instant now = Instant.ofEpochMilli(box.world.doors().clock().wallMillis());
    box.deliver(
        new Publish(
            true,
            QoS.EXACTLY_ONCE,
            true,
            "t",
            9,
            properties,
            "hallo".getBytes(StandardCharsets.UTF_8)));
    ReceivedMessage message = ear.messages.get(0);
    assertEquals("home", message.connection());
    assertEquals("t", message.topic());
    assertEquals("hallo", message.text());
    assertEquals(QoS.EXACTLY_ONCE, message.qos());
    assertTrue(message.retained());
    assertTrue(message.duplicate());
    assertEquals(now, message.receivedAt());
    assertTrue(message.properties().utf8());
    assertEquals(Optional.of("text/plain"), message.properties().contentType());
    assertEquals(Optional.of("answer"), message.properties().responseTopic());
    assertArrayEquals(new byte[] {7}, message.properties().correlationData().orElseThrow());
    assertEquals(List.of(new UserProperty("a", "b")), message.properties().userProperties());
  }

  @Test
  void what_a_broker_should_not_have_sent_along_is_left_out() {
    box.add(ear, "t");
    box.deliver(
        new Publish(
            false,
            QoS.AT_MOST_ONCE,
            false,
            "t",
            0,
            Properties.builder().string(Property.RESPONSE_TOPIC, "not/#/valid").build(),
            new byte[0]));
    assertEquals(Optional.empty(), ear.messages.get(0).properties().responseTopic());
    assertFalse(ear.messages.get(0).properties().utf8());
  }
}
