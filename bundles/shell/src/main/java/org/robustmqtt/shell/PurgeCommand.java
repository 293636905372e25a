package org.robustmqtt.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.robustmqtt.RobustMqttConnection;

/** {@code mqtt:purge}. */
@Service
@Command(
    scope = "mqtt",
    name = "purge",
    description =
        "Cancels every message that was not sent yet, throws away what was put aside, or deletes"
            + " the journal of a connection that is not configured any more.")
public final class PurgeCommand extends MqttAction {
  @Option(name = "--orphan", description = "Deletes the journal with this name.")
  @Completion(OrphanNames.class)
  String orphan;

  @Option(
      name = "--quarantined",
      description = "Throws away the messages that were put aside, instead.")
  boolean quarantined;

  @Option(
      name = "-f",
      aliases = {"--force"},
      description = "Does it although the connection is not named.")
  boolean force;

  @Argument(name = "name", description = "The connection; naming it is saying that you mean it.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    if (given(orphan).isPresent()) {
      boolean there = hub.directory(directory -> directory.purgeOrphan(orphan));
      if (!there) {
        throw new CommandException("There is no journal \"" + orphan + "\".");
      }
      out.println("The journal of " + orphan + " is deleted.");
      return;
    }
    hub.connection(given(name), connection -> purge(connection, out));
  }

  private boolean purge(RobustMqttConnection connection, Console out) throws CommandException {
    if (quarantined) {
      out.println(connection.name() + ": " + connection.purgeQuarantined() + " thrown away.");
      return true;
    }
    int pending = connection.pending().messages();
    if (pending == 0) {
      out.println(connection.name() + ": nothing is pending.");
      return true;
    }
    if (!force && given(name).isEmpty()) {
      throw new CommandException(
          Counts.of(pending, "message")
              + " pending; to cancel what was not sent: mqtt:purge "
              + connection.name());
    }
    out.println(
        connection.name() + ": " + Counts.of(connection.purge(), "message") + " cancelled.");
    return true;
  }
}
