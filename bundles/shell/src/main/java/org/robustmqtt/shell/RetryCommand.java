package org.robustmqtt.shell;

import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;

/** {@code mqtt:retry}. */
@Service
@Command(
    scope = "mqtt",
    name = "retry",
    description =
        "Publishes a message that was put aside once more: mqtt:retry [NAME] ID, or --all [NAME].")
public final class RetryCommand extends MqttAction {
  @Option(name = "--all", description = "All that were put aside, oldest first.")
  boolean all;

  @Argument(
      index = 0,
      name = "name or id",
      description = "The connection, which may be omitted if there is one only; else the id.")
  @Completion(ConnectionNames.class)
  String first;

  @Argument(index = 1, name = "id", description = "As mqtt:browse --quarantined shows it.")
  String second;

  @Override
  void run(Hub hub, Console out) throws Exception {
    if (all) {
      hub.connection(given(first), connection -> retryAll(connection, out));
      return;
    }
    Optional<String> id = given(second).or(() -> given(first));
    Optional<String> name = given(second).isPresent() ? given(first) : Optional.empty();
    if (id.isEmpty()) {
      throw new CommandException("Which one? mqtt:browse --quarantined shows the ids.");
    }
    long number = number(id.get());
    hub.connection(name, connection -> retry(connection, number, out));
  }

  private static long number(String id) throws CommandException {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      throw new CommandException("\"" + id + "\" is no id; mqtt:browse --quarantined shows them.");
    }
  }

  private static boolean retry(RobustMqttConnection connection, long id, Console out)
      throws CommandException {
    Optional<Ticket> ticket = connection.retry(id);
    if (ticket.isEmpty()) {
      throw new CommandException(connection.name() + ": " + id + " is not among those put aside.");
    }
    out.println(connection.name() + ": " + id + " accepted as " + ticket.get().id());
    return true;
  }

  private static boolean retryAll(RobustMqttConnection connection, Console out)
      throws CommandException {
    List<PendingMessage> kept = connection.quarantined(Integer.MAX_VALUE);
    for (PendingMessage message : kept) {
      retry(connection, message.id(), out);
    }
    if (kept.isEmpty()) {
      out.println(connection.name() + ": nothing was put aside.");
    }
    return true;
  }
}
