package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePropertiesTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "a/+", "#", "a\u0000", "a\uD800"})
  @Clause(v5 = {"MQTT-3.3.2-13", "MQTT-3.3.2-14"})
  void a_response_topic_is_a_topic_name(String topic) {
    assertThrows(
        IllegalArgumentException.class, () -> MessageProperties.NONE.withResponseTopic(topic));
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void user_properties_keep_their_order_and_their_repetitions() {
    List<UserProperty> user =
        List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "1"));
    assertEquals(user, MessageProperties.NONE.withUserProperties(user).userProperties());
  }
}
