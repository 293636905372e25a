package org.robustmqtt.shell;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Pending;
import org.robustmqtt.shell.runtime.WallClock;

/** {@code mqtt:info}. */
@Service
@Command(
    scope = "mqtt",
    name = "info",
    description = "Shows everything about a connection: state, problem, queue, journal, faults.")
public final class InfoCommand extends MqttAction {
  @Argument(name = "name", description = "The connection; may be omitted if there is one only.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    Optional<String> given = given(name);
    List<ConnectionStatus> faulted =
        hub.directory(
            directory ->
                directory.all().stream()
                    .filter(status -> given.map(status.name()::equals).orElse(true))
                    .filter(status -> !hub.names().contains(status.name()))
                    .toList());
    boolean onlyFaulted =
        !faulted.isEmpty() && given.map(none -> true).orElse(hub.names().isEmpty());
    if (onlyFaulted) {
      faulted.forEach(status -> print(status, Optional.empty(), out));
      return;
    }
    hub.connection(
        given,
        connection -> {
          print(connection.status(), Optional.of(connection.pending()), out);
          return true;
        });
  }

  private static void print(ConnectionStatus status, Optional<Pending> pending, Console out) {
    StatusText.lines(status, pending, WallClock.now(), ZoneId.systemDefault())
        .forEach(out::println);
  }
}
