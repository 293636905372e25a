package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** The real hub and journal under a hundred changes of the configuration while messages flow. */
class ReconfigurationTest {
  private static final int CHANGES = 100;
  private static final int MESSAGES = 5_000;
  private static final int TOPICS = 10;

  @TempDir Path folder;

  private Map<String, Object> change(Map<String, Object> before, SplittableRandom random) {
    List<List<String>> choices =
        List.of(
            List.of("keepAlive", "60s", "30s"),
            List.of("maxInflight", "5", "20", "100"),
            List.of("username", "me", "you"),
            List.of("lwtTopic", "a", "b"),
            List.of("storeDelay", "0", "20ms", "200ms"),
            List.of("storeMinFree", "0", "1MB"),
            List.of(
                "storeDirectory",
                folder.resolve("one").toString(),
                folder.resolve("two").toString()),
            List.of("queueMaxMessages", "20000", "30000"),
            List.of("ackTimeout", "20s", "25s"),
            List.of("maxInflight", "none"));
    List<String> choice = choices.get(random.nextInt(choices.size()));
    return Hub.with(before, choice.get(0), choice.get(1 + random.nextInt(choice.size() - 1)));
  }

  @Test
  void nothing_is_lost_refused_or_reordered_and_each_message_has_one_outcome() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    List<Ticket> tickets = new ArrayList<>();
    Set<String> acknowledged = new HashSet<>();
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("hub"))) {
      Map<String, Object> settings = Hub.settings(broker.uri());
      Configuration configuration = hub.configure("home", settings);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      for (int i = 0; i < MESSAGES; i++) {
        if (i % (MESSAGES / CHANGES) == 0) {
          Map<String, Object> changed = change(settings, random);
          configuration.update(new Hashtable<>(changed));
          if (!"none".equals(changed.get("maxInflight"))) {
            settings = changed;
          }
        }
        QoS qos = QoS.of(random.nextInt(3));
        if (qos != QoS.AT_MOST_ONCE) {
          acknowledged.add("" + i);
        }
        tickets.add(
            home.publish(
                Message.text("t/" + random.nextInt(TOPICS), "" + i)
                    .withQos(qos)
                    .withDurability(Durability.GROUP)));
      }
      configuration.update(new Hashtable<>(settings));
      for (int i = 0; i < MESSAGES; i++) {
        Outcome outcome =
            tickets
                .get(i)
                .outcome()
                .toCompletableFuture()
                .get(Patience.millis(), TimeUnit.MILLISECONDS);
        assertEquals(
            acknowledged.contains("" + i) ? Outcome.Kind.ACKNOWLEDGED : Outcome.Kind.SENT,
            outcome.kind());
      }
      check(broker.recording().received(Publish.class), acknowledged);
      assertTrue(home.status().counters().connects() > 5);
      assertEquals(0, home.pending().messages());
    }
    // no directory that the queue lived in has anything left
    for (String directory : List.of("one", "two")) {
      try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
          Hub hub = Hub.start(folder.resolve("again-" + directory))) {
        hub.configure(
            "home",
            Hub.with(
                Hub.settings(broker.uri()),
                "storeDirectory",
                folder.resolve(directory).toString()));
        RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
        Await.until("it is idle", () -> home.pending().total() == 0);
        assertEquals(0, home.status().counters().recovered(), directory);
      }
    }
  }

  private static void check(List<Publish> sent, Set<String> acknowledged) {
    Map<String, Integer> last = new HashMap<>();
    Set<String> arrived = new HashSet<>();
    for (Publish publish : sent) {
      String text = new String(publish.payload(), StandardCharsets.UTF_8);
      if (arrived.add(text)) {
        Integer before = last.put(publish.topic(), Integer.valueOf(text));
        assertTrue(before == null || before < Integer.parseInt(text), text + " after " + before);
      }
    }
    Set<String> lost = new HashSet<>(acknowledged);
    lost.removeAll(arrived);
    assertEquals(Set.of(), lost);
  }
}
