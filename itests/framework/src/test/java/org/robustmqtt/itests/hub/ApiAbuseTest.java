package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.Peer;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/** What nobody should do with the API, and some will: it answers clearly, and nothing is stuck. */
class ApiAbuseTest {
  private static final int SUBSCRIPTIONS = 1_000;

  @TempDir Path folder;

  private static Outcome outcome(Ticket ticket) throws Exception {
    return ticket.outcome().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
  }

  private static void await(CountDownLatch latch, String what) throws InterruptedException {
    assertTrue(latch.await(Patience.millis(), TimeUnit.MILLISECONDS), what);
  }

  private static long active(RobustMqttConnection home) {
    return home.status().subscriptions().stream()
        .filter(one -> one.state() == SubscriptionStatus.State.ACTIVE)
        .count();
  }

  /** Everything that can be called, as a callback would do it; each must return. */
  private static void everything(RobustMqttConnection home) {
    home.publish(Message.text("from/callback", "x").withQos(0));
    home.publish(Message.text("from/callback", "y"));
    MqttSubscriptionHandle handle =
        home.subscribe("from/callback/#", QoS.AT_MOST_ONCE, message -> {});
    home.unsubscribe("from/callback/#");
    handle.close();
    handle.close();
    home.status();
    home.pending();
    home.browse(10);
    home.cancel(1);
    home.probe();
    home.whenIdle();
    home.reconnectNow();
    home.disconnect();
    home.connect();
    assertThrows(
        IllegalStateException.class,
        () -> home.publish(Message.text("t", "z"), Duration.ofSeconds(1)));
    assertThrows(IllegalStateException.class, () -> home.flush(Duration.ofSeconds(1)));
  }

  /** Does everything once, the first time it is called; what it threw is kept. */
  private static final class Once {
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    void call(RobustMqttConnection home) {
      if (calls.incrementAndGet() == 1) {
        try {
          everything(home);
        } catch (Throwable thrown) {
          failure.set(thrown);
        }
        done.countDown();
      }
    }

    void awaitDone(String where) throws InterruptedException {
      await(done, "stuck in a " + where);
      assertEquals(null, failure.get(), where);
    }
  }

  @Test
  void everything_may_be_called_from_inside_every_callback_and_waiting_there_is_refused()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Once message = new Once();
      Once settled = new Once();
      Once stateChanged = new Once();
      Once ticket = new Once();
      Once stored = new Once();
      Once idle = new Once();
      hub.register(
          MessageListener.class, received -> message.call(home), Map.of("mqtt.topics", "in"));
      broker.recording().await(Subscribe.class, 1);
      broker.accept().send(Manners.message("in", "one", QoS.AT_LEAST_ONCE, 7));
      message.awaitDone("message listener");
      hub.register(OutcomeListener.class, settlement -> settled.call(home), Map.of());
      hub.register(ConnectionListener.class, status -> stateChanged.call(home), Map.of());
      Ticket mine = home.publish(Message.text("t", "1").withDurability(Durability.SYNC));
      mine.outcome().thenRun(() -> ticket.call(home));
      mine.stored().thenRun(() -> stored.call(home));
      home.whenIdle().thenRun(() -> idle.call(home));
      ticket.awaitDone("stage of an outcome");
      stored.awaitDone("stage of the writing");
      settled.awaitDone("outcome listener");
      idle.awaitDone("stage of whenIdle");
      home.reconnectNow();
      stateChanged.awaitDone("connection listener");
      hub.await("home", ConnectionState.ONLINE);
      assertInstanceOf(Outcome.Acknowledged.class, outcome(home.publish(Message.text("t", "2"))));
    }
  }

  @Test
  void a_connection_may_be_deleted_and_our_bundle_stopped_from_inside_a_callback()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      var configuration = hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      CountDownLatch deleted = new CountDownLatch(1);
      home.publish(Message.text("t", "1"))
          .outcome()
          .thenRun(
              () -> {
                try {
                  configuration.delete();
                } catch (java.io.IOException broken) {
                  throw new java.io.UncheckedIOException(broken);
                }
                deleted.countDown();
              });
      await(deleted, "deleting returns");
      Await.until("the service is gone", () -> hub.reference("home").isEmpty());
      NotAcceptedException closed =
          assertThrows(NotAcceptedException.class, () -> home.publish(Message.text("t", "2")));
      assertEquals(NotAcceptedException.Reason.CLOSED, closed.reason());

      hub.configure("other", Hub.settings(broker.uri()));
      RobustMqttConnection other = hub.await("other", ConnectionState.ONLINE);
      CountDownLatch stopped = new CountDownLatch(1);
      other
          .publish(Message.text("t", "3"))
          .outcome()
          .thenRun(
              () -> {
                try {
                  hub.bundle(Hub.CLIENT).stop();
                } catch (org.osgi.framework.BundleException broken) {
                  throw new IllegalStateException(broken);
                }
                stopped.countDown();
              });
      await(stopped, "stopping returns");
      assertTrue(hub.reference("other").isEmpty());
    }
  }

  @Test
  void a_listener_that_sleeps_one_that_throws_and_one_that_vanishes_hold_up_nobody()
      throws Exception {
    CountDownLatch asleep = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    CountDownLatch heard = new CountDownLatch(3);
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      MessageListener sleeper =
          message -> {
            asleep.countDown();
            Await.until("the test wakes the sleeper", () -> awake.getCount() == 0);
          };
      MessageListener thrower =
          message -> {
            throw new StackOverflowError("on purpose");
          };
      MessageListener gone =
          message -> {
            throw new NoClassDefFoundError("a class of a bundle that is gone");
          };
      ServiceRegistration<MessageListener> first =
          hub.register(MessageListener.class, sleeper, Map.of("mqtt.topics", "slow"));
      hub.register(MessageListener.class, thrower, Map.of("mqtt.topics", "a"));
      hub.register(MessageListener.class, gone, Map.of("mqtt.topics", "a"));
      hub.register(MessageListener.class, message -> heard.countDown(), Map.of("mqtt.topics", "a"));
      Await.until("both filters are granted", () -> active(home) == 2);
      Peer peer = broker.accept();
      peer.send(Manners.message("slow", "z", QoS.AT_MOST_ONCE, 0));
      await(asleep, "the sleeper is called");
      for (int id = 1; id <= 3; id++) {
        peer.send(Manners.message("a", "n" + id, QoS.AT_LEAST_ONCE, id));
      }
      await(heard, "the others are heard");
      assertEquals(3, broker.recording().await(Puback.class, 3).size());
      assertInstanceOf(Outcome.Acknowledged.class, outcome(home.publish(Message.text("t", "1"))));
      first.unregister();
      awake.countDown();
      Await.until(
          () -> "each throw is counted: " + home.status().counters().handlerFailures(),
          () -> home.status().counters().handlerFailures() == 6);
    }
  }

  @Test
  void topics_and_filters_that_are_none_are_refused_with_the_rule_and_keep_nothing()
      throws Exception {
    String longest = "t".repeat(65_535);
    for (String wrong : List.of("", "a/+/b", "a/#", "a\u0000b", longest + "t", "\uD800")) {
      assertThrows(IllegalArgumentException.class, () -> Message.text(wrong, "x"), wrong);
    }
    assertThrows(NullPointerException.class, () -> Message.text(null, "x"));
    assertThrows(NullPointerException.class, () -> Message.of("t", null));
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      for (String wrong : List.of("", "a/#/b", "a+", "a\u0000b", longest + "t", "\uD800")) {
        assertThrows(
            IllegalArgumentException.class,
            () -> home.subscribe(wrong, QoS.AT_LEAST_ONCE, message -> {}),
            wrong);
        assertThrows(IllegalArgumentException.class, () -> home.unsubscribe(wrong), wrong);
      }
      assertThrows(NullPointerException.class, () -> home.publish(null));
      assertThrows(NullPointerException.class, () -> home.subscribe("a", QoS.AT_LEAST_ONCE, null));
      assertThrows(NullPointerException.class, () -> home.subscribe("a", null, message -> {}));
      assertThrows(
          NullPointerException.class, () -> home.subscribe(null, QoS.AT_LEAST_ONCE, message -> {}));
      assertEquals(0, home.pending().total());
      assertEquals(List.of(), home.status().subscriptions());
      assertInstanceOf(
          Outcome.Acknowledged.class, outcome(home.publish(Message.text(longest, ""))));
      assertEquals(longest, broker.recording().await(Publish.class, 1).get(0).topic());
    }
  }

  @Test
  void a_payload_of_nothing_and_of_the_very_maximum_arrive_and_one_byte_more_is_refused()
      throws Exception {
    int maximum = 100_000;
    // Type, three bytes of length, topic with its length, packet id, and in MQTT 5 no properties.
    int largest = maximum - 1 - 3 - 2 - 1 - 2 - 1;
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure(
          "home", Hub.with(Hub.settings(broker.uri()), "maximumPacketSize", maximum + "B"));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      assertInstanceOf(
          Outcome.Acknowledged.class, outcome(home.publish(Message.of("t", new byte[0]))));
      Ticket most = home.publish(Message.of("t", new byte[largest]));
      assertInstanceOf(Outcome.Acknowledged.class, outcome(most));
      NotAcceptedException more =
          assertThrows(
              NotAcceptedException.class,
              () -> home.publish(Message.of("t", new byte[largest + 4096])));
      assertEquals(NotAcceptedException.Reason.TOO_LARGE, more.reason());
      List<Publish> sent = broker.recording().await(Publish.class, 2);
      assertEquals(0, sent.get(0).payload().length);
      assertEquals(largest, sent.get(1).payload().length);
    }
  }

  @Test
  void an_interrupted_caller_publishes_like_any_other_and_stays_interrupted() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Thread.currentThread().interrupt();
      Ticket ticket = home.publish(Message.text("t", "1").withDurability(Durability.SYNC));
      assertTrue(Thread.interrupted(), "the mark is the caller's own");
      assertInstanceOf(Outcome.Acknowledged.class, outcome(ticket));
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> home.flush(Duration.ofHours(1)));
      assertInstanceOf(Outcome.Acknowledged.class, outcome(home.publish(Message.text("t", "2"))));
    }
  }

  @Test
  void a_thousand_subscriptions_are_granted_heard_and_closed() throws Exception {
    CountDownLatch heard = new CountDownLatch(SUBSCRIPTIONS);
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      List<MqttSubscriptionHandle> handles = new ArrayList<>();
      for (int i = 0; i < SUBSCRIPTIONS; i++) {
        handles.add(home.subscribe("many/" + i, QoS.AT_LEAST_ONCE, message -> heard.countDown()));
      }
      Await.until(
          () -> "all are granted: " + home.status().subscriptions().size(),
          () -> active(home) == SUBSCRIPTIONS);
      Peer peer = broker.accept();
      for (int i = 0; i < SUBSCRIPTIONS; i++) {
        peer.send(Manners.message("many/" + i, "x", QoS.AT_MOST_ONCE, 0));
      }
      await(heard, "each hears its own");
      handles.forEach(MqttSubscriptionHandle::close);
      assertInstanceOf(Outcome.Acknowledged.class, outcome(home.publish(Message.text("t", "1"))));
    }
  }
}
