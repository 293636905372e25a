package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus.State;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Mosquitto;

/** Filters that overlap, at brokers that send a copy for each of them. */
class OverlapBrokersTest {
  private static final List<String> FILTERS = List.of("#", "room/+", "room/action");

  @TempDir Path folder;
  private final Map<String, List<String>> heard = new TreeMap<>();

  private final AtomicBoolean passing = new AtomicBoolean();
  private Optional<AutoCloseable> broker = Optional.empty();
  private Optional<Hub> hub = Optional.empty();

  @AfterEach
  void stop() throws Exception {
    if (hub.isPresent()) {
      hub.get().close();
    }
    if (broker.isPresent()) {
      broker.get().close();
    }
  }

  private RobustMqttConnection listening(String uri) throws Exception {
    Hub started = Hub.start(folder.resolve("hub"));
    hub = Optional.of(started);
    started.configure("home", Hub.with(Hub.settings(uri), "mqttVersion", "5"));
    RobustMqttConnection home = started.await("home", ConnectionState.ONLINE);
    for (String filter : FILTERS) {
      List<String> texts = new CopyOnWriteArrayList<>();
      heard.put(filter, texts);
      home.subscribe(
          filter,
          QoS.EXACTLY_ONCE,
          message -> {
            if (message.topic().equals("room/action") || message.topic().equals("end")) {
              texts.add(message.text());
            } else {
              passing.set(true);
            }
          });
    }
    home.subscribe("end", QoS.EXACTLY_ONCE, message -> {});
    // One that was granted may be asked for again, with the identifier that it has got since.
    Await.until(
        "all granted",
        () ->
            home.status().subscriptions().stream()
                        .filter(one -> one.state() == State.ACTIVE)
                        .count()
                    == 4
                && home.pending().subscriptions() == 0);
    // Artemis has been seen to pass on nothing of QoS 0 for a moment after the first SUBACK. Only
    // one filter means this topic, so that nothing is learnt of copies from it.
    Await.until(
        "the broker passes on",
        () -> {
          if (!passing.get()) {
            home.publish(Message.text("passing", "on").withQos(0));
          }
          return passing.get();
        });
    return home;
  }

  /** Publishes, and waits until all of it has been heard by everybody and is acknowledged. */
  private void publish(RobustMqttConnection home, String text, int qos) {
    home.publish(Message.text("room/action", text).withQos(qos));
    Await.until(
        () -> text + ": " + heard,
        () -> heard.values().stream().allMatch(texts -> texts.contains(text)));
  }

  private void end(RobustMqttConnection home) {
    home.publish(Message.text("end", "end").withQos(2));
    Await.until(() -> "the end: " + heard, () -> heard.get("#").contains("end"));
    Await.until("all is acknowledged", () -> home.pending().received() == 0);
    heard.get("#").removeIf("end"::equals);
  }

  @Test
  void with_mosquitto_each_listener_hears_each_message_once_with_each_qos() throws Exception {
    assumeTrue(Mosquitto.installed().isPresent(), "no Mosquitto: a real broker is not tested");
    Mosquitto started = Mosquitto.start(folder.resolve("broker"));
    broker = Optional.of(started);
    RobustMqttConnection home = listening(started.uri());
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      sent.add("m" + i);
      publish(home, "m" + i, i % 3);
    }
    end(home);
    heard.forEach((filter, texts) -> assertEquals(sent, texts, filter));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void with_mosquitto_each_listener_hears_each_message_of_a_burst_once(int qos) throws Exception {
    assumeTrue(Mosquitto.installed().isPresent(), "no Mosquitto: a real broker is not tested");
    Mosquitto started = Mosquitto.start(folder.resolve("broker"));
    broker = Optional.of(started);
    RobustMqttConnection home = listening(started.uri());
    List<String> sent = burst(home, "burst", qos);
    end(home);
    heard.forEach((filter, texts) -> assertEquals(sent, texts, filter));
  }

  /** Publishes 100 messages without waiting, and waits until the last one has been heard. */
  private List<String> burst(RobustMqttConnection home, String name, int qos) {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sent.add(name + i);
      home.publish(Message.text("room/action", name + i).withQos(qos));
    }
    Await.until(
        () -> name + ": " + heard,
        () -> heard.values().stream().allMatch(texts -> texts.containsAll(sent)));
    return sent;
  }

  /** Publishes a message, and waits until each listener has heard all its three copies. */
  private void learn(RobustMqttConnection home, String text, int qos) {
    publish(home, text, qos);
    Await.until(
        () -> "three copies: " + heard,
        () ->
            heard.values().stream()
                .allMatch(texts -> texts.stream().filter(text::equals).count() == 3));
  }

  /**
   * Artemis sends a copy for each filter, and each of them has the identifiers of all: so it takes
   * two messages to know that they are copies.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void with_artemis_each_listener_hears_each_message_once_from_the_third_on(int qos)
      throws Exception {
    EmbeddedBroker started = EmbeddedBroker.start(folder.resolve("broker"));
    broker = Optional.of(started);
    RobustMqttConnection home = listening(started.uri());
    learn(home, "learn0", qos);
    learn(home, "learn1", qos);
    List<String> sent = new ArrayList<>();
    for (String text : List.of("a", "b", "c")) {
      publish(home, text, qos);
      sent.add(text);
    }
    sent.addAll(burst(home, "burst", qos));
    publish(home, "d", qos);
    sent.add("d");
    end(home);
    heard.forEach((filter, texts) -> assertEquals(sent, without("learn", texts), filter));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void with_artemis_each_listener_hears_each_message_once_after_a_burst_at_the_beginning(int qos)
      throws Exception {
    EmbeddedBroker started = EmbeddedBroker.start(folder.resolve("broker"));
    broker = Optional.of(started);
    RobustMqttConnection home = listening(started.uri());
    burst(home, "first", qos);
    List<String> sent = new ArrayList<>();
    publish(home, "a", qos);
    sent.add("a");
    sent.addAll(burst(home, "second", qos));
    publish(home, "b", qos);
    sent.add("b");
    end(home);
    heard.forEach((filter, texts) -> assertEquals(sent, without("first", texts), filter));
  }

  private static List<String> without(String prefix, List<String> texts) {
    return texts.stream().filter(text -> !text.startsWith(prefix)).toList();
  }
}
