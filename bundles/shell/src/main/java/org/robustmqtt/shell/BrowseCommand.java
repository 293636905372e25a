package org.robustmqtt.shell;

import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.shell.runtime.WallClock;

/** {@code mqtt:browse}. */
@Service
@Command(
    scope = "mqtt",
    name = "browse",
    description = "Shows the messages that are accepted and have no outcome yet, oldest first.")
public final class BrowseCommand extends MqttAction {
  @Option(
      name = "-n",
      aliases = {"--limit"},
      description = "How many at the most.")
  int limit = 20;

  @Option(
      name = "--quarantined",
      description = "Shows those that were put aside because the broker drops us for them.")
  boolean quarantined;

  @Option(name = "--no-format", description = "Prints no frames and no colours.")
  boolean noFormat;

  @Argument(name = "name", description = "The connection; may be omitted if there is one only.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    hub.connection(given(name), connection -> print(connection, out));
  }

  private boolean print(RobustMqttConnection connection, Console out) {
    Instant now = WallClock.now();
    if (quarantined) {
      return printQuarantined(connection, now, out);
    }
    List<List<String>> rows =
        connection.browse(limit).stream().map(entry -> PendingTable.row(entry, now)).toList();
    if (rows.isEmpty()) {
      out.println(connection.name() + ": nothing is pending.");
      return true;
    }
    out.table(PendingTable.HEADINGS, rows, noFormat);
    int all = connection.pending().messages();
    if (all > rows.size()) {
      out.println(more(rows.size(), limit, all));
    }
    return true;
  }

  /** What is on disk only is not shown, however many are asked for. */
  static String more(int shown, int asked, int all) {
    return shown
        + " of "
        + all
        + " shown; "
        + (shown < asked ? "the others are on disk only." : "-n shows more.");
  }

  private boolean printQuarantined(RobustMqttConnection connection, Instant now, Console out) {
    List<List<String>> rows =
        connection.quarantined(limit).stream()
            .map(entry -> PendingTable.quarantined(entry, now))
            .toList();
    if (rows.isEmpty()) {
      out.println(connection.name() + ": nothing was put aside.");
      return true;
    }
    out.table(PendingTable.QUARANTINED, rows, noFormat);
    out.println("mqtt:retry ID sends one again, mqtt:purge --quarantined throws all away.");
    return true;
  }
}
