package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** A running connection that is moved to a directory in which messages lie. */
class OtherDirectoryTest {
  @TempDir Path folder;

  private Map<String, Object> settings(String uri, String directory) {
    return Hub.with(Hub.settings(uri), "storeDirectory", folder.resolve(directory).toString());
  }

  private void leaveMessages(String directory, int count) throws Exception {
    String nobody;
    try (ScriptedBroker gone = ScriptedBroker.start()) {
      nobody = gone.uri();
    }
    try (Hub hub = Hub.start(folder.resolve("before"))) {
      hub.configure("home", settings(nobody, directory));
      RobustMqttConnection home = hub.await("home", ConnectionState.WAITING);
      for (int i = 0; i < count; i++) {
        Message message =
            Message.text("home/" + i, "old " + i).withQos(1).withDurability(Durability.SYNC);
        Stored stored =
            home.publish(message)
                .stored()
                .toCompletableFuture()
                .get(Patience.millis(), TimeUnit.MILLISECONDS);
        assertEquals(Stored.ON_DISK, stored);
      }
    }
  }

  @Test
  void messages_that_lie_in_the_new_directory_are_sent_at_once_and_not_at_the_next_start()
      throws Exception {
    leaveMessages("two", 3);
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("hub"))) {
      Configuration configuration = hub.configure("home", settings(broker.uri(), "one"));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      home.publish(Message.text("home/0", "new").withQos(1))
          .outcome()
          .toCompletableFuture()
          .get(Patience.millis(), TimeUnit.MILLISECONDS);

      configuration.update(new Hashtable<>(settings(broker.uri(), "two")));

      Await.until("all have arrived", () -> broker.recording().received(Publish.class).size() == 4);
      assertEquals(
          List.of("new", "old 0", "old 1", "old 2"),
          broker.recording().received(Publish.class).stream()
              .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
              .toList());
      RobustMqttConnection again = hub.await("home", ConnectionState.ONLINE);
      Await.until("nothing waits", () -> again.pending().total() == 0);
      assertEquals(3, again.status().counters().recovered());
    }
  }
}
