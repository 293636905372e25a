package org.robustmqtt.shell;

import java.time.Instant;
import java.util.List;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.QueueStatus;

/** The table of {@code mqtt:list}. */
final class StatusTable {
  /** The headings. */
  static final List<String> HEADINGS =
      List.of("Name", "State", "For", "Broker", "Queue", "In flight", "Oldest", "Remark");

  private static final int REMARK = 100;

  /** A fault ends with what to write instead. */
  private static final int FAULT = 300;

  private StatusTable() {}

  /** Returns the row of a connection. */
  static List<String> row(ConnectionStatus status, Instant now) {
    QueueStatus queue = status.queue();
    return List.of(
        status.name(),
        status.state().name(),
        Ages.between(status.since(), now),
        status.broker(),
        Integer.toString(queue.messages()),
        Integer.toString(queue.inFlight()),
        queue.oldest().map(oldest -> Ages.between(oldest, now)).orElse(""),
        Payloads.cut(
            remark(status, now), status.state() == ConnectionState.FAULTED ? FAULT : REMARK));
  }

  /** What a person should know first: what waits for them, then what is tried by itself. */
  private static String remark(ConnectionStatus status, Instant now) {
    return switch (status.state()) {
      case FAULTED -> status.faults().stream().findFirst().orElseGet(() -> problem(status));
      case WAITING ->
          status.waitsFor().map(what -> "waits for " + what).orElseGet(() -> waits(status, now));
      case CONNECTING, HANDSHAKING -> problem(status);
      case IDLE, ONLINE, CLOSING, CLOSED ->
          status.faults().stream()
              .findFirst()
              .or(
                  () ->
                      status
                          .journal()
                          .flatMap(journal -> journal.degraded().or(journal::unreadable)))
              .orElse("");
    };
  }

  private static String waits(ConnectionStatus status, Instant now) {
    return problem(status)
        + status
            .nextAttempt()
            .map(next -> (problem(status).isEmpty() ? "" : "; ") + again(next, now))
            .orElse("");
  }

  private static String again(Instant next, Instant now) {
    return "next try " + (next.isAfter(now) ? "in " + Ages.between(now, next) : "now");
  }

  private static String problem(ConnectionStatus status) {
    return status.problem().map(problem -> problem.text()).orElse("");
  }
}
