package org.robustmqtt.shell;

import org.robustmqtt.Outcome;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.Stored;

/** An outcome for people. */
final class OutcomeText {
  private OutcomeText() {}

  /** Returns what became of a message. */
  static String text(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED -> acknowledged((Outcome.Acknowledged) outcome);
      case SENT -> "sent (QoS 0, not acknowledged)";
      case DROPPED -> dropped((Outcome.Dropped) outcome);
    };
  }

  /** Returns what became of the writing of a message. */
  static String text(Stored stored) {
    return switch (stored) {
      case ON_DISK -> "on disk";
      case SETTLED_FIRST -> "not written, it had its outcome first";
      case MEMORY_ONLY -> "in memory only";
      case FAILED -> "could not be written";
    };
  }

  private static String acknowledged(Outcome.Acknowledged outcome) {
    return "acknowledged by the broker, "
        + ReasonCode.describe(outcome.reasonCode())
        + (outcome.mayBeDuplicate() ? ", may be there twice" : "")
        + (outcome.qosLowered() ? ", with a lower QoS, the broker takes no higher one" : "");
  }

  private static String dropped(Outcome.Dropped outcome) {
    return "dropped: "
        + outcome.reason()
        + (outcome.reasonCode() == 0 ? "" : " " + ReasonCode.describe(outcome.reasonCode()))
        + (outcome.mayHaveArrived() ? ", may have arrived" : "");
  }
}
