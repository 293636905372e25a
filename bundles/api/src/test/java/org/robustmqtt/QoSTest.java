package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QoSTest {
  @ParameterizedTest
  @EnumSource(QoS.class)
  void a_level_names_its_quality_of_service(QoS qos) {
    assertEquals(qos, QoS.of(qos.level()));
  }

  @Test
  void the_levels_are_0_1_and_2() {
    assertEquals(0, QoS.AT_MOST_ONCE.level());
    assertEquals(1, QoS.AT_LEAST_ONCE.level());
    assertEquals(2, QoS.EXACTLY_ONCE.level());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3, 4, Integer.MIN_VALUE, Integer.MAX_VALUE})
  @Clause(v311 = "MQTT-3.3.1-4", v5 = "MQTT-3.3.1-4")
  void another_level_is_refused(int level) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> QoS.of(level));
    assertTrue(e.getMessage().contains("allowed are 0, 1 and 2"), e.getMessage());
  }

  @Test
  void the_lower_of_two_is_taken() {
    for (QoS one : QoS.values()) {
      for (QoS other : QoS.values()) {
        assertEquals(Math.min(one.level(), other.level()), one.atMost(other).level());
      }
    }
  }
}
