package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.DispatcherFixture.Ear;
import org.robustmqtt.client.listeners.DispatcherFixture.HeldLane;
import org.robustmqtt.client.listeners.InboundRule.Treatment;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** What is old, or may be, is heard as each listener wants it; U11, delivery-rules 10. */
class InboundAgeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final DispatcherFixture box = new DispatcherFixture();
  private final Ear ear = new Ear();

  private static InboundRule rule(
      Optional<Treatment> retained, Optional<Treatment> queued, Duration maxAge) {
    return new InboundRule(
        Optional.empty(),
        retained,
        queued,
        maxAge.isZero() ? OptionalLong.empty() : OptionalLong.of(maxAge.toNanos()));
  }

  private static InboundRule retained(Treatment treatment) {
    return rule(Optional.of(treatment), Optional.empty(), Duration.ZERO);
  }

  private static InboundRule queued(Treatment treatment) {
    return rule(Optional.empty(), Optional.of(treatment), Duration.ZERO);
  }

  private static InboundRule maxAge(Duration age) {
    return rule(Optional.empty(), Optional.empty(), age);
  }

  private static ListenerSpec spec(InboundRule rule, boolean manual) {
    return new ListenerSpec("test", List.of(new TopicFilter("door")), manual, rule);
  }

  private void listen(InboundRule rule) {
    box.add(spec(rule, false), ear);
  }

  private void lines(InboundRules.Line... lines) {
    box.loop(() -> box.dispatcher.rules(new InboundRules(List.of(lines))));
  }

  private static InboundRules.Line line(String filter, InboundRule rule) {
    return new InboundRules.Line(new TopicFilter(filter), rule);
  }

  private void newSession() {
    box.loop(() -> box.dispatcher.online(false, true));
  }

  private void resumed() {
    box.online(true);
  }

  private void lost() {
    box.online(false);
    box.loop(box.dispatcher::lost);
  }

  private void pingAnswered() {
    box.loop(box.dispatcher::pingAnswered);
  }

  private List<Boolean> stale() {
    return ear.messages.stream().map(ReceivedMessage::stale).toList();
  }

  /** Delivers messages that are done at once; each is heard where it is not too old. */
  private void open(String... texts) {
    for (String text : texts) {
      box.deliver("door", 1, text);
    }
  }

  @Test
  void a_retained_value_is_heard_or_marked_or_ignored() {
    Ear marked = new Ear();
    Ear ignoring = new Ear();
    listen(InboundRule.NOTHING);
    box.add(spec(retained(Treatment.MARK), false), marked);
    box.add(spec(retained(Treatment.IGNORE), false), ignoring);
    newSession();
    box.retained("door", "old");
    open("new");
    assertEquals(List.of("old", "new"), ear.heard);
    assertEquals(List.of(false, false), stale());
    assertEquals(List.of("old", "new"), marked.heard);
    assertTrue(marked.messages.get(0).stale());
    assertTrue(marked.messages.get(0).retained());
    assertFalse(marked.messages.get(1).stale());
    assertEquals(List.of("new"), ignoring.heard);
  }

  @Test
  void what_is_not_heard_is_acknowledged_and_counted_once_for_each_listener() {
    box.add(spec(retained(Treatment.IGNORE), true), ear);
    box.add(spec(retained(Treatment.IGNORE), false), new Ear());
    newSession();
    long number = box.retained("door", "old");
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of(number), box.handled);
    assertEquals(new Dispatcher.Counts(1, 0, 0, 2, 0, 0), box.dispatcher.counts());
    assertEquals(0, box.dispatcher.receivedPending());
  }

  @Test
  void the_age_of_a_retained_value_is_not_known_so_it_is_too_old_unless_it_is_marked() {
    Ear marked = new Ear();
    listen(maxAge(Duration.ofDays(1)));
    box.add(spec(rule(Optional.of(Treatment.MARK), Optional.empty(), SECOND), false), marked);
    newSession();
    box.retained("door", "old");
    assertEquals(List.of(), ear.heard);
    assertEquals(List.of("old"), marked.heard);
    assertTrue(marked.messages.get(0).stale());
  }

  @Test
  void what_waits_too_long_behind_a_slow_call_is_not_heard_and_is_done() {
    newSession();
    HeldLane lane = new HeldLane();
    box.on(lane, spec(maxAge(SECOND), true), ear);
    open("a");
    box.world.advance(SECOND);
    box.run(lane);
    assertEquals(List.of("a"), ear.heard);
    ear.messages.get(0).acknowledge();
    open("b");
    box.world.advance(SECOND.plusNanos(1));
    box.run(lane);
    assertEquals(List.of("a"), ear.heard);
    assertEquals(2, box.handled.size());
    assertEquals(1, box.dispatcher.counts().stale());
    open("c");
    box.run(lane);
    assertEquals(List.of("a", "c"), ear.heard);
  }

  @Test
  void what_was_parked_for_too_long_is_not_heard() {
    newSession();
    box.add(spec(maxAge(SECOND), false), new Ear()).close();
    open("a");
    box.world.advance(Duration.ofSeconds(2));
    listen(maxAge(SECOND));
    assertEquals(List.of(), ear.heard);
    assertEquals(1, box.handled.size());
    assertEquals(1, box.dispatcher.counts().stale());
  }

  /** A door does not open hours later. */
  @Test
  void what_the_broker_queued_during_an_outage_is_heard_or_marked_or_ignored() {
    Ear marked = new Ear();
    Ear ignoring = new Ear();
    listen(InboundRule.NOTHING);
    box.add(spec(queued(Treatment.MARK), false), marked);
    box.add(spec(queued(Treatment.IGNORE), false), ignoring);
    newSession();
    open("before");
    lost();
    box.world.advance(Duration.ofHours(6));
    resumed();
    open("open");
    box.world.advance(SECOND);
    open("close");
    assertEquals(1, box.pings);
    pingAnswered();
    open("now");
    assertEquals(List.of("before", "open", "close", "now"), ear.heard);
    assertEquals(List.of(false, false, false, false), stale());
    assertEquals(List.of("before", "open", "close", "now"), marked.heard);
    assertEquals(
        List.of(false, true, true, false),
        marked.messages.stream().map(ReceivedMessage::stale).toList());
    assertEquals(List.of("before", "now"), ignoring.heard);
    assertEquals(2, box.dispatcher.counts().stale());
  }

  @Test
  void the_quiet_period_ends_only_when_the_broker_has_room_to_send_and_sends_nothing() {
    listen(queued(Treatment.IGNORE));
    resumed();
    for (int round = 1; round < 4; round++) {
      box.world.advance(SECOND);
      assertEquals(round, box.pings);
      for (int i = 0; i < Backlog.WINDOW; i++) {
        open("queued");
      }
      pingAnswered();
    }
    assertEquals(List.of(), ear.heard);
    box.world.advance(SECOND);
    for (int i = 0; i < Backlog.WINDOW - 1; i++) {
      open("queued");
    }
    pingAnswered();
    open("now");
    assertEquals(List.of("now"), ear.heard);
  }

  @Test
  void while_listeners_have_what_fills_a_window_the_broker_may_still_hold_something_back() {
    listen(queued(Treatment.IGNORE));
    HeldLane slow = box.held(new Ear(), "slow");
    resumed();
    for (int i = 0; i < Backlog.WINDOW; i++) {
      box.deliver("slow", 1, "" + i);
    }
    box.world.advance(SECOND);
    pingAnswered();
    open("queued");
    box.run(slow);
    box.world.advance(SECOND);
    pingAnswered();
    open("now");
    assertEquals(List.of("now"), ear.heard);
  }

  @Test
  void after_a_short_outage_what_cannot_be_older_than_that_is_heard_and_after_a_long_one_not() {
    listen(maxAge(Duration.ofSeconds(15)));
    newSession();
    lost();
    box.world.advance(Duration.ofSeconds(14));
    resumed();
    open("short");
    box.world.advance(SECOND);
    open("at the limit");
    box.world.advance(SECOND);
    pingAnswered();
    lost();
    box.world.advance(Duration.ofSeconds(16));
    resumed();
    open("long");
    assertEquals(List.of("short", "at the limit"), ear.heard);
    assertEquals(1, box.dispatcher.counts().stale());
  }

  @Test
  void an_outage_before_the_backlog_was_over_counts_to_the_age_of_the_next_one() {
    listen(maxAge(Duration.ofSeconds(15)));
    newSession();
    lost();
    box.world.advance(Duration.ofSeconds(10));
    resumed();
    lost();
    box.world.advance(Duration.ofSeconds(10));
    resumed();
    open("20 s");
    assertEquals(List.of(), ear.heard);
  }

  @Test
  void after_a_start_of_the_hub_nothing_is_known_of_what_the_broker_kept() {
    listen(maxAge(Duration.ofDays(365)));
    resumed();
    open("queued");
    assertEquals(List.of(), ear.heard);
    box.world.advance(SECOND);
    pingAnswered();
    open("now");
    assertEquals(List.of("now"), ear.heard);
  }

  @Test
  void in_a_new_session_nothing_is_older_than_the_session() {
    listen(rule(Optional.empty(), Optional.of(Treatment.IGNORE), SECOND));
    lost();
    box.world.advance(Duration.ofHours(6));
    newSession();
    open("now");
    assertEquals(List.of("now"), ear.heard);
    assertEquals(0, box.pings);
  }

  @Test
  void the_time_in_which_the_machine_slept_counts() {
    listen(maxAge(Duration.ofSeconds(15)));
    newSession();
    lost();
    box.world.jumpWall(Duration.ofHours(6));
    resumed();
    open("queued");
    assertEquals(List.of(), ear.heard);
  }

  @Test
  void a_clock_that_is_set_back_makes_nothing_younger() {
    listen(maxAge(Duration.ofSeconds(15)));
    newSession();
    lost();
    box.world.advance(Duration.ofSeconds(16));
    box.world.jumpWall(Duration.ofHours(-6));
    resumed();
    open("queued");
    assertEquals(List.of(), ear.heard);
  }

  @Test
  void a_full_window_makes_the_broker_hold_messages_back_while_we_are_online_too() {
    listen(maxAge(SECOND));
    newSession();
    HeldLane slow = box.held(new Ear(), "slow");
    for (int i = 0; i <= Backlog.WINDOW; i++) {
      box.deliver("slow", 1, "" + i);
    }
    open("young");
    box.world.advance(Duration.ofSeconds(2));
    open("held back");
    box.run(slow);
    pingAnswered();
    box.world.advance(SECOND);
    pingAnswered();
    open("now");
    assertEquals(List.of("young", "now"), ear.heard);
  }

  @Test
  void what_has_expired_while_it_waited_is_not_heard_by_those_who_care_for_ages() {
    newSession();
    HeldLane lane = new HeldLane();
    box.on(lane, spec(maxAge(Duration.ofMinutes(1)), false), ear);
    Ear careless = new Ear();
    HeldLane other = box.held(careless, "door");
    Properties expiry = Properties.builder().number(Property.MESSAGE_EXPIRY_INTERVAL, 5).build();
    for (String text : List.of("a", "b")) {
      box.deliver(
          new Publish(
              false,
              QoS.AT_LEAST_ONCE,
              false,
              "door",
              1,
              expiry,
              text.getBytes(StandardCharsets.UTF_8)));
      box.world.advance(Duration.ofSeconds(3));
    }
    box.run(lane);
    box.run(other);
    assertEquals(List.of("b"), ear.heard);
    assertEquals(List.of("a", "b"), careless.heard);
  }

  @Test
  void there_are_no_pings_where_nobody_cares_for_ages() {
    listen(retained(Treatment.DELIVER).or(InboundRule.ofQos(QoS.AT_MOST_ONCE)));
    box.add(DispatcherFixture.spec(1, false, "other"), new Ear());
    DispatcherFixture plain = new DispatcherFixture();
    plain.add(new Ear(), "door");
    plain.online(true);
    plain.world.advance(Duration.ofMinutes(1));
    assertEquals(0, plain.pings);
    plain.add(spec(maxAge(SECOND), false), new Ear());
    plain.world.advance(SECOND);
    assertEquals(1, plain.pings);
  }

  @Test
  void a_line_counts_for_listeners_that_do_not_say_it_and_the_most_specific_one_of_the_topic() {
    lines(
        line("#", retained(Treatment.IGNORE)),
        line("+", retained(Treatment.MARK)),
        line("window", retained(Treatment.DELIVER)));
    Ear all = new Ear();
    Ear own = new Ear();
    box.add(DispatcherFixture.spec(1, false, "#"), all);
    box.add(spec(retained(Treatment.DELIVER), false), own);
    newSession();
    box.retained("door", "marked");
    box.retained("window", "delivered");
    box.retained("a/b", "ignored");
    assertEquals(List.of("marked", "delivered"), all.heard);
    assertEquals(List.of(true, false), all.messages.stream().map(ReceivedMessage::stale).toList());
    assertEquals(List.of("marked"), own.heard);
    assertFalse(own.messages.get(0).stale());
  }

  @Test
  void another_line_counts_at_once_and_what_a_listener_leaves_unsaid_is_taken_from_it() {
    listen(queued(Treatment.IGNORE));
    newSession();
    lines(line("door", rule(Optional.of(Treatment.MARK), Optional.of(Treatment.MARK), SECOND)));
    box.retained("door", "old");
    lost();
    resumed();
    open("queued");
    assertEquals(List.of("old"), ear.heard);
    assertEquals(List.of(true), stale());
    lines();
    box.retained("door", "older");
    assertEquals(List.of("old", "older"), ear.heard);
    assertEquals(List.of(true, false), stale());
  }

  @Test
  void the_quality_of_service_of_a_line_is_that_of_the_filters_it_covers() {
    lines(
        line("home/#", InboundRule.ofQos(QoS.EXACTLY_ONCE)),
        line("home/hall/+", InboundRule.ofQos(QoS.AT_MOST_ONCE)));
    Stream.of("#", "home/#", "home", "home/hall/#", "home/hall/+", "home/hall/a", "$share/g/home/x")
        .map(TopicFilter::new)
        .forEach(
            filter ->
                box.add(
                    new ListenerSpec("test", List.of(filter), false, InboundRule.NOTHING),
                    new Ear()));
    box.add(DispatcherFixture.spec(0, false, "home/own"), new Ear());
    assertEquals(
        "{#=AT_LEAST_ONCE, $share/g/home/x=EXACTLY_ONCE, home=EXACTLY_ONCE, home/#=EXACTLY_ONCE,"
            + " home/hall/#=EXACTLY_ONCE, home/hall/+=AT_MOST_ONCE, home/hall/a=AT_MOST_ONCE,"
            + " home/own=AT_MOST_ONCE}",
        box.wanted().toString());
  }

  @Test
  void a_higher_quality_of_service_of_a_line_counts_at_once_and_a_lower_one_like_a_listener_gone() {
    box.add(
        new ListenerSpec("test", List.of(new TopicFilter("door")), false, InboundRule.NOTHING),
        ear);
    resumed();
    lines(line("door", InboundRule.ofQos(QoS.EXACTLY_ONCE)));
    assertEquals("{door=EXACTLY_ONCE}", box.wanted().toString());
    lines(line("door", InboundRule.ofQos(QoS.AT_MOST_ONCE)));
    assertEquals("{door=EXACTLY_ONCE}", box.wanted().toString());
    box.world.advance(Duration.ofMinutes(10));
    assertEquals("{door=AT_MOST_ONCE}", box.wanted().toString());
  }
}
