package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserPropertyTest {
  @Test
  void both_strings_may_be_empty_and_are_kept_as_they_are() {
    UserProperty empty = new UserProperty("", "");
    assertEquals("", empty.name() + empty.value());
    UserProperty property = new UserProperty("\uFEFFn", "e\u0301");
    assertEquals("\uFEFFn", property.name());
    assertNotEquals(new UserProperty("\uFEFFn", "\u00E9"), property);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0000", "\uD800", "\uDC00a"})
  @Clause(v5 = {"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-1.5.7-1"})
  void both_strings_are_well_formed(String bad) {
    IllegalArgumentException name =
        assertThrows(IllegalArgumentException.class, () -> new UserProperty(bad, "v"));
    assertTrue(name.getMessage().startsWith("user property name"), name.getMessage());
    IllegalArgumentException value =
        assertThrows(IllegalArgumentException.class, () -> new UserProperty("n", bad));
    assertTrue(value.getMessage().startsWith("user property value"), value.getMessage());
  }

  @Test
  void both_strings_have_at_most_65_535_bytes() {
    String longest = "a".repeat(65_535);
    assertEquals(longest, new UserProperty(longest, longest).value());
    assertThrows(IllegalArgumentException.class, () -> new UserProperty(longest + "a", ""));
    assertThrows(IllegalArgumentException.class, () -> new UserProperty("", longest + "a"));
  }
}
