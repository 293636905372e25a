package org.robustmqtt.shell;

import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.shell.runtime.WallClock;

/** {@code mqtt:list}. */
@Service
@Command(scope = "mqtt", name = "list", description = "Lists the MQTT connections.")
public final class ListCommand extends MqttAction {
  @Option(name = "--no-format", description = "Prints no frames and no colours.")
  boolean noFormat;

  @Override
  void run(Hub hub, Console out) throws Exception {
    hub.directory(directory -> print(directory, out));
  }

  private boolean print(ConnectionDirectory directory, Console out) {
    List<ConnectionStatus> all = directory.all();
    if (all.isEmpty()) {
      FirstSteps.lines(System.getProperty("karaf.etc", "")).forEach(out::println);
    } else {
      Instant now = WallClock.now();
      List<List<String>> rows = all.stream().map(status -> StatusTable.row(status, now)).toList();
      out.table(StatusTable.HEADINGS, rows, noFormat);
    }
    List<String> orphans = directory.orphans();
    if (!orphans.isEmpty()) {
      out.println("Journals without a configuration: " + String.join(", ", orphans));
      out.println("(a configuration of that name takes it up, mqtt:purge --orphan deletes it)");
    }
    return true;
  }
}
