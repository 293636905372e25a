package org.robustmqtt.shell;

import org.robustmqtt.ReceivedMessage;

/** The line of {@code mqtt:subscribe} for a received message. */
final class ReceivedText {
  private static final int PAYLOAD = 2_000;

  private ReceivedText() {}

  /** Returns topic, payload and what is special about it. */
  static String line(ReceivedMessage message) {
    return message.topic()
        + "  "
        + Payloads.text(message.payload(), PAYLOAD)
        + (message.retained() ? "  [retained]" : "")
        + (message.duplicate() ? "  [duplicate]" : "")
        + (message.stale() ? "  [stale]" : "");
  }
}
