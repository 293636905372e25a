package org.robustmqtt.shell;

/** Numbers of things, as people write them. */
final class Counts {
  private Counts() {}

  /** Returns the number with its thing: 1 message, 2 messages. */
  static String of(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
