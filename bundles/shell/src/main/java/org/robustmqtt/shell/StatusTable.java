package org.robustmqtt.shell;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QueueStatus;

/** The table of {@code mqtt:list}. */
final class StatusTable {
  /** The headings. */
  static final List<String> HEADINGS =
      List.of("Name", "State", "For", "Broker", "Queue", "In flight", "Oldest", "Remark");

  private static final int REMARK = 100;

  /** A fault ends with what to write instead, a problem with what to look at. */
  private static final int FAULT = 300;

  /** With these there is no connection, whatever else is wrong or doubtful in its settings. */
  private static final Set<ProblemKind> BEFORE_ALL =
      EnumSet.of(
          ProblemKind.NAME_TAKEN,
          ProblemKind.STORE_MISSING,
          ProblemKind.STORE_LOCKED,
          ProblemKind.STORE_UNREADABLE);

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
        remark(status, now));
  }

  private static String remark(ConnectionStatus status, Instant now) {
    boolean whole =
        status.state() == ConnectionState.FAULTED || status.state() == ConnectionState.WAITING;
    return Payloads.cut(first(status), whole ? FAULT : REMARK) + next(status, now);
  }

  /** What a person should know first: what waits for them, then what is tried by itself. */
  private static String first(ConnectionStatus status) {
    return switch (status.state()) {
      case FAULTED ->
          status
              .problem()
              .filter(problem -> BEFORE_ALL.contains(problem.kind()))
              .map(Problem::text)
              .or(() -> status.faults().stream().findFirst())
              .orElseGet(() -> problem(status));
      case WAITING ->
          status.waitsFor().map(what -> "waits for " + what).orElseGet(() -> problem(status));
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

  /** When it is tried again: never cut off. */
  private static String next(ConnectionStatus status, Instant now) {
    return status
        .nextAttempt()
        .filter(next -> status.state() == ConnectionState.WAITING && status.waitsFor().isEmpty())
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
