package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "/", "//", "a/b", " ", "$SYS/x", "\uFEFF", "\uD83D\uDE00", "A b/c"})
  void a_name_is_kept_as_it_is(String name) {
    assertEquals(name, new TopicName(name).value());
    assertEquals(name, new TopicName(name).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/#", "a/+/b", "a+", "#a"})
  @Clause(
      v311 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1"},
      v5 = {"MQTT-3.3.2-2", "MQTT-4.7.0-1"})
  void a_wildcard_is_refused(String name) {
    assertRefused(name, "MQTT-4.7.0-1");
  }

  @Test
  @Clause(v311 = "MQTT-4.7.3-1", v5 = "MQTT-4.7.3-1")
  void an_empty_name_is_refused() {
    assertRefused("", "MQTT-4.7.3-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "a\u0000", "a/\u0000/b"})
  @Clause(
      v311 = {"MQTT-4.7.3-2", "MQTT-1.5.3-2"},
      v5 = {"MQTT-4.7.3-2", "MQTT-1.5.4-2"})
  void a_null_character_is_refused(String name) {
    assertRefused(name, "MQTT-1.5.4-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\uD800", "a\uDFFF", "\uDC00\uD800", "\uD800a", "\uD800\uD800\uDC00", "a\uDBFF"})
  @Clause(v311 = "MQTT-1.5.3-1", v5 = "MQTT-1.5.4-1")
  void an_unpaired_surrogate_is_refused(String name) {
    assertRefused(name, "MQTT-1.5.4-1");
  }

  @Test
  @Clause(v311 = "MQTT-4.7.3-3", v5 = "MQTT-4.7.3-3")
  void a_name_has_at_most_65_535_bytes_of_UTF_8() {
    assertEquals(65_535, new TopicName("a".repeat(65_535)).value().length());
    assertEquals(21_845, new TopicName("\u20AC".repeat(21_845)).value().length());
    String two = "\u00E9".repeat(32_767);
    assertEquals(32_768, new TopicName(two + "a").value().length());
    String four = "\uD83D\uDE00".repeat(16_383);
    assertEquals(32_769, new TopicName(four + "abc").value().length());
    for (String name :
        new String[] {
          "a".repeat(65_536), "\u20AC".repeat(21_845) + "a", two + "\u00E9", four + "abcd"
        }) {
      assertRefused(name, "MQTT-4.7.3-3");
    }
  }

  @Test
  @Clause(v311 = "MQTT-4.7.3-4", v5 = "MQTT-4.7.3-4")
  void names_are_not_normalised() {
    assertNotEquals(new TopicName("\u00E9"), new TopicName("e\u0301"));
    assertNotEquals(new TopicName("a"), new TopicName("A"));
    assertNotEquals(new TopicName("a"), new TopicName("/a"));
    assertEquals(new TopicName("a"), new TopicName("a"));
  }

  private static void assertRefused(String name, String clause) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new TopicName(name));
    assertTrue(e.getMessage().contains("(" + clause + ")"), e.getMessage());
    assertTrue(e.getMessage().startsWith("topic"), e.getMessage());
  }
}
