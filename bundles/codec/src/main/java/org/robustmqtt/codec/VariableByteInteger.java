package org.robustmqtt.codec;

/** The protocol's integers of one to four bytes (3.1.1: section 2.2.3; 5.0: section 1.5.5). */
final class VariableByteInteger {
  /** The largest value. */
  static final int MAX = 268_435_455;

  /** The most bytes that one has. */
  static final int MAX_SIZE = 4;

  private VariableByteInteger() {}

  /** Returns how many bytes the shortest form of a value has (MQTT-1.5.5-1). */
  static int size(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }
}
