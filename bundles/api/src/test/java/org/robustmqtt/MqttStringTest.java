package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MqttStringTest {
  @Test
  @Clause(
      v311 = {"MQTT-1.5.3-1", "MQTT-1.5.3-3"},
      v5 = {"MQTT-1.5.4-1", "MQTT-1.5.4-3"})
  void every_character_but_U0000_and_surrogates_is_allowed() {
    for (int point = 1; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        String string = Character.toString(point);
        assertSame(string, MqttString.check("it", string));
      }
    }
  }

  @Test
  void the_limit_counts_the_bytes_of_UTF_8() {
    for (String character : new String[] {"a", "\u00E9", "\u20AC", "\uD83D\uDE00"}) {
      int size = character.getBytes(StandardCharsets.UTF_8).length;
      int most = MqttString.MAX_BYTES / size;
      String longest = character.repeat(most) + "a".repeat(MqttString.MAX_BYTES - most * size);
      assertEquals(MqttString.MAX_BYTES, longest.getBytes(StandardCharsets.UTF_8).length);
      assertSame(longest, MqttString.check("it", longest));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> MqttString.check("it", longest + "a"));
      assertEquals("it: 65536 bytes in UTF-8, allowed are 65535 (MQTT-4.7.3-3)", e.getMessage());
    }
  }

  @Test
  void a_refusal_names_the_role_and_the_place() {
    IllegalArgumentException zero =
        assertThrows(IllegalArgumentException.class, () -> MqttString.check("it", "ab\u0000"));
    assertEquals("it: U+0000 at index 2 is not allowed (MQTT-1.5.4-2)", zero.getMessage());
    IllegalArgumentException half =
        assertThrows(IllegalArgumentException.class, () -> MqttString.check("it", "a\uD800b"));
    assertTrue(half.getMessage().startsWith("it: unpaired surrogate at index 1"));
  }
}
