package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Stored;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.itests.house.Artifacts;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.Peer;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.itests.testkit.Threads;
import org.robustmqtt.whiteboard.MessageListener;

/** Bundles may start in any order, and stop in any order. */
class StartOrderTest {
  @TempDir Path folder;

  private static <T> List<List<T>> permutations(List<T> of) {
    if (of.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> all = new ArrayList<>();
    for (T first : of) {
      List<T> rest = new ArrayList<>(of);
      rest.remove(first);
      for (List<T> tail : permutations(rest)) {
        List<T> one = new ArrayList<>(List.of(first));
        one.addAll(tail);
        all.add(one);
      }
    }
    return all;
  }

  @Test
  void every_order_of_starting_and_stopping_connects_subscribes_and_leaves_no_thread()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.with(Hub.settings(broker.uri()), "cleanSessionStart", "true"));
      hub.register(MessageListener.class, message -> {}, Map.of("mqtt.topics", "any/#"));
      List<List<String>> orders =
          permutations(List.of(Hub.CONFIG_ADMIN, Hub.SCR, Hub.PERSISTENCE, Hub.CLIENT));
      int round = 0;
      for (List<String> order : orders) {
        round++;
        broker.recording().await(Connect.class, round);
        broker.recording().await(Subscribe.class, round);
        for (String name : order) {
          hub.bundle(name).stop();
        }
        Threads.awaitNone(Hub.THREADS);
        hub.startBundles(order);
      }
      broker.recording().await(Connect.class, round + 1);
      assertEquals(24, round);
    }
  }

  /** What comes and goes on a hub, by itself. */
  private enum Part {
    STORE,
    CLIENT,
    CONFIGURATION,
    LISTENER
  }

  /** Everything comes in one order and goes in another; in between messages go out and come in. */
  @Test
  void store_client_configuration_and_listener_come_and_go_in_every_order_and_lose_nothing()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.bundle(Hub.CLIENT).stop();
      hub.bundle(Hub.PERSISTENCE).stop();
      List<List<Part>> orders = permutations(List.of(Part.values()));
      for (int round = 0; round < orders.size(); round++) {
        CountDownLatch heard = new CountDownLatch(1);
        Map<Part, AutoCloseable> there = new EnumMap<>(Part.class);
        for (Part part : orders.get(round)) {
          there.put(part, come(hub, broker, part, heard));
        }
        RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
        Await.until(
            () -> "the listener is subscribed: " + home.status().subscriptions(),
            () ->
                home.status().subscriptions().stream()
                    .anyMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE));
        Peer peer = broker.accept();
        peer.send(Manners.message("in", "to you", QoS.AT_LEAST_ONCE, round + 1));
        assertTrue(heard.await(Patience.millis(), TimeUnit.MILLISECONDS), "not heard");
        Ticket out = home.publish(Message.text("out", "r" + round).withDurability(Durability.SYNC));
        // Stored, or with its outcome already: from here on nothing may take it away.
        Stored how =
            out.stored().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
        assertTrue(how == Stored.ON_DISK || how == Stored.SETTLED_FIRST, how::toString);
        for (Part part : orders.get(orders.size() - 1 - round)) {
          there.get(part).close();
        }
        Threads.awaitNone(Hub.THREADS);
      }
      assertEquals(24, orders.size());
      // What had no time to leave is in the store of the name, and leaves with the next one.
      hub.startBundles(List.of(Hub.PERSISTENCE, Hub.CLIENT));
      hub.configure("home", Hub.settings(broker.uri()));
      Await.until(
          () -> "all have arrived: " + texts(broker), () -> texts(broker).size() == orders.size());
    }
  }

  private static Set<String> texts(ScriptedBroker broker) {
    return broker.recording().received(Publish.class).stream()
        .map(one -> new String(one.payload(), StandardCharsets.UTF_8))
        .collect(Collectors.toSet());
  }

  /** Makes a part come, and returns how it goes. */
  private static AutoCloseable come(Hub hub, ScriptedBroker broker, Part part, CountDownLatch heard)
      throws Exception {
    return switch (part) {
      case STORE -> bundle(hub, Hub.PERSISTENCE);
      case CLIENT -> bundle(hub, Hub.CLIENT);
      case CONFIGURATION -> hub.configure("home", Hub.settings(broker.uri()))::delete;
      case LISTENER ->
          hub.register(
                  MessageListener.class,
                  message -> heard.countDown(),
                  Map.of("mqtt.topics", "in", "mqtt.qos", "1"))
              ::unregister;
    };
  }

  private static AutoCloseable bundle(Hub hub, String name) throws BundleException {
    hub.bundle(name).start();
    return hub.bundle(name)::stop;
  }

  @Test
  void our_own_api_bundle_carries_everything_that_the_others_import() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.install(folder, Hub.Api.OF_ITS_BUNDLE)) {
      hub.startBundles(
          List.of(
              Artifacts.OURS + "api",
              Artifacts.OURS + "codec",
              Hub.CONFIG_ADMIN,
              Hub.SCR,
              Hub.PERSISTENCE,
              Hub.CLIENT));
      hub.configure("home", Hub.settings(broker.uri()));
      broker.recording().await(Connect.class, 1);
      for (Bundle bundle : hub.context().getBundles()) {
        int enough = bundle.getRegisteredServices() == null ? Bundle.RESOLVED : Bundle.ACTIVE;
        assertTrue(bundle.getState() >= enough, bundle + " " + bundle.getState());
      }
    }
  }
}
