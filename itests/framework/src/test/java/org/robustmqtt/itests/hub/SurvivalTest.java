package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/**
 * The table "What survives what" of docs/delivery.md: a test of the same name for each row. Each
 * time messages wait on disk, something happens to the hub, and a broker gets them all, once and in
 * order.
 */
class SurvivalTest {
  private static final int MESSAGES = 40;

  @TempDir Path folder;
  private ScriptedBroker broker;
  private Path hubFolder;
  private Path queues;

  @BeforeEach
  void begin() throws IOException {
    broker = ScriptedBroker.start().serve(Manners.polite());
    broker.refuse();
    hubFolder = folder.resolve("cache");
    queues = folder.resolve("robust-mqtt");
  }

  @AfterEach
  void end() {
    broker.close();
  }

  /** A hub as the KAR settles it: the queues are outside what an update empties. */
  private Hub hub(Path cache, Path directory) throws Exception {
    Hub hub = Hub.install(cache, Hub.Api.OF_THE_TEST);
    hub.startBundles(List.of(Hub.CONFIG_ADMIN));
    hub.service(ConfigurationAdmin.class)
        .getConfiguration("org.robustmqtt.persistence", "?")
        .update(new Hashtable<>(Map.of("directory", directory.toString())));
    hub.startBundles(List.of(Hub.SCR, Hub.PERSISTENCE, Hub.CLIENT));
    return hub;
  }

  private Hub hub() throws Exception {
    return hub(hubFolder, queues);
  }

  private Configuration configure(Hub hub) throws IOException {
    return hub.configure("home", Hub.settings(broker.uri()));
  }

  /** All of these have tickets that say: on disk. */
  private static void publish(RobustMqttConnection connection) throws Exception {
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      tickets.add(connection.publish(Message.text("n", "" + i).withDurability(Durability.SYNC)));
    }
    for (Ticket ticket : tickets) {
      assertEquals(
          Stored.ON_DISK,
          ticket.stored().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS));
    }
  }

  /** The broker is there from now on, and gets them all. */
  private void delivered(Hub hub) throws Exception {
    broker.listen();
    hub.await("home", ConnectionState.ONLINE);
    List<Publish> sent = broker.recording().await(Publish.class, MESSAGES);
    Await.until("all have their outcome", () -> hub.connection("home").pending().messages() == 0);
    List<String> texts =
        sent.stream().map(one -> new String(one.payload(), StandardCharsets.UTF_8)).toList();
    assertEquals(IntStream.range(0, MESSAGES).mapToObj(String::valueOf).toList(), texts);
    assertEquals(MESSAGES, broker.recording().received(Publish.class).size());
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      all.sorted(Comparator.reverseOrder()).forEach(SurvivalTest::deleteOne);
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  @Test
  void the_broker_is_killed_and_comes_back_with_or_without_its_sessions() throws Exception {
    try (Hub hub = hub()) {
      broker.listen();
      configure(hub);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      broker.refuse();
      broker.serve(Manners.polite());
      home.reconnectNow();
      Await.until("the loss shows", () -> home.status().state() != ConnectionState.ONLINE);
      publish(home);
      delivered(hub);
    }
  }

  @Test
  void the_hubs_process_is_killed() throws Exception {
    Path left = folder.resolve("left");
    try (Hub hub = hub()) {
      configure(hub);
      publish(hub.connection("home"));
      // what a process leaves that ends at this moment
      copy(queues, left);
    }
    try (Hub hub = hub(folder.resolve("next"), left)) {
      configure(hub);
      delivered(hub);
    }
  }

  @Test
  void a_power_cut() throws Exception {
    Path left = folder.resolve("left");
    try (Hub hub = hub()) {
      configure(hub);
      publish(hub.connection("home"));
      copy(queues, left);
    }
    try (Stream<Path> all = Files.walk(left)) {
      List<Path> segments = all.filter(path -> path.toString().endsWith(".seg")).toList();
      assertTrue(segments.size() > 0);
      for (Path segment : segments) {
        // half a record that was not forced
        Files.write(segment, new byte[] {0, 0, 1}, StandardOpenOption.APPEND);
      }
    }
    try (Hub hub = hub(folder.resolve("next"), left)) {
      configure(hub);
      delivered(hub);
    }
  }

  @Test
  void restart_of_the_bundle_of_scr_of_the_hub() throws Exception {
    try (Hub hub = hub()) {
      configure(hub);
      publish(hub.connection("home"));
      for (String name : List.of(Hub.CLIENT, Hub.PERSISTENCE, Hub.SCR)) {
        hub.bundle(name).stop();
        hub.bundle(name).start();
      }
      hub.connection("home");
    }
    try (Hub hub = hub()) {
      delivered(hub);
    }
  }

  @Test
  void the_configuration_is_changed_made_wrong_or_disabled() throws Exception {
    try (Hub hub = hub()) {
      Configuration configuration = configure(hub);
      publish(hub.connection("home"));
      Map<String, Object> settings = Hub.settings(broker.uri());
      for (Map.Entry<String, String> change :
          List.of(
              Map.entry("keepAlive", "10s"),
              Map.entry("maxInflight", "none"),
              Map.entry("queueMaxMessages", "1"),
              Map.entry("clientID", "another"),
              Map.entry("enabled", "false"))) {
        configuration.update(
            new Hashtable<>(Hub.with(settings, change.getKey(), change.getValue())));
      }
      hub.await("home", ConnectionState.CLOSED);
      assertEquals(MESSAGES, hub.connection("home").pending().messages());
      configuration.update(new Hashtable<>(settings));
      delivered(hub);
    }
  }

  @Test
  void the_configuration_is_deleted() throws Exception {
    try (Hub hub = hub()) {
      Configuration configuration = configure(hub);
      publish(hub.connection("home"));
      configuration.delete();
      Await.until(
          () -> "it is an orphan: " + hub.directory().orphans(),
          () -> hub.directory().orphans().contains("home"));
      configure(hub);
      delivered(hub);
    }
  }

  @Test
  void update_of_the_bundles_new_kar_openhabs_update() throws Exception {
    try (Hub hub = hub()) {
      configure(hub);
      publish(hub.connection("home"));
    }
    // openHAB empties userdata/cache and userdata/tmp: bundles, data areas, configurations
    delete(hubFolder);
    try (Hub hub = hub()) {
      configure(hub);
      delivered(hub);
    }
  }

  @Test
  void bin_karaf_clean() throws Exception {
    Path outside = folder.resolve("outside");
    try (Hub hub = hub()) {
      hub.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "storeDirectory", outside.toString()));
      hub.configure("lost", Hub.settings(broker.uri()));
      publish(hub.connection("home"));
      publish(hub.connection("lost"));
    }
    delete(hubFolder);
    delete(queues);
    try (Hub hub = hub()) {
      hub.configure("lost", Hub.with(Hub.settings(broker.uri()), "enabled", "false"));
      assertEquals(0, hub.connection("lost").status().counters().recovered());
      hub.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "storeDirectory", outside.toString()));
      delivered(hub);
    }
  }

  @Test
  void each_row_of_the_table_has_a_test_of_its_name() throws IOException {
    Path page = Path.of(System.getProperty("robust.sources"), "../docs/delivery.md");
    String text = Files.readString(page);
    String section = text.substring(text.indexOf("## What survives what"));
    Set<String> rows =
        Pattern.compile("(?m)^\\| ([^|]+) \\| (?:yes|\\*\\*no)")
            .matcher(section.substring(0, section.indexOf("\n## ")))
            .results()
            .map(row -> name(row.group(1)))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> tests =
        Arrays.stream(SurvivalTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(java.lang.reflect.Method::getName)
            .filter(name -> !name.startsWith("each_row"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(rows.size() >= 8, rows.toString());
    assertEquals(rows, tests);
  }

  private static String name(String row) {
    return row.replaceAll("\\([^)]*\\)", "")
        .replace("`enabled=false`", "disabled")
        .replace("'", "")
        .replaceAll("[^A-Za-z]+", "_")
        .replaceAll("^_|_$", "")
        .toLowerCase(java.util.Locale.ROOT);
  }
}
