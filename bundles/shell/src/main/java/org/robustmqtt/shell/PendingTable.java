package org.robustmqtt.shell;

import java.time.Instant;
import java.util.List;
import org.robustmqtt.PendingMessage;

/** The table of {@code mqtt:browse}. */
final class PendingTable {
  /** The headings. */
  static final List<String> HEADINGS =
      List.of("Id", "Age", "Topic", "QoS", "Bytes", "State", "On disk", "Payload");

  /** The headings for messages that were put aside. */
  static final List<String> QUARANTINED =
      List.of("Id", "Age", "Topic", "QoS", "Bytes", "Attempts", "Last problem", "Payload");

  private static final int PAYLOAD = 40;

  private PendingTable() {}

  /** Returns the row of a message. */
  static List<String> row(PendingMessage pending, Instant now) {
    byte[] payload = pending.message().payload();
    return List.of(
        Long.toString(pending.id()),
        Ages.between(pending.acceptedAt(), now),
        pending.message().topic(),
        pending.message().qos().level() + (pending.message().retain() ? " retain" : ""),
        Integer.toString(payload.length),
        pending.inFlight() ? "in flight" : "queued",
        pending.onDisk() ? "yes" : "no",
        Payloads.text(payload, PAYLOAD));
  }

  /** Returns the row of a message that was put aside. */
  static List<String> quarantined(PendingMessage kept, Instant now) {
    byte[] payload = kept.message().payload();
    return List.of(
        Long.toString(kept.id()),
        Ages.between(kept.acceptedAt(), now),
        kept.message().topic(),
        kept.message().qos().level() + (kept.message().retain() ? " retain" : ""),
        Integer.toString(payload.length),
        Integer.toString(kept.attempts()),
        kept.lastProblem().map(problem -> problem.kind() + ": " + problem.text()).orElse("-"),
        Payloads.text(payload, PAYLOAD));
  }
}
