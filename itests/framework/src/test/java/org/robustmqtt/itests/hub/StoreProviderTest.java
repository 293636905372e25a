package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** The store is a service that may come late and go early. */
class StoreProviderTest {
  @TempDir Path folder;

  @Test
  void without_a_store_the_connection_is_listed_as_faulted_and_begins_when_the_store_comes()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.install(folder, Hub.Api.OF_THE_TEST)) {
      hub.startBundles(List.of(Hub.CONFIG_ADMIN, Hub.SCR, Hub.CLIENT));
      hub.configure("home", Hub.settings(broker.uri()));
      Await.until(
          () -> "it is listed: " + hub.directory().all(), () -> hub.directory().all().size() == 1);
      ConnectionStatus listed = hub.directory().all().get(0);
      assertEquals(ConnectionState.FAULTED, listed.state());
      assertEquals(Place.STORE, listed.problem().orElseThrow().place());
      assertTrue(hub.reference("home").isEmpty(), "a service before there is a queue");
      assertEquals(0, broker.connections());
      hub.bundle(Hub.PERSISTENCE).start();
      assertInstanceOf(
          Outcome.Acknowledged.class,
          hub.await("home", ConnectionState.ONLINE)
              .publish(Message.text("t", "y"))
              .outcome()
              .toCompletableFuture()
              .get(Patience.millis(), TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void a_store_that_goes_away_makes_the_connection_say_so_and_its_return_heals_it()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      hub.await("home", ConnectionState.ONLINE);
      hub.bundle(Hub.PERSISTENCE).stop();
      Await.until(
          () -> "the loss of the store is shown: " + hub.connection("home").status().problem(),
          () ->
              hub.connection("home").status().state() == ConnectionState.FAULTED
                  || hub.connection("home")
                      .status()
                      .journal()
                      .flatMap(journal -> journal.degraded())
                      .isPresent());
      hub.bundle(Hub.PERSISTENCE).start();
      Await.until(
          () -> "it heals: " + hub.connection("home").status().problem(),
          () -> {
            var status = hub.connection("home").status();
            return status.state() == ConnectionState.ONLINE
                && status.journal().isPresent()
                && status.journal().get().degraded().isEmpty();
          });
      assertTrue(
          hub.connection("home")
                  .publish(Message.text("t", "z").withDurability(Durability.SYNC))
                  .id()
              > 0);
    }
  }
}
