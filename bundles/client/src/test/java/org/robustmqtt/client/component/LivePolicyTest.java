package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicPolicy;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** Policy lines on a connection that runs. */
class LivePolicyTest {
  private static final String TOPIC = "home/hall/alarm";
  private static final Message NAMED = Message.text("t", "x").withPolicy("alarm");

  private final LiveWorld it = new LiveWorld(1).configure(with(Map.of())).online();

  private static Map<String, Object> with(Map<String, ?> more) {
    return LiveWorld.configuration(more);
  }

  private TopicPolicy policy() {
    return it.service().policy(TOPIC);
  }

  @Test
  void a_changed_line_is_in_force_without_a_reconnect() {
    assertEquals("default", policy().label());
    assertThrows(NotAcceptedException.class, () -> it.service().publish(NAMED));

    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | preset=alarm")));

    assertEquals("alarm", policy().label());
    assertEquals(Optional.of("home/+/alarm/#"), policy().filter());
    assertEquals("sync", policy().settings().get("durability"));
    Ticket ticket = it.service().publish(NAMED);
    it.pass(Duration.ofSeconds(1));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, ticket.outcomeNow().orElseThrow().kind());

    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | preset=alarm | priority=8")));
    assertEquals("8", policy().settings().get("priority"));

    it.configure(with(Map.of()));
    assertEquals("default", policy().label());
    assertThrows(NotAcceptedException.class, () -> it.service().publish(NAMED));
    assertEquals(1, it.connects());
  }

  @Test
  void a_faulty_line_leaves_the_one_before_in_force() {
    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | preset=alarm")));

    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | preset=alert", "retryMin", "2s")));

    assertEquals("9", policy().settings().get("priority"));
    assertEquals(
        List.of(
            "configuration org.robustmqtt.connection~home: policy.alarm: preset = \"alert\":"
                + " allowed: telemetry, event, alarm"),
        it.read());
    assertEquals(1, it.connects());
  }

  @Test
  void all_settings_in_force_and_the_less_specific_filters_are_told() {
    it.configure(
        with(
            Map.of(
                "policy.default", "| maxBytes=1MB",
                "policy.house", "home/#, garden/# | preset=event | rate=10 | rateBytes=5kB",
                "policy.rest", "# | preset=telemetry",
                "policy.hall", "home/hall/+ | reserve=5 | maxMessages=7 | retain=strip",
                "maxAttempts", "3",
                "queueMaxMessages", "500")));

    assertEquals(
        List.of(new TopicPolicy.Match("home/#", "house"), new TopicPolicy.Match("#", "rest")),
        policy().lessSpecific());
    assertEquals(
        "{keep=all, durability=group, deadline=never, priority=5, maxMessages=7, maxBytes=64MB, the"
            + " connection's, reserve=5, reserveBytes=0B, whenFull=refuse, dedupe=none,"
            + " maxAttempts=3, the connection's, rate=no limit, rateBytes=no limit, retain=strip,"
            + " wake=true}",
        policy().settings().toString());
    assertEquals(
        "{keep=all, durability=group, deadline=15s, priority=5, maxMessages=500, the connection's,"
            + " maxBytes=64MB, the connection's, reserve=0, reserveBytes=0B, whenFull=refuse,"
            + " dedupe=none, maxAttempts=3, the connection's, rate=10/s, rateBytes=5kB/s,"
            + " retain=refuse, wake=true}",
        it.service().policy("garden/gate").settings().toString());
    assertEquals("1MB", it.service().policy("$SYS/x").settings().get("maxBytes"));
    assertEquals("memory", it.service().policy("other").settings().get("durability"));
  }

  @Test
  void a_topic_with_a_wildcard_is_none() {
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> it.service().policy("home/#"));
    assertTrue(fault.getMessage().contains("home/#"), fault.getMessage());
  }

  @Test
  void a_message_that_names_its_policy_names_it_after_a_restart_too() {
    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | priority=9", "enabled", "false")));
    it.pass(Duration.ofSeconds(5));
    it.service().publish(Message.text("a", "first").withDurability(Durability.SYNC));
    it.service().publish(NAMED.withDurability(Durability.SYNC));
    it.settle();

    it.connections.deleted("org.robustmqtt.connection~" + LiveWorld.NAME);
    it.pass(Duration.ofSeconds(6));
    it.configure(with(Map.of("policy.alarm", "home/+/alarm/# | priority=9"))).online();
    it.pass(Duration.ofSeconds(1));

    assertEquals(List.of("x", "first"), LiveWorld.givenOn(it.broker.packets()));
  }

  @Test
  void a_message_of_qos_0_under_durability_sync_is_told_once_for_each_policy() {
    it.configure(
        with(Map.of("policy.a", "a/# | durability=sync", "policy.b", "b/# | preset=alarm")));
    PrintStream stderr = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      for (String topic : List.of("a/1", "a/2", "b/1", "c")) {
        it.service().publish(Message.text(topic, "x").withQos(0));
        it.service().publish(Message.text(topic, "x").withQos(1));
      }
      it.service().publish(Message.text("a", "x").withQos(0).withDurability(Durability.SYNC));
      it.settle();
    } finally {
      System.setErr(stderr);
    }
    List<String> lines =
        log.toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.contains("QoS 0"))
            .map(line -> line.substring(line.indexOf(" - ") + 3))
            .toList();
    String end =
        " with durability=sync: it is forced to the disk, and may be lost on the way all the same;"
            + " publish it with QoS 1";
    assertEquals(
        List.of(
            "connection home: a message of QoS 0 on a/1 has the policy a" + end,
            "connection home: a message of QoS 0 on b/1 has the policy b" + end),
        lines);
  }

  @Test
  void at_a_broker_that_retains_nothing_the_flag_goes_or_the_message_is_refused() {
    it.broker.connackProperties(Properties.builder().number(Property.RETAIN_AVAILABLE, 0).build());
    it.configure(with(Map.of("policy.bare", "bare/# | retain=strip", "username", "me"))).online();

    Ticket bare = it.service().publish(Message.text("bare/1", "x").withRetain(true));
    Ticket refused = it.service().publish(Message.text("t", "x").withRetain(true));
    it.pass(Duration.ofSeconds(1));

    assertEquals(new Outcome.Acknowledged(0, false), bare.outcomeNow().orElseThrow());
    assertEquals(
        new Outcome.Dropped(DropReason.REFUSED, 0x9A, false), refused.outcomeNow().orElseThrow());
    List<Publish> sent = it.broker.packets(Publish.class);
    assertEquals(1, sent.size());
    assertEquals("bare/1", sent.get(0).topic());
    assertFalse(sent.get(0).retain());
  }

  @Test
  void what_was_stripped_is_sent_again_stripped_after_a_restart() {
    it.broker.connackProperties(Properties.builder().number(Property.RETAIN_AVAILABLE, 0).build());
    Map<String, Object> stripped =
        with(Map.of("policy.bare", "bare/# | retain=strip | durability=sync", "username", "me"));
    it.configure(stripped).online();
    it.broker.ignore(PacketType.PUBLISH);
    it.service().publish(Message.text("bare/1", "x").withRetain(true));
    it.settle();
    it.connections.deleted("org.robustmqtt.connection~" + LiveWorld.NAME);
    it.pass(Duration.ofSeconds(20));
    it.broker.answer(PacketType.PUBLISH);

    it.configure(stripped).online();
    it.pass(Duration.ofSeconds(1));

    List<Publish> sent = it.broker.packets(Publish.class);
    assertEquals(2, sent.size());
    assertTrue(sent.get(1).duplicate());
    assertFalse(sent.get(1).retain());
    assertEquals(0, it.service().pending().messages());
  }
}
