package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** The service of the journal goes and comes, as when its bundle is updated. */
class JournalServiceTest {
  private static final int PUBLISHERS = 3;
  private static final int CHANGES = 8;

  @TempDir Path folder;

  private Map<String, Object> settings(String uri) {
    return Hub.with(Hub.settings(uri), "storeDirectory", store().toString());
  }

  private Path store() {
    return folder.resolve("store");
  }

  private static String nobody() throws IOException {
    try (ScriptedBroker gone = ScriptedBroker.start()) {
      return gone.uri();
    }
  }

  private static Message message(String payload, Durability durability) {
    return Message.text("home/" + payload, payload).withQos(1).withDurability(durability);
  }

  private static Stored stored(Ticket ticket) throws Exception {
    return ticket.stored().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
  }

  private static Outcome outcome(Ticket ticket) throws Exception {
    return ticket.outcome().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
  }

  private static Optional<String> degraded(RobustMqttConnection home) {
    return home.status().journal().flatMap(journal -> journal.degraded());
  }

  private static void awaitJournal(RobustMqttConnection home) {
    Await.until(() -> "the journal is back: " + home.status(), () -> degraded(home).isEmpty());
  }

  private static List<String> arrived(ScriptedBroker broker) {
    return broker.recording().received(Publish.class).stream()
        .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
        .distinct()
        .sorted()
        .toList();
  }

  /** What the disk has at this moment: what the next process would find after a kill. */
  private Path copy(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name).resolve("home"));
    try (Stream<Path> files = Files.list(store().resolve("home"))) {
      for (Path file : files.toList()) {
        if (file.toString().endsWith(".seg")) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    return copy.getParent();
  }

  private final class Publisher extends Thread {
    private final RobustMqttConnection home;
    private final int number;
    private final AtomicBoolean over;
    private final List<Ticket> tickets = new ArrayList<>();

    Publisher(RobustMqttConnection home, int number, AtomicBoolean over) {
      this.home = home;
      this.number = number;
      this.over = over;
    }

    @Override
    public void run() {
      for (int i = 0; !over.get(); i++) {
        Message message =
            Message.text("t/" + number, number + "-" + i)
                .withQos(i % 3)
                .withDurability(i % 4 == 0 ? Durability.MEMORY : Durability.GROUP);
        try {
          tickets.add(home.publish(message));
        } catch (NotAcceptedException full) {
          Thread.yield();
        }
      }
    }
  }

  @Test
  void numbers_are_unique_and_each_message_has_one_outcome_while_publishers_race()
      throws Exception {
    Set<Long> ids = new HashSet<>();
    Path copy;
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      AtomicBoolean over = new AtomicBoolean();
      List<Publisher> publishers = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        publishers.add(new Publisher(home, i, over));
        publishers.get(i).start();
      }
      for (int i = 0; i < CHANGES; i++) {
        hub.bundle(Hub.PERSISTENCE).stop();
        Await.until("it is gone", () -> degraded(home).isPresent());
        hub.bundle(Hub.PERSISTENCE).start();
        awaitJournal(home);
      }
      over.set(true);
      for (Publisher publisher : publishers) {
        publisher.join();
        assertFalse(publisher.tickets.isEmpty());
        for (Ticket ticket : publisher.tickets) {
          assertTrue(ids.add(ticket.id()), "given out twice: " + ticket.id());
          Outcome outcome = outcome(ticket);
          assertTrue(outcome.kind() != Outcome.Kind.DROPPED, ticket.id() + ": " + outcome);
        }
      }
      assertSame(home, hub.connection("home"), "the same service all the time");
      Await.until(
          "nothing is left",
          () ->
              home.pending().total() == 0
                  && home.status().journal().orElseThrow().liveMessages() == 0);
      copy = copy("copy");
    }
    try (Hub next = Hub.start(folder.resolve("next"))) {
      next.configure("home", Hub.with(Hub.settings(nobody()), "storeDirectory", copy.toString()));
      RobustMqttConnection after = next.await("home", ConnectionState.WAITING);
      assertEquals(0, after.status().counters().recovered());
      assertTrue(ids.add(after.publish(message("x", Durability.SYNC)).id()), "also after that");
    }
  }

  @Test
  void what_was_accepted_meanwhile_is_on_disk_when_the_service_is_back() throws Exception {
    Path copy;
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", settings(nobody()));
      RobustMqttConnection home = hub.await("home", ConnectionState.WAITING);
      assertEquals(Stored.ON_DISK, stored(home.publish(message("before", Durability.SYNC))));
      hub.bundle(Hub.PERSISTENCE).stop();
      for (int i = 0; i < 50; i++) {
        Ticket ticket = home.publish(message("away " + i, Durability.GROUP));
        assertEquals(Stored.MEMORY_ONLY, stored(ticket));
      }
      assertEquals(50, home.status().journal().orElseThrow().memoryMessages());
      hub.bundle(Hub.PERSISTENCE).start();
      awaitJournal(home);
      assertEquals(Stored.ON_DISK, stored(home.publish(message("after", Durability.SYNC))));
      Await.until(
          () -> "all are written: " + home.status(),
          () -> home.status().journal().orElseThrow().liveMessages() == 52);
      copy = copy("copy");
    }
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub next = Hub.start(folder.resolve("next"))) {
      next.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "storeDirectory", copy.toString()));
      Await.until("all arrive", () -> arrived(broker).size() == 52);
    }
  }

  @Test
  void what_another_process_left_meanwhile_is_sent_and_all_tickets_have_their_outcomes()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub other = Hub.install(folder.resolve("other"), Hub.Api.OF_THE_TEST);
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", Hub.with(settings(broker.uri()), "enabled", "false"));
      RobustMqttConnection home = hub.await("home", ConnectionState.CLOSED);
      List<Ticket> tickets = new ArrayList<>();
      tickets.add(home.publish(message("disk", Durability.SYNC)));
      assertEquals(Stored.ON_DISK, stored(tickets.get(0)));
      hub.bundle(Hub.PERSISTENCE).stop();
      tickets.add(home.publish(message("group", Durability.GROUP)));
      tickets.add(home.publish(message("memory", Durability.MEMORY)));
      other.startBundles(List.of(Hub.CONFIG_ADMIN, Hub.SCR, Hub.PERSISTENCE, Hub.CLIENT));
      other.configure("home", settings(nobody()));
      RobustMqttConnection theirs = other.await("home", ConnectionState.WAITING);
      assertEquals(Stored.ON_DISK, stored(theirs.publish(message("theirs", Durability.SYNC))));
      other.bundle(Hub.CLIENT).stop();
      other.bundle(Hub.PERSISTENCE).stop();
      hub.bundle(Hub.PERSISTENCE).start();
      awaitJournal(home);
      assertSame(home, hub.connection("home"));
      hub.configure("home", settings(broker.uri()));
      for (Ticket ticket : tickets) {
        assertEquals(Outcome.Kind.ACKNOWLEDGED, outcome(ticket).kind());
      }
      Await.until(
          () -> "all arrive: " + arrived(broker),
          () -> arrived(broker).equals(List.of("disk", "group", "memory", "theirs")));
      Await.until("nothing is left", () -> home.pending().total() == 0);
    }
  }

  @Test
  void a_folder_that_cannot_be_made_is_waited_for_while_messages_flow() throws Exception {
    Files.writeString(store(), "a file has this name");
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("hub"))) {
      hub.configure("home", settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      assertTrue(
          home.status().problem().orElseThrow().text().contains("a file has this name"),
          home.status().toString());
      Ticket ticket = home.publish(message("flows", Durability.GROUP));
      assertEquals(Stored.MEMORY_ONLY, stored(ticket));
      assertEquals(Outcome.Kind.ACKNOWLEDGED, outcome(ticket).kind());
      Files.delete(store());
      awaitJournal(home);
      // of QoS 2, which is not sent before it is on disk
      Message later = message("later", Durability.SYNC).withQos(2);
      assertEquals(Stored.ON_DISK, stored(home.publish(later)));
      Await.until("no problem is left", () -> home.status().problem().isEmpty());
      Await.until(
          () -> "no line is left: " + home.status().faults(),
          () ->
              home.status().faults().stream()
                  .noneMatch(line -> line.contains("a file has this name")));
    }
  }

  @Test
  void a_folder_that_comes_late_brings_its_queue_and_its_client_identifier() throws Exception {
    Path late = folder.resolve("not mounted");
    String clientId;
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("before"))) {
      hub.configure("home", settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      clientId = broker.recording().await(Connect.class, 1).get(0).clientId();
      home.disconnect();
      hub.await("home", ConnectionState.CLOSED);
      assertEquals(Stored.ON_DISK, stored(home.publish(message("before", Durability.SYNC))));
    }
    Files.move(store(), late);
    Files.writeString(store(), "a file has this name");
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder.resolve("after"))) {
      hub.configure("home", settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      assertEquals(
          Outcome.Kind.ACKNOWLEDGED,
          outcome(home.publish(message("memory", Durability.GROUP))).kind());
      Files.delete(store());
      Files.move(late, store());
      Await.until(
          () -> "all arrive: " + arrived(broker),
          () -> arrived(broker).equals(List.of("before", "memory")));
      List<Connect> connects = broker.recording().await(Connect.class, 2);
      assertEquals(clientId, connects.get(1).clientId());
      assertSame(home, hub.connection("home"));
      Await.until("nothing is left", () -> home.pending().total() == 0);
    }
  }
}
