package org.robustmqtt;

import java.util.Objects;

/**
 * The name under which a message is published (5.0, section 4.7). Names are compared character by
 * character, never normalised (MQTT-4.7.3-4).
 *
 * @param value the name: at least one character, no wildcard, no U+0000, at most 65,535 bytes in
 *     UTF-8
 */
public record TopicName(String value) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException naming the rule that the name breaks (MQTT-4.7.1-1,
   *     MQTT-4.7.3-1 to -3)
   */
  public TopicName {
    Objects.requireNonNull(value, "topic");
    if (value.isEmpty()) {
      throw new IllegalArgumentException("topic: must not be empty (MQTT-4.7.3-1)");
    }
    MqttString.check("topic", value);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '+' || c == '#') {
        throw new IllegalArgumentException(
            "topic \""
                + value
                + "\": the wildcard '"
                + c
                + "' is allowed in filters only"
                + " (MQTT-4.7.0-1)");
      }
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
