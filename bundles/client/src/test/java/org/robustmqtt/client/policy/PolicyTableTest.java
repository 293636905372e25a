package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.Message;
import org.robustmqtt.TopicFilter;

class PolicyTableTest {
  private static PolicyTable table(String... filters) {
    return new PolicyTable(
        DeliveryPolicy.DEFAULT,
        Stream.of(filters)
            .map(
                filter ->
                    new PolicyTable.Rule(
                        filter, DeliveryPolicy.of(filter, Optional.empty(), d -> {})))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "home/hall/alarm, home/hall/alarm",
    "home/hall/lamp, home/hall/+",
    "home/attic/alarm, home/+/alarm",
    "home/attic/alarm/smoke, home/+/alarm/#",
    "home/attic/lamp, home/#",
    "home, home/#",
    "home/hall, home/hall/#",
    "home/hall/lamp/on, home/hall/#",
    "garden/x, +/x",
    "garden/y, #",
    "/x, +/x",
    "$SYS/x, default",
    "$SYS/load/1, $SYS/load/+",
    "home/hall/, home/hall/+"
  })
  void the_most_specific_filter_wins_whatever_the_order(String topic, String policy) {
    List<String> filters =
        List.of(
            "#",
            "+/x",
            "home/#",
            "home/+/alarm",
            "home/+/alarm/#",
            "home/hall/#",
            "home/hall/+",
            "home/hall/alarm",
            "$SYS/load/+");
    assertEquals(policy, table(filters.toArray(String[]::new)).of(topic).name());
    List<String> turned = new java.util.ArrayList<>(filters);
    java.util.Collections.reverse(turned);
    assertEquals(policy, table(turned.toArray(String[]::new)).of(topic).name());
  }

  @ParameterizedTest
  @CsvSource({
    "home/hall/alarm, home/hall/alarm home/hall/+ home/hall/# home/# #",
    "home, home/# #",
    "garden/x, +/x #",
    "$SYS/x, ''"
  })
  void all_filters_that_match_are_told_the_one_that_counts_first(String topic, String filters) {
    PolicyTable table =
        table("#", "+/x", "home/#", "home/hall/#", "home/hall/+", "home/hall/alarm");

    List<String> matching = table.matching(topic).stream().map(PolicyTable.Rule::filter).toList();

    assertEquals(filters, String.join(" ", matching));
    assertEquals(
        matching.stream().findFirst().orElse("default"), table.of(topic).name(), "of the same");
  }

  @Property
  void what_matches_is_what_the_filters_say(
      @ForAll @Size(max = 12) List<@From("filters") String> filters,
      @ForAll("topics") String topic) {
    List<String> each = filters.stream().distinct().toList();

    List<String> matching =
        table(each.toArray(String[]::new)).matching(topic).stream()
            .map(PolicyTable.Rule::filter)
            .sorted()
            .toList();

    assertEquals(
        each.stream().filter(filter -> new TopicFilter(filter).matches(topic)).sorted().toList(),
        matching);
  }

  @Property
  void a_covered_filter_decides_for_no_topic(
      @ForAll @Size(max = 12) List<@From("filters") String> filters,
      @ForAll("topics") String topic) {
    PolicyTable table = table(filters.stream().distinct().toArray(String[]::new));

    assertTrue(
        table.covered().stream().noneMatch(rule -> rule.filter().equals(table.of(topic).name())),
        table.covered()::toString);
  }

  @Provide
  Arbitrary<String> filters() {
    Arbitrary<String> levels =
        Arbitraries.of("a", "b", "+", "").list().ofMinSize(1).ofMaxSize(4).map(this::joined);
    return Combinators.combine(levels, Arbitraries.of("", "/#"))
        .as(String::concat)
        .filter(filter -> !filter.isEmpty());
  }

  @Provide
  Arbitrary<String> topics() {
    return Arbitraries.of("a", "b", "c", "")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(this::joined)
        .filter(topic -> !topic.isEmpty());
  }

  private String joined(List<String> levels) {
    return String.join("/", levels);
  }

  @ParameterizedTest
  @CsvSource({
    "a/# a a/+/#, a/#",
    "a/# a/+/#, ''",
    "a/# a a/+, ''",
    "a/# a a/+ a/+/+/#, a/#",
    "# +/#, #",
    "# + +/+/#, #",
    "# +, ''",
    "a/+ a/b, ''"
  })
  void a_filter_whose_topics_all_have_a_more_specific_one_is_covered(String all, String covered) {
    PolicyTable table = table(all.split(" "));
    assertEquals(
        covered, String.join(" ", table.covered().stream().map(PolicyTable.Rule::filter).toList()));
  }

  @Test
  void a_message_that_names_a_policy_has_it_and_one_that_is_not_there_its_topics() {
    PolicyTable table = table("a", "b");
    Message message = Message.text("a", "x");
    assertEquals("a", table.of(message).name());
    assertEquals("b", table.of(message.withPolicy("b")).name());
    assertEquals("default", table.of(message.withPolicy("default")).name());
    assertEquals("a", table.of(message.withPolicy("gone")).name());
  }

  @Test
  void tables_that_say_the_same_are_equal() {
    assertEquals(table("a", "b"), table("b", "a"));
    assertEquals(table("a", "b").hashCode(), table("b", "a").hashCode());
    assertNotEquals(table("a"), table("a", "b"));
  }

  @Test
  void two_policies_with_one_filter_or_one_name_are_a_fault() {
    assertThrows(IllegalArgumentException.class, () -> table("a/+", "a/+"));
    DeliveryPolicy one = DeliveryPolicy.of("one", Optional.empty(), draft -> draft.priority = 1);
    DeliveryPolicy other = DeliveryPolicy.of("one", Optional.empty(), draft -> draft.priority = 2);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new PolicyTable(
                DeliveryPolicy.DEFAULT,
                List.of(new PolicyTable.Rule("a", one), new PolicyTable.Rule("b", other))));
  }

  @Test
  void the_presets_are_the_three_scenarios() {
    DeliveryPolicy telemetry =
        DeliveryPolicy.of("t", Optional.of(DeliveryPolicy.Preset.TELEMETRY), draft -> {});
    assertEquals(DeliveryPolicy.Keep.LATEST, telemetry.keep());
    assertEquals(DeliveryPolicy.WhenFull.DROP_OLDEST, telemetry.whenFull());
    DeliveryPolicy event =
        DeliveryPolicy.of("e", Optional.of(DeliveryPolicy.Preset.EVENT), draft -> {});
    assertEquals(15_000, event.deadlineMillis().orElseThrow());
    DeliveryPolicy alarm =
        DeliveryPolicy.of("a", Optional.of(DeliveryPolicy.Preset.ALARM), draft -> {});
    assertEquals(9, alarm.priority());
    assertEquals(500, alarm.space().reserve());
    assertEquals(2 << 20, alarm.space().reserveBytes());
  }
}
