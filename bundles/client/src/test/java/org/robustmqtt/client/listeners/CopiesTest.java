package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.client.listeners.DispatcherFixture.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** Overlapping filters: each listener hears a message once, whatever copies the broker sends. */
class CopiesTest {
  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear all = new Ear();
  private final Ear room = new Ear();
  private final Ear action = new Ear();

  @BeforeEach
  void three_filters() {
    box.add(spec(2, false, "#"), all);
    box.add(spec(2, false, "room/+"), room);
    box.add(spec(2, false, "room/action"), action);
    box.online(true);
    granted(2, "#", "room/+", "room/action");
  }

  /** The session subscribes them with the identifiers that they are to have. */
  private void granted(int qos, String... filters) {
    granted(box, qos, filters);
  }

  private static void granted(DispatcherFixture box, int qos, String... filters) {
    box.loop(
        () -> {
          for (String filter : filters) {
            box.dispatcher.identified(filter, identifier(box, filter));
            box.dispatcher.subscribed(filter, qos);
          }
        });
  }

  private void asked(String... filters) {
    asked(box, filters);
  }

  /** The session subscribes them, and the broker has not answered. */
  private static void asked(DispatcherFixture box, String... filters) {
    box.loop(
        () -> {
          for (String filter : filters) {
            box.dispatcher.identified(filter, identifier(box, filter));
          }
        });
  }

  private static int identifier(DispatcherFixture box, String filter) {
    return box.dispatcher.wanted().get(filter).identifier();
  }

  private long copy(int qos, String text, String... filters) {
    return copy(box, qos, text, filters);
  }

  private static long copy(DispatcherFixture box, int qos, String text, String... filters) {
    int[] identifiers = new int[filters.length];
    for (int i = 0; i < filters.length; i++) {
      identifiers[i] = identifier(box, filters[i]);
    }
    return box.deliver(publish(qos, text, identifiers));
  }

  private static Publish publish(int qos, String text, int... identifiers) {
    Properties.Builder properties = Properties.builder();
    for (int identifier : identifiers) {
      properties.number(Property.SUBSCRIPTION_IDENTIFIER, identifier);
    }
    return new Publish(
        false,
        QoS.of(qos),
        false,
        "room/action",
        qos == 0 ? 0 : 1,
        properties.build(),
        text.getBytes(StandardCharsets.UTF_8));
  }

  private void heard(String... texts) {
    for (Ear ear : List.of(all, room, action)) {
      assertEquals(List.of(texts), ear.heard);
    }
  }

  @Test
  void filters_that_overlap_have_identifiers_of_their_own_and_others_have_none() {
    box.add(new Ear(), "$SYS/x");
    box.add(new Ear(), "room/other");
    assertEquals(
        Map.of("#", 1, "room/+", 2, "room/action", 3, "$SYS/x", 0, "room/other", 3),
        box.identifiers);
    DispatcherFixture next = box.restarted();
    assertEquals(box.dispatcher.wanted(), next.dispatcher.wanted(), "the same after a restart");
  }

  @Test
  void a_filter_that_was_alone_gets_an_identifier_before_another_one_overlaps_it() {
    DispatcherFixture one = new DispatcherFixture();
    one.add(new Ear(), "a/b");
    assertEquals(Map.of("a/b", 0), one.identifiers);
    one.add(new Ear(), "a/#");
    assertEquals(Map.of("a/b", 1, "a/#", 2), one.identifiers);
  }

  @Test
  void a_copy_for_each_filter_is_heard_once_by_each_listener_with_every_qos() {
    for (int qos = 0; qos <= 2; qos++) {
      copy(qos, "m" + qos, "room/action");
      copy(qos, "m" + qos, "room/+");
      copy(qos, "m" + qos, "#");
    }
    heard("m0", "m1", "m2");
    assertEquals(9, box.handled.size(), "all are acknowledged");
    assertEquals(0, box.dispatcher.counts().unclaimed());
  }

  @Test
  void one_copy_with_all_identifiers_is_heard_once_by_each_also_if_it_is_said_twice() {
    copy(1, "press", "#", "room/+", "room/action");
    copy(1, "press", "#", "room/+", "room/action");
    copy(1, "release", "#", "room/+", "room/action");
    heard("press", "press", "release");
  }

  @Test
  void one_copy_with_one_identifier_is_heard_by_all_as_long_as_no_other_comes() {
    copy(1, "a", "room/+");
    copy(1, "b", "room/+");
    copy(1, "b", "room/+");
    heard("a", "b", "b");
  }

  /** Seen with Artemis 2.44. What it does cannot be told from repeated messages at once. */
  @Test
  void copies_that_all_have_all_identifiers_are_heard_once_from_the_third_message_on() {
    for (String text : List.of("a", "b", "c", "d")) {
      for (int i = 0; i < 3; i++) {
        copy(1, text, "#", "room/+", "room/action");
      }
    }
    heard("a", "a", "a", "b", "b", "b", "c", "d");
  }

  private void whole(int qos, String text) {
    copy(qos, text, "#", "room/action", "room/+");
  }

  private void learned() {
    for (String text : List.of("a", "b")) {
      for (int i = 0; i < 3; i++) {
        whole(1, text);
      }
    }
    for (Ear ear : List.of(all, room, action)) {
      ear.heard.clear();
    }
  }

  /** Seen with Artemis 2.44: three queues, each in order, mixed as it happens. */
  @Test
  void mixed_copies_of_a_burst_that_all_have_all_identifiers_are_heard_once() {
    learned();
    int[] seen = {
      0, 0, 0, 1, 2, 3, 1, 2, 3, 4, 5, 1, 4, 5, 2, 3, 4, 5, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9
    };
    for (int qos = 0; qos <= 2; qos++) {
      for (int number : seen) {
        whole(qos, "m" + qos + number);
      }
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      expected.add("m" + i / 10 + i % 10);
    }
    heard(expected.toArray(String[]::new));
  }

  /** 100 messages from three queues: the second begins 20 behind the first, the third 72. */
  private void burst(String name) {
    for (int i = 0; i < 172; i++) {
      for (int behind : new int[] {0, 20, 72}) {
        if (i >= behind && i - behind < 100) {
          whole(1, name + (i - behind));
        }
      }
    }
  }

  @Test
  void a_burst_at_the_beginning_shows_that_copies_come_and_what_follows_is_heard_once() {
    burst("first");
    for (Ear ear : List.of(all, room, action)) {
      ear.heard.clear();
    }
    burst("second");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      expected.add("second" + i);
    }
    for (int i = 0; i < 3; i++) {
      whole(1, "slow");
    }
    expected.add("slow");
    heard(expected.toArray(String[]::new));
  }

  @Test
  void the_same_message_published_twice_is_heard_twice_where_copies_come() {
    learned();
    for (int i = 0; i < 6; i++) {
      whole(2, "press");
    }
    heard("press", "press");
  }

  @Test
  void what_is_known_of_copies_holds_as_long_as_the_session() {
    learned();
    box.online(true);
    for (int i = 0; i < 3; i++) {
      whole(1, "c");
    }
    heard("c");
    box.online(false);
    box.loop(() -> box.dispatcher.online(false, true));
    granted(2, "#", "room/+", "room/action");
    for (int i = 0; i < 3; i++) {
      whole(1, "d");
    }
    heard("c", "d", "d", "d");
  }

  @Test
  void a_broker_that_sends_one_copy_loses_no_message_of_a_switch_that_is_pressed_fast() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String text = i % 2 == 0 ? "on" : "off";
      whole(1, text);
      expected.add(text);
    }
    heard(expected.toArray(String[]::new));
  }

  @Test
  void a_broker_that_sends_one_copy_loses_no_message_that_is_repeated_slowly() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String text = "m" + i / 3;
      whole(1, text);
      expected.add(text);
      box.world.advance(java.time.Duration.ofSeconds(3));
    }
    heard(expected.toArray(String[]::new));
  }

  /** Each of the first two messages was published three times at once. */
  @Test
  void a_broker_that_was_taken_for_one_that_sends_copies_is_seen_through() {
    learned();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      whole(1, "same");
      expected.add("same");
      box.world.advance(java.time.Duration.ofSeconds(11));
    }
    whole(1, "same");
    whole(1, "same");
    expected.addAll(List.of("same", "same"));
    heard(expected.toArray(String[]::new));
  }

  @Test
  void the_first_message_is_heard_once_also_by_the_listener_of_a_shared_filter() {
    Ear shared = new Ear();
    box.add(spec(2, false, "$share/g/room/#"), shared);
    granted(2, "$share/g/room/#");
    for (String text : List.of("a", "b")) {
      for (String filter : List.of("#", "room/+", "room/action", "$share/g/room/#")) {
        copy(1, text, filter);
      }
    }
    assertEquals(List.of("a", "b"), shared.heard);
    heard("a", "b");
  }

  @Test
  void copies_without_identifiers_are_heard_as_they_come() {
    copy(1, "a");
    copy(1, "a");
    heard("a", "a");
  }

  @Test
  void an_identifier_that_nothing_wanted_has_is_taken_for_none() {
    box.deliver(
        new Publish(
            false,
            QoS.AT_LEAST_ONCE,
            false,
            "room/action",
            1,
            Properties.builder().number(Property.SUBSCRIPTION_IDENTIFIER, 268_435_455).build(),
            "a".getBytes(StandardCharsets.UTF_8)));
    heard("a");
  }

  @Test
  void copies_of_messages_that_arrive_mixed_are_told_apart() {
    copy(1, "a", "#");
    copy(1, "a", "room/+");
    copy(1, "a", "room/action");
    copy(1, "b", "#");
    copy(1, "c", "#");
    copy(1, "b", "room/+");
    copy(1, "c", "room/+");
    copy(1, "b", "room/action");
    copy(1, "c", "room/action");
    heard("a", "b", "c");
  }

  @Test
  void a_listener_with_several_overlapping_filters_hears_the_copy_of_its_highest_qos() {
    Ear both = new Ear();
    box.add(spec(2, false, "#", "room/+"), both);
    granted(1, "#");
    granted(2, "room/+");
    for (String text : List.of("a", "b")) {
      copy(2, text, "room/action");
      copy(1, text, "#");
      copy(2, text, "room/+");
    }
    assertEquals(List.of("a", "b"), both.heard);
    assertEquals(QoS.EXACTLY_ONCE, both.messages.get(1).qos());
  }

  /** For ten minutes the broker goes on sending a copy for the filter that was given up. */
  @Test
  void after_a_listener_changed_its_filter_it_hears_every_message_once() {
    Ear changing = new Ear();
    MqttSubscriptionHandle old = box.add(spec(2, false, "room/+"), changing);
    old.close();
    box.world.run();
    box.add(spec(2, false, "room/#"), changing);
    granted(2, "room/#");
    for (String text : List.of("a", "b")) {
      for (String filter : List.of("#", "room/+", "room/action", "room/#")) {
        copy(2, text, filter);
      }
    }
    assertEquals(List.of("a", "b"), changing.heard);
    heard("a", "b");
  }

  @Test
  void a_copy_for_a_listener_that_is_gone_for_long_is_acknowledged_and_not_unclaimed() {
    Ear gone = new Ear();
    box.add(spec(2, false, "room/#"), gone).close();
    box.world.run();
    granted(2, "room/#");
    for (String filter : List.of("#", "room/+", "room/action", "room/#")) {
      copy(1, "a", filter);
    }
    box.world.advance(java.time.Duration.ofSeconds(61));
    int before = box.handled.size();
    copy(1, "b", "room/#");
    box.world.run();
    assertEquals(before + 1, box.handled.size());
    assertEquals(0, box.dispatcher.counts().unclaimed());
    heard("a");
  }

  @Test
  void a_listener_that_is_restarted_hears_its_own_copy_and_no_other() {
    copy(1, "learn", "#");
    copy(1, "learn", "room/+");
    copy(1, "learn", "room/action");
    Ear restarted = new Ear();
    MqttSubscriptionHandle handle = box.add(spec(2, false, "room/#"), restarted);
    granted(2, "room/#");
    handle.close();
    box.world.run();
    for (String filter : List.of("#", "room/+", "room/action", "room/#")) {
      copy(1, "a", filter);
    }
    heard("learn", "a");
    box.add(spec(2, false, "room/#"), restarted);
    assertEquals(List.of("a"), restarted.heard);
  }

  /** The broker had queued it. */
  @Test
  void a_copy_for_a_filter_that_was_given_up_is_no_copy_for_others() {
    int given = identifier(box, "room/+");
    box.dispatcher.unsubscribe("room/+");
    box.world.run();
    for (String text : List.of("a", "b")) {
      copy(2, text, "#");
      box.deliver(publish(2, text, given));
      copy(2, text, "room/action");
    }
    box.deliver(publish(2, "c", given));
    copy(2, "c", "room/action");
    copy(2, "c", "#");
    assertEquals(List.of("a", "b", "c"), all.heard);
    assertEquals(List.of("a", "b", "c"), action.heard);
    assertEquals(List.of(), room.heard);
    assertEquals(9, box.handled.size());
  }

  /** The broker may not have heard of it. */
  @Test
  void a_filter_that_was_given_up_and_is_wanted_again_has_the_copies_of_before() {
    int given = identifier(box, "room/+");
    box.dispatcher.unsubscribe("room/+");
    box.world.run();
    Ear again = new Ear();
    box.add(spec(2, false, "room/+"), again);
    assertEquals(given, identifier(box, "room/+"));
    for (String text : List.of("a", "b")) {
      copy(2, text, "room/+");
      copy(2, text, "#");
      copy(2, text, "room/action");
    }
    assertEquals(List.of("a", "b"), again.heard);
    assertEquals(List.of("a", "b"), all.heard);
    assertEquals(List.of("a", "b"), action.heard);
  }

  @Test
  void a_listener_of_a_shared_and_a_plain_filter_hears_a_message_once() {
    DispatcherFixture one = new DispatcherFixture();
    Ear both = new Ear();
    Ear shared = new Ear();
    Ear plain = new Ear();
    one.add(spec(2, false, "$share/g/room/#", "room/+"), both);
    one.add(spec(2, false, "$share/g/room/#"), shared);
    one.add(spec(2, false, "room/+"), plain);
    one.online(true);
    granted(one, 2, "$share/g/room/#", "room/+");
    copy(one, 2, "a", "$share/g/room/#");
    copy(one, 2, "a", "room/+");
    // the copies of the group go to another client now
    copy(one, 2, "b", "room/+");
    copy(one, 2, "c", "room/+");
    assertEquals(List.of("a", "b", "c"), both.heard);
    assertEquals(List.of("a", "b", "c"), plain.heard);
    assertEquals("a", shared.heard.get(0));
    assertEquals(4, one.handled.size());
  }

  @Test
  void a_copy_that_was_parked_is_acknowledged_after_the_one_it_follows() {
    DispatcherFixture away = new DispatcherFixture();
    MqttSubscriptionHandle wide = away.add(spec(2, false, "room/#"), new Ear());
    MqttSubscriptionHandle narrow = away.add(spec(2, false, "room/action"), new Ear());
    away.online(true);
    granted(away, 2, "room/#", "room/action");
    wide.close();
    narrow.close();
    away.world.run();
    copy(away, 2, "a", "room/#");
    copy(away, 2, "a", "room/action");
    DispatcherFixture.HeldLane lane = new DispatcherFixture.HeldLane();
    Ear first = new Ear();
    away.on(lane, spec(2, false, "room/#"), first);
    Ear second = new Ear();
    away.add(spec(2, false, "room/action"), second);
    assertEquals(List.of("a"), second.heard);
    away.run(lane);
    assertEquals(List.of("a"), first.heard);
    assertEquals(2, away.handled.size());
  }

  /** The standard allows a broker to send before its SUBACK (5.0, section 3.8.4). */
  @Test
  void a_copy_that_comes_before_the_suback_of_its_filter_is_heard_by_its_own_listener_only() {
    Ear late = new Ear();
    box.add(spec(2, false, "room/#"), late);
    asked("room/#");
    for (String text : List.of("a", "b", "c")) {
      for (String filter : List.of("#", "room/+", "room/action", "room/#")) {
        copy(2, text, filter);
      }
    }
    granted(2, "room/#");
    copy(2, "d", "room/#");
    assertEquals(List.of("a", "b", "c", "d"), late.heard);
    heard("a", "b", "c");
  }

  @Test
  void copies_that_come_before_any_suback_are_heard_once_by_each() {
    DispatcherFixture fresh = new DispatcherFixture();
    Ear wide = new Ear();
    Ear narrow = new Ear();
    fresh.add(spec(2, false, "room/#"), wide);
    fresh.add(spec(2, false, "room/action"), narrow);
    fresh.online(true);
    asked(fresh, "room/#", "room/action");
    for (String text : List.of("a", "b")) {
      for (String filter : List.of("room/action", "room/#")) {
        copy(fresh, 2, text, filter);
      }
    }
    assertEquals(List.of("a", "b"), wide.heard);
    assertEquals(List.of("a", "b"), narrow.heard);
  }

  @Test
  void a_suback_between_two_copies_costs_a_listener_of_both_filters_no_message() {
    copy(2, "learn", "#");
    copy(2, "learn", "room/+");
    copy(2, "learn", "room/action");
    Ear both = new Ear();
    box.add(spec(2, false, "room/+/#", "room/#"), both);
    asked("room/+/#", "room/#");
    granted(1, "room/+/#");
    copy(2, "a", "room/#");
    granted(2, "room/#");
    copy(1, "a", "room/+/#");
    assertEquals(List.of("a"), both.heard);
  }

  @Test
  void a_listener_whose_filter_is_refused_hears_one_of_the_other_copies() {
    Ear refused = new Ear();
    box.add(spec(2, false, "room/#"), refused);
    box.loop(() -> box.dispatcher.subscribed("room/#", 0x87));
    for (String text : List.of("a", "b")) {
      for (String filter : List.of("#", "room/+", "room/action")) {
        copy(1, text, filter);
      }
    }
    assertEquals(List.of("a", "b"), refused.heard);
  }

  @Test
  void copies_of_more_topics_than_are_looked_at_are_heard_rather_than_lost() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (String filter : List.of("#", "room/+")) {
        box.deliver(
            new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                "room/" + i,
                0,
                Properties.builder()
                    .number(Property.SUBSCRIPTION_IDENTIFIER, identifier(box, filter))
                    .build(),
                ("m" + i).getBytes(StandardCharsets.UTF_8)));
      }
      expected.add("m" + i);
    }
    assertEquals(expected, all.heard);
    assertEquals(expected, room.heard);
    assertEquals(Collections.emptyList(), action.heard);
  }

  @Test
  void a_copy_that_nobody_hears_is_not_acknowledged_before_the_one_that_is_heard() {
    DispatcherFixture.HeldLane lane = new DispatcherFixture.HeldLane();
    Ear slow = new Ear();
    box.on(lane, spec(2, false, "+/action"), slow);
    granted(2, "+/action");
    long first = copy(1, "a", "room/+");
    long own = copy(2, "a", "+/action");
    box.world.run();
    assertEquals(List.of(), box.handled, "not one of them: the listener has not heard it");
    box.run(lane);
    assertEquals(List.of("a"), slow.heard);
    assertEquals(List.of(first, own), box.handled);
  }

  @Test
  void copies_that_all_have_all_identifiers_wait_for_the_one_that_is_heard() {
    DispatcherFixture.HeldLane lane = new DispatcherFixture.HeldLane();
    Ear slow = new Ear();
    box.on(lane, spec(2, false, "+/action"), slow);
    granted(2, "+/action");
    for (String text : List.of("a", "b", "c")) {
      for (int i = 0; i < 4; i++) {
        copy(1, text, "#", "room/+", "room/action", "+/action");
      }
    }
    box.run(lane);
    box.handled.clear();
    for (int i = 0; i < 4; i++) {
      copy(1, "d", "#", "room/+", "room/action", "+/action");
    }
    box.world.run();
    assertEquals(List.of(), box.handled);
    box.run(lane);
    assertEquals(4, box.handled.size());
    assertEquals(List.of("d"), slow.heard.subList(9, slow.heard.size()));
  }

  @Test
  void a_listener_that_goes_before_it_heard_another_copy_hears_its_own_when_it_is_back() {
    for (boolean late : List.of(false, true)) {
      DispatcherFixture.HeldLane lane = new DispatcherFixture.HeldLane();
      Ear slow = new Ear();
      box.loop(() -> box.dispatcher.online(false, true));
      MqttSubscriptionHandle handle = box.on(lane, spec(2, false, "+/action"), slow);
      granted(2, "#", "room/+", "room/action", "+/action");
      box.handled.clear();
      copy(1, "a" + late, "room/+");
      if (late) {
        handle.close();
        box.world.run();
      }
      long own = copy(2, "a" + late, "+/action");
      handle.close();
      box.world.run();
      assertEquals(false, box.handled.contains(own), "kept for it");
      MqttSubscriptionHandle back = box.add(spec(2, false, "+/action"), slow);
      assertEquals(List.of("a" + late), slow.heard);
      assertEquals(true, box.handled.contains(own));
      back.close();
      box.world.run();
    }
    heard("afalse", "atrue");
  }

  @Test
  void a_copy_of_qos_2_that_waits_is_acknowledged_on_the_next_connection() {
    DispatcherFixture.HeldLane lane = new DispatcherFixture.HeldLane();
    Ear slow = new Ear();
    box.on(lane, spec(2, false, "+/action"), slow);
    granted(2, "+/action");
    copy(1, "a", "room/+");
    long own = copy(2, "a", "+/action");
    box.loop(box.dispatcher::lost);
    box.online(true);
    assertEquals(List.of(), box.handled);
    box.run(lane);
    assertEquals(List.of(own), box.handled);
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void what_a_broker_does_with_copies_is_known_as_long_as_its_session() {
    copy(1, "a", "room/+");
    copy(2, "a", "#");
    box.loop(box.dispatcher::lost);
    box.online(true);
    copy(1, "a", "room/+");
    assertEquals(List.of("a", "a"), room.heard, "sent again for it");
    assertEquals(List.of("a"), all.heard);
    assertEquals(List.of("a"), action.heard);
    box.loop(box.dispatcher::lost);
    box.loop(() -> box.dispatcher.online(false, true));
    copy(1, "b", "room/+");
    assertEquals(List.of("a", "b"), all.heard, "another session: perhaps another broker");
  }

  /** What is kept for a restarted listener is not for others when its filter is given up. */
  @Test
  void a_copy_for_a_filter_that_was_given_up_is_not_heard_by_who_comes_later() {
    Ear gone = new Ear();
    box.add(spec(1, false, "+/action"), gone).close();
    box.world.run();
    granted(1, "+/action");
    copy(1, "a", "+/action");
    heard("a");
    box.dispatcher.unsubscribe("+/action");
    box.world.run();
    Ear later = new Ear();
    box.add(spec(2, false, "room/action"), later);
    assertEquals(List.of(), later.heard);
  }

  @Test
  void a_copy_for_a_filter_that_was_given_up_before_a_restart_is_no_copy_for_others() {
    final int given = identifier(box, "room/+");
    box.loop(() -> box.dispatcher.unsubscribe("room/+"));
    DispatcherFixture next =
        box.restarted(dispatcher -> dispatcher.held("room/+", new Wish(QoS.of(2), given), false));
    Ear own = new Ear();
    Ear every = new Ear();
    next.add(spec(2, false, "room/action"), own);
    next.add(spec(2, false, "#"), every);
    next.online(true);
    granted(next, 2, "#", "room/action");
    next.deliver(publish(2, "a", given));
    copy(next, 2, "a", "room/action");
    copy(next, 2, "a", "#");
    assertEquals(List.of("a"), own.heard);
    assertEquals(List.of("a"), every.heard);
  }
}
