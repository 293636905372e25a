package org.robustmqtt.client.link;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;

/** Which losses of a link may be the fault of a message (delivery-rules 5). */
final class Blame {
  /** Not those that we ask for, nor another client's. */
  private static final Set<ProblemKind> KINDS =
      EnumSet.of(
          ProblemKind.CONNECTION_LOST,
          ProblemKind.DISCONNECTED_BY_BROKER,
          ProblemKind.PROTOCOL_ERROR,
          ProblemKind.ACK_TIMEOUT,
          ProblemKind.KEEP_ALIVE_TIMEOUT,
          ProblemKind.WRITE_STALLED);

  /** With these the broker says that it is its own affair. */
  private static final Set<Integer> BROKERS_OWN =
      Stream.of(
              ReasonCode.SERVER_BUSY,
              ReasonCode.SERVER_SHUTTING_DOWN,
              ReasonCode.ADMINISTRATIVE_ACTION,
              ReasonCode.USE_ANOTHER_SERVER,
              ReasonCode.SERVER_MOVED,
              ReasonCode.CONNECTION_RATE_EXCEEDED,
              ReasonCode.MAXIMUM_CONNECT_TIME)
          .map(ReasonCode::value)
          .collect(Collectors.toUnmodifiableSet());

  /** With these we close because of what the broker sent, which none of our messages asks for. */
  private static final Set<Integer> SENT_BY_BROKER =
      Stream.of(
              ReasonCode.MALFORMED_PACKET,
              ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
              ReasonCode.TOPIC_ALIAS_INVALID,
              ReasonCode.PACKET_TOO_LARGE)
          .map(ReasonCode::value)
          .collect(Collectors.toUnmodifiableSet());

  private Blame() {}

  /** Returns whether the broker ended it, or left something unanswered on a link that was alive. */
  static boolean answerable(ProblemKind kind) {
    return kind == ProblemKind.CONNECTION_LOST
        || kind == ProblemKind.DISCONNECTED_BY_BROKER
        || kind == ProblemKind.ACK_TIMEOUT;
  }

  /** Returns the problem with the filter that it is put down to. */
  static Problem filter(Problem problem, String filter) {
    String text =
        problem.text()
            + ": it ends the connection whenever it is asked for the filter "
            + filter
            + ", which is put aside until its listener or the configuration changes";
    return new Problem(
        Place.SUBSCRIBE,
        ProblemKind.SUBSCRIPTION_REFUSED,
        problem.reasonCode(),
        text,
        problem.at());
  }

  /** Returns the problem with what is said of the birth message. */
  static Problem birth(Problem problem, String text) {
    return new Problem(
        Place.PUBLISH, problem.kind(), problem.reasonCode(), problem.text() + text, problem.at());
  }

  static boolean may(ProblemKind kind, int reasonCode) {
    return KINDS.contains(kind)
        && !BROKERS_OWN.contains(reasonCode)
        && !(kind == ProblemKind.PROTOCOL_ERROR && SENT_BY_BROKER.contains(reasonCode));
  }
}
