package org.robustmqtt.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:connect}. */
@Service
@Command(
    scope = "mqtt",
    name = "connect",
    description = "Connects a connection that was disconnected by hand.")
public final class ConnectCommand extends MqttAction {
  @Argument(name = "name", description = "The connection; may be omitted if there is one only.")
  @Completion(ConnectionNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    hub.connection(
        given(name),
        connection -> {
          connection.connect();
          out.println(connection.name() + ": connecting; mqtt:list shows how far it is.");
          return true;
        });
  }
}
