package org.robustmqtt;

/** The rules for every string of the protocol (3.1.1: 1.5.3; 5.0: 1.5.4). */
final class MqttString {
  /** The longest string that a packet can hold, in bytes of UTF-8. */
  static final int MAX_BYTES = 65_535;

  private MqttString() {}

  /**
   * Checks that a value can be sent as an MQTT string and returns it.
   *
   * @throws IllegalArgumentException naming the value's role and the rule that it breaks
   */
  static String check(String role, String value) {
    int bytes = 0;
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException(
            role + ": U+0000 at index " + i + " is not allowed (MQTT-1.5.4-2)");
      }
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        throw new IllegalArgumentException(
            role + ": unpaired surrogate at index " + i + " (MQTT-1.5.4-1)");
      }
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          role + ": " + bytes + " bytes in UTF-8, allowed are " + MAX_BYTES + " (MQTT-4.7.3-3)");
    }
    return value;
  }
}
