package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Durability;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.DeliveryPolicy.Drain;
import org.robustmqtt.client.policy.DeliveryPolicy.Keep;
import org.robustmqtt.client.policy.DeliveryPolicy.Pace;
import org.robustmqtt.client.policy.DeliveryPolicy.Space;
import org.robustmqtt.client.policy.DeliveryPolicy.WhenFull;
import org.robustmqtt.client.policy.PolicyTable;

/** Policy lines: what they say, and what is said of those that are not quite right. */
class PolicyReaderTest {
  private static final String FILE = "org.robustmqtt.connection-home.cfg: ";
  private static final String COMMENT = "the # begins no comment here: put it in a line of its own";

  private static Parsed parse(Map<String, ?> policies) {
    Map<String, Object> all = new HashMap<>(policies);
    all.put("broker", "mqtt://b");
    all.put("felix.fileinstall.filename", "file:etc/org.robustmqtt.connection-home.cfg");
    return SettingsParser.parse("org.robustmqtt.connection~home", all);
  }

  private static PolicyTable table(Map<String, ?> policies) {
    Parsed parsed = parse(policies);
    assertEquals(List.of(), parsed.faults());
    assertEquals(List.of(), parsed.warnings());
    return parsed.settings().policies();
  }

  private static DeliveryPolicy policy(String line) {
    return table(Map.of("policy.x", line)).named("x").orElseThrow();
  }

  private static void faults(Map<String, ?> policies, String... faults) {
    assertEquals(List.of(faults).stream().map(FILE::concat).toList(), parse(policies).faults());
  }

  private static void warnings(Map<String, ?> policies, String... warnings) {
    Parsed parsed = parse(policies);
    assertEquals(List.of(), parsed.faults());
    assertEquals(List.of(warnings).stream().map(FILE::concat).toList(), parsed.warnings());
  }

  @Test
  void without_a_line_there_is_one_policy_for_everything() {
    assertEquals(PolicyTable.SINGLE, table(Map.of()));
    assertEquals(PolicyTable.SINGLE, table(Map.of("policy.x", " ")));
  }

  @Test
  void the_presets_are_begun_with_and_the_rest_of_the_line_overrides_wherever_it_stands() {
    DeliveryPolicy alarm = policy("home/+/alarm/# | priority=8 | preset=alarm | durability=group");
    assertEquals(8, alarm.priority());
    assertEquals(Durability.GROUP, alarm.durability());
    assertEquals(500, alarm.space().reserve());
    DeliveryPolicy telemetry = policy("home/+/temperature|preset=telemetry|deadline=1h");
    assertEquals(Keep.LATEST, telemetry.keep());
    assertEquals(OptionalLong.of(3_600_000), telemetry.deadlineMillis());
    assertEquals(
        OptionalLong.empty(), policy("a | preset=event | deadline=never").deadlineMillis());
  }

  @Test
  void every_setting_says_what_the_page_says() {
    DeliveryPolicy all =
        policy(
            "a/# | keep=latest | durability=sync | deadline=15s | priority=7 | maxMessages=100"
                + " | maxBytes=2MB | reserve=10 | reserveBytes=64kB | whenFull=drop-newest"
                + " | dedupe=equal | maxAttempts=3"
                + " | rate=1000000 | rateBytes=100kB/s | retain=strip | wake=false"
                + " | admission=one-of-ten");
    assertEquals(
        DeliveryPolicy.of(
            "x",
            Optional.empty(),
            draft -> {
              draft.keep = Keep.LATEST;
              draft.durability = Durability.SYNC;
              draft.deadlineMillis = OptionalLong.of(15_000);
              draft.priority = 7;
              draft.space = new Space(OptionalInt.of(100), OptionalLong.of(2 << 20), 10, 64 << 10);
              draft.whenFull = WhenFull.DROP_NEWEST;
              draft.dedupe = true;
              draft.maxAttempts = OptionalInt.of(3);
              draft.pace = new Pace(Drain.OLDEST_FIRST, 0, 1_000_000, 100 << 10);
              draft.stripRetain = true;
              draft.wake = false;
              draft.admission = Optional.of("one-of-ten");
            }),
        all);
    DeliveryPolicy defaults =
        policy(
            "a/# | keep=all | durability=group | deadline=never | priority=5 | reserve=0"
                + " | reserveBytes=0 | whenFull=refuse | dedupe=none"
                + " | rate=0 | rateBytes=0 | retain=refuse | wake=true");
    assertEquals(policy("a/#"), defaults);
  }

  @Test
  void several_filters_are_separated_by_commas_and_may_have_spaces() {
    PolicyTable table =
        table(Map.of("policy.x", "home/a/#,home/b ,  zigbee2mqtt/Living Room Lamp"));
    for (String topic : List.of("home/a/1", "home/b", "zigbee2mqtt/Living Room Lamp")) {
      assertEquals("x", table.of(topic).name());
    }
    assertEquals("default", table.of("home/c").name());
    assertEquals(
        table,
        table(Map.of("policy.x", List.of("home/a/#", "home/b", "zigbee2mqtt/Living Room Lamp"))));
  }

  @Test
  void a_bar_or_a_comma_of_a_filter_is_written_by_its_number() {
    PolicyTable table = table(Map.of("policy.x", "a\\u007Cb,c\\u002Cd | priority=1"));
    assertEquals(1, table.of("a|b").priority());
    assertEquals(1, table.of("c,d").priority());
  }

  @ParameterizedTest
  @ValueSource(strings = {"| keep=latest", "keep=latest", "|keep=latest|", " | | keep = LATEST"})
  void the_default_has_no_filter(String line) {
    PolicyTable table = table(Map.of("policy.default", line));
    assertEquals(Keep.LATEST, table.of("anything").keep());
  }

  @Test
  void all_faults_are_told_at_once() {
    faults(
        Map.of(
            "policy.a", "home/# | kep=latest | priority=10",
            "policy.b", "home/#/x | preset=alert",
            "policy.default", "# | keep=latest"),
        "policy.a: unknown setting \"kep\"; did you mean \"keep\"?",
        "policy.a: priority = \"10\": out of range; allowed: a whole number from 0 to 9",
        "policy.b: filter \"home/#/x\": '#' must be a whole level and the last one (MQTT-4.7.1-1)",
        "policy.b: preset = \"alert\": allowed: telemetry, event, alarm",
        "policy.default: it has no filter, and applies to what no other policy matches; allowed: |"
            + " setting=value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "keep=newest ! keep = \"newest\": allowed: all, latest, none",
        "durability=disk ! durability = \"disk\": allowed: memory, group, sync",
        "whenFull=drop ! whenFull = \"drop\": allowed: drop-oldest, drop-newest, refuse",
        "dedupe=true ! dedupe = \"true\": allowed: equal, none",
        "drain=newest-first ! drain: not built yet; remove it",
        "drainRate=5/s ! drainRate: not built yet; remove it",
        "retain=no ! retain = \"no\": allowed: strip, refuse",
        "wake=yes ! wake = \"yes\": allowed: true, false",
        "keep= ! keep = \"\": allowed: all, latest, none",
        "priority=high ! priority = \"high\": not a whole number; allowed: a whole number from 0 to"
            + " 9",
        "maxMessages=0 ! maxMessages = \"0\": out of range; allowed: a whole number from 1 to"
            + " 100000000",
        "rate=1000001 ! rate = \"1000001\": out of range; allowed: a whole number from 0 to"
            + " 1000000",
        "deadline=0 ! deadline = \"0\": out of range; allowed: 1ms to 3650d, or never",
        "deadline=0s ! deadline = \"0s\": out of range; allowed: 1ms to 3650d, or never",
        "deadline=3651d ! deadline = \"3651d\": out of range; allowed: 1ms to 3650d, or never",
        "deadline=-1s ! deadline = \"-1s\": not a duration (not a number with a unit); allowed: 1ms"
            + " to 3650d, or never",
        "deadline=soon ! deadline = \"soon\": not a duration (not a number with a unit); allowed:"
            + " 1ms to 3650d, or never",
        "maxBytes=1B ! maxBytes = \"1B\": out of range; allowed: 1kB to 1024GB, as 500kB, 64MB",
        "rateBytes=2GB ! rateBytes = \"2GB\": out of range; allowed: 0B to 1GB, as 500kB, 64MB",
        "admission=my own ! admission = \"my own\": allowed: the name of a service: 1 to 64 of A-Z a-z"
            + " 0-9 . _ -",
        "retry=mine ! retry: not built yet; remove it",
        "ackTimeout=5s ! ackTimeout: not built yet; remove it",
        "keep=all | keep=none ! keep: stands twice; remove one",
        "alarm ! \"alarm\": not a setting; allowed: preset=alarm",
        "latest ! \"latest\": not a setting; allowed: setting=value",
        "keep=latest, priority=7 ! keep = \"latest, priority=7\": allowed: all, latest, none;"
            + " settings are separated by |"
      })
  void a_setting_that_is_wrong_is_named_with_what_is_allowed(String setting, String problem) {
    faults(Map.of("policy.x", "a/# | " + setting), "policy.x: " + problem);
  }

  @Test
  void a_comment_behind_a_line_is_named() {
    faults(
        Map.of("policy.x", "a/# | deadline=15s # quick"),
        "policy.x: deadline = \"15s # quick\": not a duration (not a number with a unit); allowed:"
            + " 1ms to 3650d, or never; "
            + COMMENT);
  }

  @Test
  void a_time_or_a_size_without_a_unit_is_refused_and_never_guessed() {
    faults(
        Map.of("policy.x", "a/# | deadline=15 | maxBytes=64 | rateBytes=1000 | reserveBytes=2"),
        "policy.x: deadline = \"15\": a number without a unit; write 15s, 15m, 15h or 15d",
        "policy.x: maxBytes = \"64\": a number without a unit; write 64B, 64kB or 64MB",
        "policy.x: reserveBytes = \"2\": a number without a unit; write 2B, 2kB or 2MB",
        "policy.x: rateBytes = \"1000\": a number without a unit; write 1000B, 1000kB or 1000MB");
  }

  @Test
  void two_policies_with_one_filter_are_a_fault() {
    faults(
        Map.of("policy.a", "x/#, y", "policy.b", "z, x/# | preset=alarm", "policy.c", "w,w"),
        "policy.b: filter \"x/#\": is that of policy.a too; remove one",
        "policy.c: filter \"w\": stands twice; remove one");
  }

  @Test
  void a_line_without_a_filter_is_a_fault() {
    String missing = "a filter is missing; allowed: FILTER | setting=value, as home/+/alarm/#";
    faults(
        Map.of("policy.a", "preset=alarm", "policy.b", "| preset=alarm"),
        "policy.a: " + missing,
        "policy.b: " + missing);
    faults(
        Map.of("policy.a", "home/a/# home/b/# | preset=event"),
        "policy.a: filter \"home/a/# home/b/#\": '#' must be a whole level and the last one"
            + " (MQTT-4.7.1-1); filters are separated by commas");
    faults(
        Map.of("policy.a", "$share/g/a"),
        "policy.a: filter \"$share/g/a\": a shared subscription is none for messages that are"
            + " published");
    faults(Map.of("policy.a", "a,"), "policy.a: filter: must not be empty (MQTT-4.7.3-1)");
  }

  @Test
  void a_label_that_is_not_allowed_is_a_fault() {
    faults(
        Map.of("policy.", "a", "policy.my alarm", "b"),
        "\"policy.\": policy. is followed by a label; allowed: 1 to 64 of A-Z a-z 0-9 . _ -",
        "\"policy.my alarm\": policy. is followed by a label; allowed: 1 to 64 of A-Z a-z 0-9 . _"
            + " -");
  }

  @Test
  void what_the_hub_did_not_resolve_is_a_fault() {
    faults(
        Map.of("policy.x", "$[env:ROOM]/# | preset=alarm"),
        "policy.x: contains \"$[env:ROOM]\", which the hub did not resolve; check the name in it");
  }

  @Test
  void reserves_have_to_fit_into_the_queue_and_into_their_own_policy() {
    faults(
        Map.of("policy.x", "a | preset=alarm", "queueMaxMessages", "499"),
        "policy.x: reserve = 500 of preset=alarm: does not fit into queueMaxMessages = 499");
    faults(
        Map.of(
            "policy.x", "a | reserveBytes=3MB",
            "policy.y", "b | reserveBytes=2MB",
            "policy.default", "| reserve=10001",
            "queueMaxBytes", "4MB"),
        "policy.default: reserve = 10001: does not fit into queueMaxMessages = 10000",
        "policy.x: reserveBytes = 3MB, policy.y: reserveBytes = 2MB: together they do not fit into"
            + " queueMaxBytes = 4MB");
    faults(
        Map.of("policy.x", "a | preset=alarm | maxMessages=100 | maxBytes=1MB"),
        "policy.x: reserve = 500 of preset=alarm does not fit into maxMessages = 100 of the same"
            + " policy",
        "policy.x: reserveBytes = 2MB of preset=alarm does not fit into maxBytes = 1MB of the same"
            + " policy");
    warnings(
        Map.of("policy.x", "a | reserve=10000"),
        "policy.x: reserve = 10000: nothing of queueMaxMessages = 10000 is left for other"
            + " policies");
  }

  @Test
  void what_contradicts_itself_is_told_and_obeyed() {
    warnings(
        Map.of("policy.x", "a | keep=none | durability=sync"),
        "policy.x: durability = sync: each message waits for the disk, and keep = none drops what"
            + " cannot be sent at once; write durability=memory");
    warnings(
        Map.of("policy.x", "a | maxMessages=10001 | maxBytes=65MB"),
        "policy.x: maxMessages = 10001: no effect, because queueMaxMessages = 10000",
        "policy.x: maxBytes = 65MB: no effect, because queueMaxBytes = 64MB");
    warnings(
        Map.of("policy.x", "home/a home/b"),
        "policy.x: filter \"home/a home/b\": one filter with a space in it; filters are separated"
            + " by commas");
  }

  @Test
  void a_policy_that_can_never_match_is_told() {
    warnings(
        Map.of("policy.x", "a/#", "policy.y", "a", "policy.z", "a/+/#"),
        "policy.x: filter \"a/#\": never decides, because more specific filters match all its"
            + " topics");
    warnings(
        Map.of("policy.default", "| keep=latest", "policy.x", "#"),
        "policy.default: applies only to topics that begin with $, because other policies match all"
            + " others");
    warnings(Map.of("policy.default", "| keep=latest", "policy.x", "a/#"));
  }

  @Test
  void a_key_that_is_nearly_one_of_a_policy_is_told() {
    warnings(
        Map.of("polcy.alarm", "a", "Policy.alarm", "a"),
        "unknown key \"Policy.alarm\" is ignored; did you mean \"policy.alarm\"?",
        "unknown key \"polcy.alarm\" is ignored; did you mean \"policy.alarm\"?");
  }

  @Test
  void settings_that_say_the_same_are_equal() {
    assertEquals(
        parse(Map.of("policy.x", "a | deadline=60s")).settings(),
        parse(Map.of("policy.x", "a|deadline = 1m | keep=all")).settings());
    assertTrue(
        !parse(Map.of("policy.x", "a | deadline=60s"))
            .settings()
            .equals(parse(Map.of("policy.x", "a | deadline=61s")).settings()));
    assertEquals(
        Duration.ofMinutes(1).toMillis(),
        policy("a | deadline=60s").deadlineMillis().orElseThrow());
  }
}
