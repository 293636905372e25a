package org.robustmqtt.client.link;

import java.util.EnumSet;
import java.util.Set;
import org.robustmqtt.ProblemKind;

/** Which losses of a link may be the fault of a message (delivery-rules 5). */
final class Blame {
  /**
   * Not those that we ask for, nor those of which the broker says that they are its own affair, or
   * another client's.
   */
  private static final Set<ProblemKind> KINDS =
      EnumSet.of(
          ProblemKind.CONNECTION_LOST,
          ProblemKind.DISCONNECTED_BY_BROKER,
          ProblemKind.PROTOCOL_ERROR,
          ProblemKind.ACK_TIMEOUT,
          ProblemKind.KEEP_ALIVE_TIMEOUT,
          ProblemKind.WRITE_STALLED);

  private Blame() {}

  static boolean may(ProblemKind kind) {
    return KINDS.contains(kind);
  }
}
