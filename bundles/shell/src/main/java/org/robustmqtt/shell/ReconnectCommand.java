package org.robustmqtt.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:reconnect}. */
@Service
@Command(
    scope = "mqtt",
    name = "reconnect",
    description = "Tries to connect now; when online, closes and connects again.")
public final class ReconnectCommand extends MqttAction {
  @Argument(name = "name", description = "The connection; may be omitted if there is one only.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    hub.connection(
        given(name),
        connection -> {
          connection.reconnectNow();
          out.println(connection.name() + ": trying now; mqtt:list shows how far it is.");
          return true;
        });
  }
}
