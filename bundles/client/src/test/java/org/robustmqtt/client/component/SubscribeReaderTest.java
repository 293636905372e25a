package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.InboundRule;
import org.robustmqtt.client.listeners.InboundRule.Treatment;
import org.robustmqtt.client.listeners.InboundRules;

/** Lines for listeners: what they say, and what is said of those that are not quite right. */
class SubscribeReaderTest {
  private static final String FILE = "org.robustmqtt.connection-home.cfg: ";

  private static Parsed parse(Map<String, ?> lines) {
    Map<String, Object> all = new HashMap<>(lines);
    all.put("broker", "mqtt://b");
    all.put("felix.fileinstall.filename", "file:etc/org.robustmqtt.connection-home.cfg");
    return SettingsParser.parse("org.robustmqtt.connection~home", all);
  }

  private static InboundRules rules(Map<String, ?> lines) {
    Parsed parsed = parse(lines);
    assertEquals(List.of(), parsed.faults());
    assertEquals(List.of(), parsed.warnings());
    return parsed.settings().inbound();
  }

  private static void faults(Map<String, ?> lines, String... faults) {
    assertEquals(List.of(faults).stream().map(FILE::concat).toList(), parse(lines).faults());
  }

  private static InboundRules.Line line(String filter, InboundRule rule) {
    return new InboundRules.Line(new TopicFilter(filter), rule);
  }

  @Test
  void without_a_line_nothing_is_said() {
    assertEquals(InboundRules.NONE, rules(Map.of()));
    assertEquals(InboundRules.NONE, rules(Map.of("subscribe.x", " ")));
  }

  @Test
  void a_line_says_what_it_says_and_nothing_else() {
    InboundRule all =
        new InboundRule(
            Optional.of(QoS.EXACTLY_ONCE),
            Optional.of(Treatment.MARK),
            Optional.of(Treatment.IGNORE),
            OptionalLong.of(Duration.ofSeconds(15).toNanos()));
    InboundRule never =
        new InboundRule(
            Optional.empty(),
            Optional.of(Treatment.DELIVER),
            Optional.empty(),
            OptionalLong.of(InboundRule.NEVER));
    InboundRules read =
        rules(
            Map.of(
                "subscribe.doors",
                "home/+/door, garden/gate | qos=2 | retained = mark | queued=ignore | maxAge=15s",
                "subscribe.rest",
                "# | maxAge=never | retained=deliver",
                "subscribe.none",
                "a"));
    assertEquals(
        new InboundRules(
            List.of(
                line("#", never),
                line("a", InboundRule.NOTHING),
                line("garden/gate", all),
                line("home/+/door", all))),
        read);
    assertNotEquals(new InboundRules(List.of(line("#", never))), read);
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() {
    faults(
        Map.of("subscribe.a", "x/#/y, ok | qos=3 | retained=no | queued=yes, please | maxAge=15"),
        "subscribe.a: filter \"x/#/y\": '#' must be a whole level and the last one"
            + " (MQTT-4.7.1-1)",
        "subscribe.a: qos = \"3\": allowed: 0, 1, 2",
        "subscribe.a: retained = \"no\": allowed: deliver, mark, ignore",
        "subscribe.a: queued = \"yes, please\": allowed: deliver, mark, ignore; settings are"
            + " separated by |",
        "subscribe.a: maxAge = \"15\": a number without a unit; write 15s, 15m or 15h");
  }

  @Test
  void a_duration_that_is_none_or_out_of_range_is_told() {
    String allowed = "allowed: 1ms to 3650d, or never";
    faults(
        Map.of(
            "subscribe.a", "a | maxAge=soon",
            "subscribe.b", "b | maxAge=0s",
            "subscribe.c", "c | maxAge=4000d"),
        "subscribe.a: maxAge = \"soon\": not a duration (not a number with a unit); " + allowed,
        "subscribe.b: maxAge = \"0s\": out of range; " + allowed,
        "subscribe.c: maxAge = \"4000d\": out of range; " + allowed);
  }

  @Test
  void the_form_of_a_line_is_checked() {
    faults(
        Map.of(
            "subscribe.a", "qos=1",
            "subscribe.b", "home/door | max-age=5s",
            "subscribe.c", "home/gate | qos=1 | qos=2",
            "subscribe.d", "x | ignore",
            "subscribe.e", "y | colour=red",
            "subscribe.f", "z | inbox=durable",
            "subscribe.g", "$share/g/t | qos=1",
            "subscribe.h", "t # doors",
            "subscribe.i j", "t"),
        "subscribe.a: a filter is missing; allowed: FILTER | setting=value, as home/+/door | qos=1",
        "subscribe.b: unknown setting \"max-age\"; did you mean \"maxAge\"?",
        "subscribe.c: qos: stands twice; remove one",
        "subscribe.d: \"ignore\": not a setting; allowed: setting=value",
        "subscribe.e: unknown setting \"colour\"; allowed: qos, retained, queued, maxAge",
        "subscribe.f: inbox: not built yet; remove it",
        "subscribe.g: filter \"$share/g/t\": leave out the share name; a line is for messages of"
            + " these topics, however they are subscribed",
        "subscribe.h: filter \"t # doors\": '#' must be a whole level and the last one"
            + " (MQTT-4.7.1-1); filters are separated by commas",
        "\"subscribe.i j\": subscribe. is followed by a label; allowed: 1 to 64 of A-Z a-z 0-9 . _"
            + " -");
  }

  @Test
  void two_lines_with_one_filter_are_a_fault() {
    faults(
        Map.of("subscribe.a", "x, y, x", "subscribe.b", "y"),
        "subscribe.a: filter \"x\": stands twice; remove one",
        "subscribe.b: filter \"y\": is that of subscribe.a too; remove one");
  }

  @Test
  void what_a_hub_did_not_resolve_is_a_fault() {
    assertEquals(
        1,
        parse(Map.of("subscribe.a", "x | qos=$[env:Q]")).faults().stream()
            .filter(fault -> fault.startsWith(FILE + "subscribe.a: contains \"$[env:Q]\""))
            .count());
  }
}
