package org.robustmqtt.shell;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;

/** {@code mqtt:publish}. */
@Service
@Command(
    scope = "mqtt",
    name = "publish",
    description = "Publishes a text: mqtt:publish [NAME] TOPIC TEXT.")
public final class PublishCommand extends MqttAction {
  @Option(
      name = "-q",
      aliases = {"--qos"},
      description = "The quality of service: 0, 1 or 2.")
  int qos = 1;

  @Option(
      name = "-r",
      aliases = {"--retain"},
      description = "Asks the broker to retain it.")
  boolean retain;

  @Option(
      name = "-w",
      aliases = {"--wait"},
      description = "Waits for the outcome and prints it.")
  boolean await;

  @Option(name = "--timeout", description = "How many seconds -w waits.")
  int timeout = 30;

  @Option(
      name = "-s",
      aliases = {"--sync"},
      description = "Forces it to the disk at once.")
  boolean sync;

  @Option(
      name = "-d",
      aliases = {"--deadline"},
      description = "After how many seconds it is not sent any more.")
  int deadline;

  @Argument(
      index = 0,
      name = "name or topic",
      required = true,
      description = "The connection, which may be omitted if there is one only; else the topic.")
  @Completion(ConnectionNames.class)
  String first;

  @Argument(
      index = 1,
      name = "topic or text",
      required = true,
      description = "The topic, or the text if the connection is omitted.")
  String second;

  @Argument(index = 2, name = "text", description = "The text; in quotes if it has spaces.")
  String third;

  @Override
  void run(Hub hub, Console out) throws Exception {
    Optional<String> name = third == null ? Optional.empty() : given(first);
    Message message =
        Message.text(third == null ? first : second, third == null ? second : third)
            .withQos(qos)
            .withRetain(retain);
    if (sync) {
      message = message.withDurability(Durability.SYNC);
    }
    if (deadline != 0) {
      message = message.withDeadline(Duration.ofSeconds(deadline));
    }
    Message made = message;
    hub.connection(name, connection -> publish(connection, made, out));
  }

  private boolean publish(RobustMqttConnection connection, Message message, Console out)
      throws InterruptedException, CommandException {
    Ticket ticket = connection.publish(message);
    out.println(connection.name() + ": accepted as " + ticket.id());
    if (!await) {
      return true;
    }
    CountDownLatch ended = new CountDownLatch(1);
    ticket.outcome().thenRun(ended::countDown);
    ticket.stored().thenAccept(stored -> out.println("  stored:  " + OutcomeText.text(stored)));
    if (!ended.await(timeout, TimeUnit.SECONDS)) {
      throw new CommandException(
          "No outcome after " + timeout + " s; the message is still pending, see mqtt:browse.");
    }
    out.println("  outcome: " + OutcomeText.text(ticket.outcomeNow().orElseThrow()));
    return true;
  }
}
