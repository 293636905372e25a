package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** A hub that starts by levels, as Karaf and openHAB do: ours at 75, the reader of files at 80. */
class HubStartTest {
  private static final String READER = "reader";

  @TempDir Path folder;

  private static InputStream empty(String name) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private void write(ScriptedBroker broker) throws IOException {
    Files.writeString(
        Files.createDirectories(folder.resolve("services")).resolve("mqtt.cfg"),
        "pid:org.robustmqtt.connection#home\nbroker = " + broker.uri() + "\nconnectDelay = 0s\n",
        StandardCharsets.UTF_8);
  }

  private void read(Hub hub) throws IOException {
    new ConfServices(hub.service(ConfigurationAdmin.class), folder.resolve("services")).scan();
  }

  /** Runs a hub once, in which a message waits for the first broker, and gives it its levels. */
  private void before(ScriptedBroker first) throws Exception {
    write(first);
    try (Hub hub = Hub.start(folder.resolve("hub"))) {
      read(hub);
      Message message = Message.text("door", "open").withDurability(Durability.SYNC);
      assertEquals(
          Stored.ON_DISK,
          hub.connection("home")
              .publish(message)
              .stored()
              .toCompletableFuture()
              .get(Patience.millis(), TimeUnit.MILLISECONDS));
      Bundle reader = hub.context().installBundle(READER, empty(READER));
      reader.start();
      Map<Bundle, Integer> levels =
          Map.of(reader, 80, hub.bundle(Hub.CLIENT), 75, hub.bundle(Hub.PERSISTENCE), 72);
      levels.forEach((bundle, level) -> bundle.adapt(BundleStartLevel.class).setStartLevel(level));
    }
  }

  @Test
  void a_file_edited_while_the_hub_was_down_decides_alone_which_broker_is_contacted()
      throws Exception {
    try (ScriptedBroker old = ScriptedBroker.start().serve(Manners.polite());
        ScriptedBroker edited = ScriptedBroker.start().serve(Manners.polite())) {
      old.refuse();
      before(old);
      old.listen();
      write(edited);
      AtomicBoolean seen = new AtomicBoolean();
      Hub.Watcher insideLevel80 =
          (hub, event) -> {
            if (event.getType() == BundleEvent.STARTING
                && READER.equals(event.getBundle().getSymbolicName())) {
              RobustMqttConnection home = hub.await("home", ConnectionState.WAITING);
              Await.until(
                  () -> "it waits for the hub: " + home.status().waitsFor(),
                  () ->
                      home.status()
                          .waitsFor()
                          .equals(Optional.of("the hub to reach start level 100")));
              assertEquals(old.uri(), home.status().broker());
              try {
                read(hub);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              Await.until(
                  () -> "the file is in force: " + home.status(),
                  () -> home.status().broker().equals(edited.uri()));
              assertTrue(home.status().waitsFor().isPresent());
              seen.set(true);
            }
          };
      try (Hub hub = Hub.boot(folder.resolve("hub"), 100, insideLevel80)) {
        hub.await("home", ConnectionState.ONLINE);
        assertEquals("door", edited.recording().await(Publish.class, 1).get(0).topic());
        assertTrue(seen.get());
        assertEquals(List.of(), old.recording().received(Connect.class));
        assertEquals(1, edited.recording().received(Connect.class).size());
      }
    }
  }

  @Test
  void a_bundle_that_is_added_to_a_running_hub_does_not_wait() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.boot(folder.resolve("hub"), 100, (booting, event) -> {})) {
      assertEquals(
          100, hub.context().getBundle(0).adapt(FrameworkStartLevel.class).getStartLevel());
      hub.startBundles(List.of(Hub.CONFIG_ADMIN, Hub.SCR, Hub.PERSISTENCE, Hub.CLIENT));
      hub.configure("home", Hub.settings(broker.uri()));
      hub.await("home", ConnectionState.ONLINE);
      assertEquals(Optional.empty(), hub.connection("home").status().waitsFor());
    }
  }
}
