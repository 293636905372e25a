package org.robustmqtt.shell;

import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:policy}. */
@Service
@Command(
    scope = "mqtt",
    name = "policy",
    description = "Shows which policy a topic has, why, and all that is in force: [NAME] TOPIC.")
public final class PolicyCommand extends MqttAction {
  @Argument(
      index = 0,
      name = "name or topic",
      required = true,
      description = "The connection, which may be omitted if there is one only; else the topic.")
  @Completion(ConnectionNames.class)
  String first;

  @Argument(index = 1, name = "topic", description = "The topic, without wildcards.")
  String second;

  @Override
  void run(Hub hub, Console out) throws Exception {
    Optional<String> name = second == null ? Optional.empty() : given(first);
    String topic = second == null ? first : second;
    hub.connection(
        name,
        connection -> {
          PolicyText.lines(connection.policy(topic)).forEach(out::println);
          return true;
        });
  }
}
