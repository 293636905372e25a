package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.Peer;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;
import org.robustmqtt.whiteboard.Settlement;

/** Registering a listener is subscribing; unregistering it is not unsubscribing. */
class WhiteboardTest {
  @TempDir Path folder;

  private final BlockingQueue<ReceivedMessage> heard = new LinkedBlockingQueue<>();

  private ReceivedMessage next() throws InterruptedException {
    ReceivedMessage message = heard.poll(Patience.millis(), TimeUnit.MILLISECONDS);
    if (message == null) {
      throw new AssertionError("no message was heard");
    }
    return message;
  }

  private static List<String> filters(ScriptedBroker broker) {
    return broker.recording().received(Subscribe.class).stream()
        .flatMap(subscribe -> subscribe.subscriptions().stream())
        .map(Subscription::filter)
        .toList();
  }

  @Test
  void a_registered_listener_is_subscribed_hears_and_its_message_is_acknowledged()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      hub.register(
          MessageListener.class, heard::add, Map.of("mqtt.topics", "a/+", "mqtt.qos", "2"));
      Peer peer = broker.accept();
      Subscribe subscribe = broker.recording().await(Subscribe.class, 1).get(0);
      assertEquals(QoS.EXACTLY_ONCE, subscribe.subscriptions().get(0).qos());
      peer.send(Manners.message("a/b", "one", QoS.AT_LEAST_ONCE, 11));
      peer.send(Manners.message("a/c", "two", QoS.EXACTLY_ONCE, 12));
      assertEquals("one", next().text());
      assertEquals("two", next().text());
      assertEquals(11, broker.recording().await(Puback.class, 1).get(0).packetId());
      assertEquals(12, broker.recording().await(Pubrec.class, 1).get(0).packetId());
      assertEquals(12, broker.recording().await(Pubcomp.class, 1).get(0).packetId());
    }
  }

  @Test
  void the_acknowledgement_leaves_after_the_handler_has_returned() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      MessageListener slow =
          message -> {
            entered.countDown();
            Await.until("the test lets the handler go", () -> leave.getCount() == 0);
          };
      hub.register(MessageListener.class, slow, Map.of("mqtt.topics", "a"));
      Peer peer = broker.accept();
      broker.recording().await(Subscribe.class, 1);
      peer.send(Manners.message("a", "one", QoS.AT_LEAST_ONCE, 1));
      assertTrue(entered.await(Patience.millis(), TimeUnit.MILLISECONDS));
      RobustMqttConnection home = hub.connection("home");
      home.probe().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(List.of(), broker.recording().received(Puback.class));
      leave.countDown();
      broker.recording().await(Puback.class, 1);
    }
  }

  @Test
  void a_throwing_listener_is_counted_and_neither_stops_others_nor_the_acknowledgement()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      MessageListener broken =
          message -> {
            throw new IllegalStateException("broken on purpose");
          };
      hub.register(MessageListener.class, broken, Map.of("mqtt.topics", "a"));
      hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "a"));
      Peer peer = broker.accept();
      broker.recording().await(Subscribe.class, 1);
      peer.send(Manners.message("a", "one", QoS.AT_LEAST_ONCE, 1));
      assertEquals("one", next().text());
      broker.recording().await(Puback.class, 1);
      RobustMqttConnection home = hub.connection("home");
      Await.until("the failure is counted", () -> home.status().counters().handlerFailures() == 1);
    }
  }

  @Test
  void changed_properties_subscribe_only_to_what_is_new() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      ServiceRegistration<MessageListener> registration =
          hub.register(
              MessageListener.class, heard::add, Map.of("mqtt.topics", new String[] {"a", "b"}));
      Await.until(
          () -> "both are subscribed: " + filters(broker), () -> filters(broker).size() == 2);
      registration.setProperties(
          new java.util.Hashtable<>(Map.of("mqtt.topics", new String[] {"b", "c"})));
      Await.until(
          () -> "one more is subscribed: " + filters(broker), () -> filters(broker).size() == 3);
      assertEquals("c", filters(broker).get(2));
      assertEquals(List.of(), broker.recording().received(Unsubscribe.class));
    }
  }

  @Test
  void neither_unregistering_nor_stopping_anything_unsubscribes() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite())) {
      try (Hub hub = Hub.start(folder)) {
        hub.configure("home", Hub.settings(broker.uri()));
        ServiceRegistration<MessageListener> registration =
            hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "a"));
        hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "b"));
        Await.until(
            () -> "both are subscribed: " + filters(broker), () -> filters(broker).size() == 2);
        registration.unregister();
        RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
        home.probe().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
        hub.bundle(Hub.CLIENT).stop();
        hub.bundle(Hub.CLIENT).start();
        hub.await("home", ConnectionState.ONLINE);
      }
      for (Peer peer : List.of(broker.accept(), broker.accept())) {
        peer.expectEnd();
      }
      assertEquals(List.of(), broker.recording().received(Unsubscribe.class));
    }
  }

  @Test
  void a_message_that_comes_before_its_listener_waits_for_it() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      ServiceRegistration<MessageListener> registration =
          hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "a"));
      Peer peer = broker.accept();
      broker.recording().await(Subscribe.class, 1);
      registration.unregister();
      peer.send(Manners.message("a", "early", QoS.AT_LEAST_ONCE, 1));
      RobustMqttConnection home = hub.connection("home");
      Await.until("it was received", () -> home.status().counters().received() == 1);
      assertEquals(List.of(), broker.recording().received(Puback.class));
      hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "a"));
      assertEquals("early", next().text());
      broker.recording().await(Puback.class, 1);
    }
  }

  @Test
  void a_listener_of_another_connection_is_not_subscribed_here() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      hub.register(
          MessageListener.class,
          heard::add,
          Map.of("mqtt.topics", "elsewhere", "mqtt.connection", "garden"));
      hub.register(
          MessageListener.class,
          heard::add,
          Map.of("mqtt.topics", "here", "mqtt.connection", new String[] {"garden", "home"}));
      broker.recording().await(Subscribe.class, 1);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      home.probe().toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(List.of("here"), filters(broker));
    }
  }

  @Test
  void a_listener_with_a_wrong_property_is_named_in_the_status() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      hub.register(MessageListener.class, heard::add, Map.of("mqtt.topics", "a/#/b"));
      Await.until(
          () -> "the wrong filter is named: " + home.status().faults(),
          () -> home.status().faults().stream().anyMatch(line -> line.contains("a/#/b")));
    }
  }

  @Test
  void a_handle_is_a_listener_until_it_is_closed() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Peer peer = broker.accept();
      MqttSubscriptionHandle handle = home.subscribe("x/y", QoS.AT_LEAST_ONCE, heard::add);
      broker.recording().await(Subscribe.class, 1);
      peer.send(Manners.message("x/y", "hello", QoS.AT_MOST_ONCE, 0));
      assertEquals("hello", next().text());
      handle.close();
      assertTrue(home.unsubscribe("x/y"));
      Unsubscribe unsubscribe = broker.recording().await(Unsubscribe.class, 1).get(0);
      assertEquals(List.of("x/y"), unsubscribe.filters());
    }
  }

  @Test
  void outcome_and_connection_listeners_hear_what_happens() throws Exception {
    BlockingQueue<Settlement> settlements = new LinkedBlockingQueue<>();
    BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      hub.register(OutcomeListener.class, settlements::add, Map.of());
      hub.register(ConnectionListener.class, status -> states.add(status.state()), Map.of());
      hub.configure("home", Hub.settings(broker.uri()));
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Await.until("ONLINE is heard: " + states, () -> states.contains(ConnectionState.ONLINE));
      long id = home.publish(Message.text("t", "x")).id();
      Settlement settlement = settlements.poll(Patience.millis(), TimeUnit.MILLISECONDS);
      assertEquals(id, settlement.id());
      assertEquals("home", settlement.connection());
      assertEquals(Outcome.Kind.ACKNOWLEDGED, settlement.outcome().kind());
    }
  }
}
