package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.listeners.DispatcherFixture.spec;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.client.listeners.DispatcherFixture.HeldLane;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** U05: a late listener hears the retained values, from memory where that is sure to be right. */
class RetainedMemoryTest {
  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear ear = new Ear();
  private final Ear late = new Ear();

  private void newSession() {
    box.loop(() -> box.dispatcher.online(false, true));
  }

  @Test
  void a_late_listener_hears_the_last_retained_values_and_the_broker_is_not_asked() {
    newSession();
    box.add(ear, "home/#");
    box.retained("home/a", "0");
    box.retained("home/a", "1");
    box.retained("home/b", "2");
    box.retained("other", "3");
    Instant at = ear.messages.get(1).receivedAt();
    box.world.advance(Duration.ofSeconds(5));
    box.add(late, "home/#");
    assertEquals(List.of("1", "2"), late.heard);
    assertEquals(List.of(), box.again);
    ReceivedMessage heard = late.messages.get(1);
    assertTrue(heard.retained());
    assertEquals(QoS.AT_LEAST_ONCE, heard.qos());
    assertEquals(at, heard.receivedAt());
    assertEquals(4, box.dispatcher.counts().received());
    assertEquals(3, box.handled.size());
  }

  @Test
  void what_comes_again_after_it_was_heard_from_memory_is_not_heard_twice() {
    newSession();
    box.add(ear, "t");
    box.retained("t", "1");
    box.add(late, "t");
    box.add(new Ear(), "+");
    box.retained("t", "1");
    assertEquals(List.of("1"), ear.heard);
    assertEquals(List.of("1"), late.heard);
  }

  @Test
  void the_broker_is_asked_where_a_value_may_have_changed() {
    newSession();
    box.add(ear, "home/#", "other");
    box.retained("home/a", "1");
    box.deliver("home/a", 1, "2");
    box.add(late, "home/#");
    assertEquals(List.of(), late.heard);
    assertEquals(List.of("home/#"), box.again);
    box.add(new Ear(), "other");
    assertEquals(List.of("home/#"), box.again);
    box.retained("home/a", "2");
    Ear third = new Ear();
    box.add(third, "home/#");
    assertEquals(List.of("2"), late.heard);
    assertEquals(List.of("2"), third.heard);
    assertEquals(List.of("home/#"), box.again);
  }

  @Test
  void nothing_is_remembered_over_a_connection() {
    newSession();
    box.add(ear, "t");
    box.retained("t", "1");
    box.online(false);
    box.loop(box.dispatcher::lost);
    box.online(true);
    box.add(late, "t");
    assertEquals(List.of(), late.heard);
    assertEquals(List.of("t"), box.again);
    box.online(false);
    box.loop(box.dispatcher::lost);
    newSession();
    box.retained("t", "2");
    Ear third = new Ear();
    box.add(third, "t");
    assertEquals(List.of("2"), third.heard);
    assertEquals(List.of("t"), box.again);
  }

  @Test
  void a_resumed_session_may_have_a_filter_without_being_asked_for_it_again() {
    box.add(ear, "t");
    DispatcherFixture next = box.restarted();
    next.add(ear, "t");
    next.again.clear();
    next.online(true);
    next.add(late, "t");
    assertEquals(List.of("t"), next.again);
  }

  @Test
  void a_filter_that_was_taken_off_may_still_be_at_the_broker() {
    newSession();
    MqttSubscriptionHandle handle = box.add(ear, "t");
    handle.close();
    box.dispatcher.unsubscribe("t");
    box.world.run();
    box.add(ear, "t");
    box.add(late, "t");
    assertEquals(List.of("t"), box.again);
  }

  @Test
  void so_may_one_that_was_taken_off_in_an_outage_or_before_the_hub_started() {
    newSession();
    box.add(ear, "t");
    box.online(false);
    box.dispatcher.unsubscribe("t");
    box.loop(box.dispatcher::lost);
    box.loop(() -> box.dispatcher.held("u", new Wish(QoS.AT_LEAST_ONCE, 0), false));
    box.online(true);
    box.add(ear, "t", "u");
    box.add(late, "t", "u");
    assertEquals(List.of("t", "u"), box.again);
  }

  @Test
  void a_shared_filter_and_a_refused_one_are_asked_for() {
    newSession();
    box.add(ear, "$share/g/t");
    box.add(late, "$share/g/t");
    assertEquals(List.of("$share/g/t"), box.again);
    box.add(ear, "no");
    box.loop(() -> box.dispatcher.subscribed("no", 0x87));
    box.add(late, "no");
    assertEquals(List.of("$share/g/t", "no"), box.again);
  }

  @Test
  void for_a_listener_that_ignores_retained_values_the_broker_is_not_asked() {
    box.add(ear, "t");
    box.online(true);
    InboundRule ignore =
        new InboundRule(
            Optional.empty(),
            Optional.of(InboundRule.Treatment.IGNORE),
            Optional.empty(),
            OptionalLong.empty());
    box.add(new ListenerSpec("test", List.of(new TopicFilter("t")), false, ignore), late);
    assertEquals(List.of(), box.again);
    box.retained("t", "1");
    assertEquals(List.of("1"), ear.heard);
    assertEquals(List.of(), late.heard);
  }

  @Test
  void more_than_the_bound_and_what_expires_is_asked_for() {
    newSession();
    box.add(ear, "few/+", "many/+", "large/+", "expiring");
    box.retained("few/a", "x");
    for (int i = 1; i < RetainedMemory.TOPICS; i++) {
      box.retained("many/" + i, "x");
    }
    box.add(late, "many/+");
    assertEquals(RetainedMemory.TOPICS - 1, late.heard.size());
    box.retained("many/0", "x");
    box.add(new Ear(), "many/+", "few/+");
    assertEquals(List.of("many/+"), box.again);

    DispatcherFixture other = new DispatcherFixture();
    other.loop(() -> other.dispatcher.online(false, true));
    other.add(ear, "large/+", "expiring");
    other.deliver(value("large/a", new byte[RetainedMemory.BYTES / 2], Properties.NONE));
    other.deliver(value("large/b", new byte[RetainedMemory.BYTES / 2], Properties.NONE));
    other.deliver(
        value(
            "expiring",
            new byte[1],
            Properties.builder().number(Property.MESSAGE_EXPIRY_INTERVAL, 5).build()));
    other.add(late, "large/+", "expiring");
    assertEquals(List.of("large/+", "expiring"), other.again);
  }

  @Test
  void room_is_given_back() {
    RetainedMemory memory = new RetainedMemory();
    Publish half = value("t", new byte[RetainedMemory.BYTES / 2], Properties.NONE);
    for (int i = 0; i < 3; i++) {
      assertTrue(memory.keep(half, Instant.EPOCH));
    }
    Publish other = value("u", new byte[RetainedMemory.BYTES / 2], Properties.NONE);
    assertFalse(memory.keep(other, Instant.EPOCH));
    memory.forget("t");
    assertTrue(memory.keep(other, Instant.EPOCH));
    memory.clear();
    assertTrue(memory.keep(half, Instant.EPOCH));
    assertEquals(1, memory.of(new TopicFilter("#")).size());
  }

  private static Publish value(String topic, byte[] payload, Properties properties) {
    return new Publish(false, QoS.AT_LEAST_ONCE, true, topic, 1, properties, payload);
  }

  @Test
  void a_value_from_memory_is_nothing_to_acknowledge_and_is_not_counted_if_it_is_not_heard() {
    newSession();
    box.add(ear, "t");
    box.retained("t", "1");
    box.add(spec(1, true, "t"), late);
    assertFalse(late.messages.get(0).acknowledge());
    HeldLane lane = new HeldLane();
    box.on(lane, spec(1, false, "t"), new Ear()).close();
    box.run(lane);
    assertEquals(new Dispatcher.Counts(1, 0, 0, 0, 0, 0), box.dispatcher.counts());
    assertEquals(1, box.handled.size());
    assertEquals("1", new String(ear.messages.get(0).payload(), StandardCharsets.UTF_8));
  }

  @Test
  void a_parked_value_is_heard_to_be_acknowledged_and_not_once_more_from_memory() {
    newSession();
    box.add(ear, "t").close();
    box.world.run();
    long number = box.retained("t", "1");
    HeldLane lane = new HeldLane();
    box.on(lane, spec(1, false, "t"), late);
    assertEquals(List.of(), box.handled);
    box.run(lane);
    assertEquals(List.of("1"), late.heard);
    assertEquals(List.of(number), box.handled);
  }

  @Test
  void what_a_broker_may_have_dropped_while_nothing_was_read_may_be_a_newer_value() {
    newSession();
    box.add(ear, "t");
    box.retained("t", "1");
    box.held(new Ear(), "slow");
    box.loop(() -> box.dispatcher.mayStopReading(1_000_000_000L, true));
    for (int i = 0; !box.reading.contains(false); i++) {
      box.deliver("slow", 0, "x".repeat(1 << 20) + i);
    }
    box.add(late, "t");
    assertEquals(List.of(), late.heard);
    assertEquals(List.of("t"), box.again);
  }
}
