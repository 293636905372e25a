package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonCodeTest {
  @Test
  void the_codes_are_those_of_the_standards_table() {
    Set<Integer> table = new HashSet<>(Set.of(0x00, 0x01, 0x02, 0x04, 0x10, 0x11, 0x18, 0x19));
    IntStream.rangeClosed(0x80, 0xA2).forEach(table::add);
    for (int value = -1; value <= 256; value++) {
      Optional<ReasonCode> code = ReasonCode.of(value);
      assertEquals(table.contains(value), code.isPresent(), Integer.toHexString(value));
      if (code.isPresent()) {
        assertEquals(value, code.get().value());
      }
    }
    assertEquals(table.size(), ReasonCode.values().length);
  }

  @Test
  @Clause(
      v311 = "MQTT-3.2.2-5",
      v5 = {"MQTT-3.2.2-8", "MQTT-4.13.2-1"})
  void codes_from_0x80_refuse_whether_they_are_known_or_not() {
    for (int value = 0; value < 256; value++) {
      boolean failure = value >= 0x80;
      assertEquals(failure, ReasonCode.failure(value));
      ReasonCode.of(value).ifPresent(code -> assertEquals(failure, code.failure()));
    }
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void a_code_is_described_by_number_and_name(ReasonCode code) {
    assertFalse(code.text().isBlank());
    assertEquals(
        String.format("0x%02X %s", code.value(), code.text()), ReasonCode.describe(code.value()));
    // the constant's name and the text say the same
    String letters = code.text().toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    assertEquals(code.name(), letters);
  }

  @Test
  void an_unknown_code_is_described_by_its_number() {
    assertEquals("0x03", ReasonCode.describe(3));
    assertEquals("0xFF", ReasonCode.describe(255));
    assertTrue(ReasonCode.describe(0x87).endsWith("not authorized"));
  }
}
