package org.robustmqtt.shell;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;

/** {@code mqtt:subscribe}. */
@Service
@Command(
    scope = "mqtt",
    name = "subscribe",
    description = "Prints the messages of a filter until Ctrl-C: mqtt:subscribe [NAME] FILTER.")
public final class SubscribeCommand extends MqttAction {
  @Option(
      name = "-q",
      aliases = {"--qos"},
      description = "The highest quality of service: 0, 1 or 2.")
  int qos = 1;

  @Option(
      name = "-n",
      aliases = {"--count"},
      description = "Ends after so many messages.")
  int count;

  @Option(
      name = "-t",
      aliases = {"--timeout"},
      description = "Ends after so many seconds.")
  int timeout;

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
    try {
      subscribe(hub, out);
    } catch (CommandException | IllegalArgumentException | IllegalStateException e) {
      // the console shows no exception of a command with & behind it
      out.println(String.valueOf(e.getMessage()));
      out.flush();
    }
  }

  private void subscribe(Hub hub, Console out) throws Exception {
    Optional<String> name = second == null ? Optional.empty() : given(first);
    String filter = second == null ? first : second;
    hub.connection(name, connection -> follow(connection, filter, out));
  }

  private boolean follow(RobustMqttConnection connection, String filter, Console out) {
    boolean wanted =
        connection.status().subscriptions().stream()
            .anyMatch(subscription -> subscription.filter().equals(filter));
    CountDownLatch left = new CountDownLatch(count > 0 ? count : Integer.MAX_VALUE);
    MqttSubscriptionHandle handle =
        connection.subscribe(
            filter,
            QoS.of(qos),
            message -> {
              if (left.getCount() > 0) {
                out.println(ReceivedText.line(message));
                // the console shows what is flushed, else only what a command has left at its end
                out.flush();
                left.countDown();
              }
            });
    try {
      out.println("Listening to " + filter + " on " + connection.name() + end());
      out.flush();
      left.await(timeout > 0 ? timeout : Long.MAX_VALUE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // Ctrl-C: the command has ended, its thread goes on
      out.println();
    } finally {
      handle.close();
    }
    if (!wanted) {
      // nobody wanted it before: the broker need not keep anything for it
      connection.unsubscribe(filter);
    }
    return true;
  }

  private String end() {
    return count > 0 ? " for " + Counts.of(count, "message") + "." : " until Ctrl-C.";
  }
}
