package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Mosquitto;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * A real broker with all its defaults that sends far beyond our receive maximum: everything is
 * heard, once, on one connection. With {@code -Deager.broker.all=true} also slowly and prints a
 * table, beside what the broker's own client hears.
 */
class EagerBrokerTest {
  private static final boolean ALL = Boolean.getBoolean("eager.broker.all");

  @TempDir Path folder;
  private Optional<Mosquitto> broker = Optional.empty();
  private Optional<Hub> hub = Optional.empty();

  /** Its default of 1,000 queued messages is what Mosquitto itself drops at, whoever hears them. */
  private void start(int messages) throws Exception {
    assumeTrue(
        Mosquitto.installed().isPresent(), "NOT RUN: no Mosquitto, a real broker is not tested");
    String[] more = messages > 1_000 ? new String[] {"max_queued_messages 0"} : new String[] {};
    broker = Optional.of(Mosquitto.startAsInstalled(folder.resolve("broker"), more));
    hub = Optional.of(Hub.start(folder.resolve("hub")));
  }

  @AfterEach
  void stop() throws Exception {
    if (hub.isPresent()) {
      hub.get().close();
    }
    broker.ifPresent(Mosquitto::close);
  }

  /** Counts what is heard, by payload. */
  private static final class Ear implements MessageListener {
    private final AtomicLongArray heard;
    private final long delayMillis;
    private final AtomicLong all = new AtomicLong();

    Ear(int messages, long delayMillis) {
      heard = new AtomicLongArray(messages);
      this.delayMillis = delayMillis;
    }

    @Override
    public void received(ReceivedMessage message) {
      if (delayMillis > 0) {
        new CompletableFuture<Void>()
            .completeOnTimeout(null, delayMillis, TimeUnit.MILLISECONDS)
            .join();
      }
      heard.incrementAndGet(Integer.parseInt(message.text()));
      all.incrementAndGet();
    }

    int distinct() {
      return (int) IntStream.range(0, heard.length()).filter(i -> heard.get(i) > 0).count();
    }

    long duplicates() {
      return all.get() - distinct();
    }
  }

  private RobustMqttConnection connect(String name, String... more) throws Exception {
    Map<String, Object> settings = Hub.settings(broker.orElseThrow().uri());
    for (int i = 0; i < more.length; i += 2) {
      settings = Hub.with(settings, more[i], more[i + 1]);
    }
    hub.orElseThrow().configure(name, settings);
    return hub.orElseThrow().await(name, ConnectionState.ONLINE);
  }

  private RobustMqttConnection home() throws Exception {
    RobustMqttConnection home = connect("home", "mqttVersion", "5");
    Await.until(
        "subscribed",
        () ->
            home.status().subscriptions().stream()
                .anyMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE));
    return home;
  }

  private void listen(Ear ear, int qos) {
    hub.orElseThrow()
        .register(
            MessageListener.class,
            ear,
            Map.of("mqtt.topics", "in/#", "mqtt.connection", "home", "mqtt.qos", qos));
  }

  private void feed(int messages, int qos, boolean retained) throws Exception {
    RobustMqttConnection feeder = connect("feeder", "mqttVersion", "3.1.1", "maxInflight", "20");
    for (int i = 0; i < messages; i++) {
      String topic = retained ? "in/" + i : "in/all";
      feeder.publish(
          Message.text(topic, "" + i).withQos(qos).withRetain(retained), Duration.ofSeconds(30));
    }
    Await.until(
        () -> "fed, left are " + feeder.status().queue().messages(),
        () -> feeder.status().queue().messages() == 0);
  }

  /** Waits until all are heard, or none is any more. */
  private static void awaitAll(LongSupplier heard, int messages) {
    long last = -1;
    while (heard.getAsLong() < messages && heard.getAsLong() != last) {
      last = heard.getAsLong();
      long before = last;
      try {
        Await.until("progress", () -> heard.getAsLong() > before);
      } catch (AssertionError none) {
        return;
      }
    }
  }

  private record Case(String how, int messages, int qos, long delayMillis) {}

  static Stream<Case> cases() {
    List<Case> all = new ArrayList<>();
    for (int qos = 1; qos <= 2; qos++) {
      for (long delay : ALL ? new long[] {0, 2} : new long[] {0}) {
        all.add(new Case("retained", 10_000, qos, delay));
        all.add(new Case("live", 10_000, qos, delay));
        all.add(new Case("queued", 1_000, qos, delay));
      }
      all.add(new Case("retained", 1_000, qos, ALL ? 0 : 2));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void all_is_heard_once_on_one_connection(Case one) throws Exception {
    start(one.messages);
    Ear ear = new Ear(one.messages, one.delayMillis);
    listen(ear, one.qos);
    long begun;
    long connects = 0;
    switch (one.how) {
      case "retained" -> {
        feed(one.messages, one.qos, true);
        begun = System.nanoTime();
        home();
      }
      case "live" -> {
        home();
        begun = System.nanoTime();
        feed(one.messages, one.qos, false);
      }
      default -> {
        home().disconnect();
        hub.orElseThrow().await("home", ConnectionState.CLOSED);
        connects = 1;
        feed(one.messages, one.qos, false);
        begun = System.nanoTime();
        hub.orElseThrow().connection("home").connect();
      }
    }
    awaitAll(ear.all::get, one.messages);
    double seconds = (System.nanoTime() - begun) / 1e9;
    ConnectionStatus status = hub.orElseThrow().connection("home").status();
    connects = status.counters().connects() - connects;
    line("heard by us", one, ear.distinct(), ear.duplicates(), connects, seconds);
    assertEquals(one.messages, ear.distinct());
    assertEquals(0, ear.duplicates());
    assertEquals(1, connects);
    assertEquals(Optional.empty(), status.problem());
  }

  /** The same with the broker's own client, for the table. */
  @ParameterizedTest
  @MethodSource("cases")
  void beside_the_client_of_the_broker(Case one) throws Exception {
    assumeTrue(ALL, "not asked for");
    start(one.messages);
    if (one.delayMillis > 0) {
      return;
    }
    boolean queued = one.how.equals("queued");
    if (queued) {
      sub(one.qos, "-E").waitFor();
      feed(one.messages, one.qos, false);
    } else if (one.how.equals("retained")) {
      feed(one.messages, one.qos, true);
    }
    long begun = System.nanoTime();
    Process sub = sub(one.qos);
    Set<String> distinct = ConcurrentHashMap.newKeySet();
    AtomicLong all = new AtomicLong();
    Thread reader =
        new Thread(
            () ->
                sub.inputReader()
                    .lines()
                    .forEach(
                        heard -> {
                          distinct.add(heard);
                          all.incrementAndGet();
                        }));
    reader.start();
    if (one.how.equals("live")) {
      Await.until("subscribed", () -> broker.orElseThrow().log().contains("table"));
      feed(one.messages, one.qos, false);
    }
    awaitAll(all::get, one.messages);
    double seconds = (System.nanoTime() - begun) / 1e9;
    sub.destroy();
    reader.join();
    line("mosquitto_sub", one, distinct.size(), all.get() - distinct.size(), 1, seconds);
  }

  private Process sub(int qos, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("mosquitto_sub", "-V", "5", "-c", "-x", "600", "-i", "table"));
    command.addAll(List.of("-p", "" + broker.orElseThrow().port(), "-q", "" + qos, "-t", "in/#"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void line(
      String who, Case one, long heard, long duplicates, long connections, double seconds) {
    System.out.printf(
        Locale.ROOT,
        "%-13s  %-8s  QoS %d  listener %d ms  %6d of %6d  duplicates %d  connections %d  %5.1f s%n",
        who,
        one.how,
        one.qos,
        one.delayMillis,
        heard,
        one.messages,
        duplicates,
        connections,
        seconds);
  }
}
