package org.robustmqtt.client.component;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Problem;

/** The status of what has no link. */
final class Statuses {
  private Statuses() {}

  /** Returns the status of a configuration that cannot work. */
  static ConnectionStatus faulted(String name, Problem problem, List<String> faults) {
    return ConnectionStatus.builder(name)
        .state(ConnectionState.FAULTED, problem.at())
        .problem(Optional.of(problem))
        .faults(faults)
        .build();
  }

  /** Returns the status of a connection that was deleted or stopped. */
  static ConnectionStatus closed(String name, Instant at) {
    return ConnectionStatus.builder(name).state(ConnectionState.CLOSED, at).build();
  }

  /** Returns the same status with other faults. */
  static ConnectionStatus withFaults(ConnectionStatus status, List<String> faults) {
    return ConnectionStatus.builder(status.name())
        .state(status.state(), status.since())
        .problem(status.problem())
        .faults(faults)
        .build();
  }
}
