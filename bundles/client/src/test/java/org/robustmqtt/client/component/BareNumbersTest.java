package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A bare number is in the unit in which the page shows the default; every key. */
class BareNumbersTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `([A-Za-z]+)` \\| `(\\d+)([A-Za-z]*)`(?: (ms|s|h))? \\|.*");

  private record Shown(String key, String number, String unit) {
    @Override
    public String toString() {
      return key;
    }
  }

  /** The keys whose default is a number with a unit. */
  static Stream<Shown> shown() throws IOException {
    Path page = Path.of(System.getProperty("basedir", "."), "../../docs/configuration.md");
    return Files.readAllLines(page).stream()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> new Shown(row.group(1), row.group(2), unit(row)))
        .filter(shown -> !shown.unit.isEmpty());
  }

  private static String unit(Matcher row) {
    return Optional.ofNullable(row.group(4)).orElse(row.group(3));
  }

  private static Parsed parse(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("broker", "mqtt://b");
    return SettingsParser.parse("org.robustmqtt.connection~home", all);
  }

  @Test
  void all_keys_with_a_unit_are_there() throws IOException {
    Map<String, String> units = new TreeMap<>();
    shown().forEach(one -> units.put(one.key, one.unit));
    assertEquals(
        "{ackTimeout=s, clockTrust=h, clockWait=s, connectDelay=s, connectTimeout=s,"
            + " inboundMaxBytes=MB, keepAlive=s, maximumPacketSize=MB, outageWarnAfter=s,"
            + " parkTimeout=s, queueMaxBytes=MB, retryMin=s, sessionExpiry=d, stableTime=s,"
            + " storeDelay=ms, storeMinFree=MB, unsubscribeAfter=m, wakeAge=h}",
        units.toString());
  }

  @ParameterizedTest
  @MethodSource("shown")
  void the_default_without_its_unit_is_the_default(Shown one) {
    assertEquals(parse(Map.of()).settings(), parse(Map.of(one.key, one.number)).settings());
  }

  @ParameterizedTest
  @MethodSource("shown")
  void a_number_without_a_unit_is_the_same_as_with_the_shown_one(Shown one) {
    Parsed bare = parse(Map.of(one.key, "3"));
    Parsed written = parse(Map.of(one.key, "3" + one.unit));
    assertEquals(List.of(), bare.faults());
    assertEquals(written.settings(), bare.settings());
    assertEquals(bare.settings(), parse(Map.of(one.key, 3L)).settings());
    boolean plain = List.of("s", "ms").contains(one.unit);
    String warning =
        one.key + " = \"3\": a number without a unit, taken as 3" + one.unit + "; write the unit";
    assertEquals(!plain, bare.warnings().stream().anyMatch(line -> line.endsWith(warning)));
    assertTrue(written.warnings().stream().noneMatch(line -> line.contains("without a unit")));
  }

  @Test
  void nothing_is_nothing_in_every_unit() {
    assertEquals(List.of(), parse(Map.of("unsubscribeAfter", "0", "storeMinFree", "0")).warnings());
  }

  @Test
  void retry_max_has_no_default_of_its_own_and_is_in_seconds() {
    assertEquals(
        parse(Map.of("retryMax", "5s")).settings(), parse(Map.of("retryMax", "5")).settings());
  }
}
