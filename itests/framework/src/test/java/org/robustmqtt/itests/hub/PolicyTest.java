package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** Policy lines on the real hub with the real journal. */
class PolicyTest {
  private static final Message NAMED = Message.text("t", "x").withPolicy("alarm");
  private static final String ALARM = "policy.alarm";
  private static final String LINE = "home/+/alarm/# | preset=alarm";

  @TempDir Path folder;

  @Test
  void a_policy_line_is_in_force_live() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      Map<String, Object> settings = Hub.settings(broker.uri());
      Configuration configuration = hub.configure("home", settings);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      NotAcceptedException refusal =
          assertThrows(NotAcceptedException.class, () -> home.publish(NAMED));
      assertEquals(NotAcceptedException.Reason.POLICY_UNKNOWN, refusal.reason());

      configuration.update(new Hashtable<>(Hub.with(settings, ALARM, LINE)));
      Await.until("it is there", () -> home.policy("home/hall/alarm").label().equals("alarm"));

      Ticket ticket = home.publish(NAMED);
      Outcome outcome =
          ticket.outcome().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(Outcome.Kind.ACKNOWLEDGED, outcome.kind());
      assertEquals(1, home.status().counters().connects());
    }
  }

  @Test
  void a_message_names_its_policy_after_a_restart_too() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite())) {
      Map<String, Object> online =
          Hub.with(Hub.settings(broker.uri()), ALARM, "none/# | priority=9");
      try (Hub hub = Hub.start(folder)) {
        hub.configure("home", Hub.with(online, "enabled", "false"));
        RobustMqttConnection home = hub.await("home", ConnectionState.CLOSED);
        for (Message message :
            List.of(Message.text("t", "first"), Message.text("u", "named").withPolicy("alarm"))) {
          Ticket ticket = home.publish(message.withDurability(Durability.SYNC));
          Stored stored =
              ticket.stored().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
          assertEquals(Stored.ON_DISK, stored);
        }
      }
      try (Hub hub = Hub.start(folder)) {
        hub.configure("home", online);
        RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
        Await.until("all is sent", () -> home.pending().total() == 0);
        assertEquals(
            List.of("named", "first"),
            broker.recording().received(Publish.class).stream()
                .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
                .toList());
      }
    }
  }
}
