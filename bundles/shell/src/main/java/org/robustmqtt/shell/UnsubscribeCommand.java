package org.robustmqtt.shell;

import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:unsubscribe}. */
@Service
@Command(
    scope = "mqtt",
    name = "unsubscribe",
    description = "Gives a filter back to the broker: mqtt:unsubscribe [NAME] FILTER.")
public final class UnsubscribeCommand extends MqttAction {
  @Argument(
      index = 0,
      name = "name or filter",
      required = true,
      description = "The connection, which may be omitted if there is one only; else the filter.")
  @Completion(ConnectionNames.class)
  String first;

  @Argument(index = 1, name = "filter", description = "The topic filter.")
  String second;

  @Override
  void run(Hub hub, Console out) throws Exception {
    Optional<String> name = second == null ? Optional.empty() : given(first);
    String filter = second == null ? first : second;
    hub.connection(
        name,
        connection -> {
          boolean wanted = connection.unsubscribe(filter);
          out.println(
              connection.name()
                  + ": "
                  + filter
                  + (wanted ? " is given back." : " was not wanted."));
          return wanted;
        });
  }
}
