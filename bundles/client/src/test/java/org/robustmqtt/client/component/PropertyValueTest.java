package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form in which a hub gives a value is understood. */
class PropertyValueTest {
  static Stream<Arguments> forms() {
    return Stream.of(
        Arguments.of("60s", List.of("60s")),
        Arguments.of(60L, List.of("60")),
        Arguments.of(60, List.of("60")),
        Arguments.of((short) 6, List.of("6")),
        Arguments.of(60.0, List.of("60")),
        Arguments.of(1e7, List.of("10000000")),
        Arguments.of(0.5f, List.of("0.5")),
        Arguments.of(Double.NaN, List.of("NaN")),
        Arguments.of(true, List.of("true")),
        Arguments.of('x', List.of("x")),
        Arguments.of(new String[] {"a", "b"}, List.of("a", "b")),
        Arguments.of(new Long[] {1L, 2L}, List.of("1", "2")),
        Arguments.of(new int[] {1, 2}, List.of("1", "2")),
        Arguments.of(new boolean[] {true}, List.of("true")),
        Arguments.of(new String[0], List.of()),
        Arguments.of(List.of("a", 2L, false), List.of("a", "2", "false")),
        Arguments.of(Arrays.asList("a", null), List.of("a")),
        Arguments.of(List.of(List.of("a"), new String[] {"b"}), List.of("a", "b")));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void each_form_becomes_texts(Object value, List<String> texts) {
    assertEquals(texts, PropertyValue.texts(value));
  }

  @Test
  void nothing_is_no_text() {
    assertEquals(List.of(), PropertyValue.texts(null));
  }

  @ParameterizedTest
  @CsvSource({"60s,60000", "5m,300000", "200ms,200", "7d,604800000", "2h,7200000", "7,7000"})
  void a_duration_has_a_unit_or_the_keys(String text, long millis) {
    assertEquals(Duration.ofMillis(millis), Quantity.duration(text, ChronoUnit.SECONDS));
  }

  @Test
  void a_bare_number_is_in_the_keys_unit() {
    assertEquals(Duration.ofMillis(200), Quantity.duration(" 200 ", ChronoUnit.MILLIS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "1.5s", "-1s", "1 y", "1s 2s", "99999999999999999999s"})
  void what_is_no_duration_is_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Quantity.duration(text, ChronoUnit.SECONDS));
  }

  @ParameterizedTest
  @CsvSource({
    "64MB,67108864",
    "2MiB,2097152",
    "512kB,524288",
    "1GB,1073741824",
    "7,7340032",
    "7 B,7"
  })
  void a_size_has_a_unit_or_is_in_megabytes(String text, long bytes) {
    assertEquals(bytes, Quantity.size(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MB", "1TB", "0x10", "999999999999999999GB"})
  void what_is_no_size_is_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Quantity.size(text));
  }

  @ParameterizedTest
  @CsvSource({"brokr,broker", "KEEPALIVE,keepAlive", "user,''", "clientId,clientID", "xyz,''"})
  void the_nearest_name_is_found_if_it_is_near(String written, String near) {
    List<String> names = Arrays.stream(Key.values()).map(Key::text).toList();

    assertEquals(
        near.isEmpty() ? Optional.empty() : Optional.of(near), NearestName.of(written, names));
  }
}
