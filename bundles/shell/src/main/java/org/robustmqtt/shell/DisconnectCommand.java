package org.robustmqtt.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:disconnect}. */
@Service
@Command(
    scope = "mqtt",
    name = "disconnect",
    description = "Disconnects until mqtt:connect; messages are queued.")
public final class DisconnectCommand extends MqttAction {
  @Argument(name = "name", description = "The connection; may be omitted if there is one only.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    hub.connection(
        given(name),
        connection -> {
          connection.disconnect();
          out.println(
              connection.name()
                  + ": disconnecting; it stays so until mqtt:connect. Messages are queued.");
          return true;
        });
  }
}
