package org.robustmqtt;

import java.util.Objects;

/**
 * A name and a value that travel with an MQTT 5 message (5.0, section 3.3.2.3.7). Names may repeat,
 * and the order is kept (MQTT-3.3.2-17, MQTT-3.3.2-18).
 *
 * @param name the name; well-formed UTF-16 without U+0000, at most 65,535 bytes in UTF-8
 * @param value the value; the same limits
 */
public record UserProperty(String name, String value) {
  /**
   * Checks both strings.
   *
   * @throws IllegalArgumentException if one of them cannot be an MQTT string (MQTT-1.5.4-1, -2)
   */
  public UserProperty {
    MqttString.check("user property name", Objects.requireNonNull(name, "name"));
    MqttString.check("user property value", Objects.requireNonNull(value, "value"));
  }
}
