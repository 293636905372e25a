package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.itests.testkit.Threads;

/** Bundles and hub stop and start: nothing is left behind, nothing is lost. */
class RestartTest {
  private static final int RESTARTS = 20;
  private static final int MESSAGES = 50;

  @TempDir Path folder;

  private static void publish(RobustMqttConnection connection, int count) throws Exception {
    List<org.robustmqtt.Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tickets.add(connection.publish(Message.text("n", "" + i).withDurability(Durability.SYNC)));
    }
    for (org.robustmqtt.Ticket ticket : tickets) {
      assertEquals(
          Stored.ON_DISK,
          ticket.stored().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS));
    }
  }

  private static List<String> texts(List<Publish> sent) {
    return sent.stream().map(one -> new String(one.payload(), StandardCharsets.UTF_8)).toList();
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).toList();
  }

  @Test
  void the_client_restarted_twenty_times_connects_each_time_and_leaves_no_thread()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      for (int i = 1; i <= RESTARTS; i++) {
        broker.recording().await(Connect.class, i);
        hub.await("home", ConnectionState.ONLINE);
        hub.bundle(Hub.CLIENT).stop();
        assertTrue(hub.reference("home").isEmpty());
        Threads.awaitNone("robust-mqtt/loop");
        hub.bundle(Hub.CLIENT).start();
      }
      hub.await("home", ConnectionState.ONLINE);
      List<String> ids =
          broker.recording().received(Connect.class).stream()
              .map(Connect::clientId)
              .distinct()
              .toList();
      assertEquals(1, ids.size(), "the generated client identifier stays: " + ids);
    }
  }

  @Test
  void both_bundles_restarted_twenty_times_leave_no_thread_of_any_kind() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      for (int i = 1; i <= RESTARTS; i++) {
        hub.await("home", ConnectionState.ONLINE);
        hub.bundle(Hub.CLIENT).stop();
        hub.bundle(Hub.PERSISTENCE).stop();
        Threads.awaitNone(Hub.THREADS);
        hub.bundle(Hub.PERSISTENCE).start();
        hub.bundle(Hub.CLIENT).start();
      }
      assertEquals(
          ConnectionState.ONLINE, hub.await("home", ConnectionState.ONLINE).status().state());
    }
  }

  @Test
  void messages_on_disk_are_sent_after_the_bundles_were_restarted_in_their_order()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      broker.refuse();
      hub.configure("home", Hub.settings(broker.uri()));
      publish(hub.connection("home"), MESSAGES);
      hub.bundle(Hub.CLIENT).stop();
      hub.bundle(Hub.PERSISTENCE).stop();
      hub.bundle(Hub.PERSISTENCE).start();
      hub.bundle(Hub.CLIENT).start();
      assertEquals(MESSAGES, hub.connection("home").status().counters().recovered());
      broker.listen();
      assertEquals(numbers(MESSAGES), texts(broker.recording().await(Publish.class, MESSAGES)));
    }
  }

  @Test
  void messages_on_disk_are_sent_after_the_whole_hub_was_restarted() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite())) {
      broker.refuse();
      try (Hub hub = Hub.start(folder)) {
        hub.configure("home", Hub.settings(broker.uri()));
        publish(hub.connection("home"), MESSAGES);
      }
      broker.listen();
      try (Hub hub = Hub.start(folder)) {
        RobustMqttConnection home = hub.connection("home");
        assertEquals(numbers(MESSAGES), texts(broker.recording().await(Publish.class, MESSAGES)));
        Await.until("all have their outcome", () -> home.pending().total() == 0);
        assertEquals(MESSAGES, home.status().counters().acknowledged());
      }
      try (Hub hub = Hub.start(folder)) {
        RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
        assertEquals(0, home.status().counters().recovered());
      }
      assertEquals(MESSAGES, broker.recording().received(Publish.class).size());
    }
  }

  @Test
  void what_was_in_flight_at_the_stop_is_sent_again_with_its_packet_id() throws Exception {
    try (ScriptedBroker broker =
        ScriptedBroker.start().serve(Manners.polite().ignoring(PacketType.PUBLISH))) {
      try (Hub hub = Hub.start(folder)) {
        hub.configure("home", Hub.settings(broker.uri()));
        hub.await("home", ConnectionState.ONLINE);
        publish(hub.connection("home"), 1);
        broker.recording().await(Publish.class, 1);
      }
      try (Hub hub = Hub.start(folder)) {
        hub.connection("home");
        List<Publish> sent = broker.recording().await(Publish.class, 2);
        assertEquals(sent.get(0).packetId(), sent.get(1).packetId());
        assertEquals("0", texts(sent).get(1));
        boolean resumed = !broker.recording().received(Connect.class).get(1).cleanStart();
        assertEquals(resumed, sent.get(1).duplicate());
        assertTrue(resumed, "the broker kept the session, so it is resumed");
      }
    }
  }
}
