package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
