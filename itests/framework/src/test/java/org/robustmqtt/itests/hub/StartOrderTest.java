package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.itests.house.Artifacts;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.itests.testkit.Threads;
import org.robustmqtt.whiteboard.MessageListener;

/** Bundles may start in any order, and stop in any order. */
class StartOrderTest {
  @TempDir Path folder;

  private static List<List<String>> permutations(List<String> of) {
    if (of.isEmpty()) {
      return List.of(List.of());
    }
    List<List<String>> all = new ArrayList<>();
    for (String first : of) {
      List<String> rest = new ArrayList<>(of);
      rest.remove(first);
      for (List<String> tail : permutations(rest)) {
        List<String> one = new ArrayList<>(List.of(first));
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
      hub.register(MessageListener.class, message -> {}, java.util.Map.of("mqtt.topics", "any/#"));
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
