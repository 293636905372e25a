package org.robustmqtt.benchmarks.lines;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.wire.Flood;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/**
 * Processor time of a received message as filters, listeners and topics grow: each filter has a
 * listener of its own and five topics, which come in turn with QoS 0.
 */
public final class FilterLines implements Lines {
  private static final int TOPICS_EACH = 5;
  private static final int LEAST = 200;
  private static final int MOST = 400_000;
  private static final double BUDGET_NANOS = 5000;
  private static final long NO_PROGRESS = TimeUnit.SECONDS.toNanos(2);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  /**
   * Nanoseconds of a processor for each message that was received, and how many percent were not.
   */
  private record Received(Rounds rounds, double lost) {}

  @Override
  public String name() {
    return "filters";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int filters : new TreeSet<>(List.of(1, scale.filters() / 20, scale.filters()))) {
      rows.add(row(filters, scale));
    }
    return rows;
  }

  private static Row row(int filters, Scale scale) throws Exception {
    byte[][] packets = new byte[filters * TOPICS_EACH][];
    for (int i = 0; i < packets.length; i++) {
      // Neighbours in time are no neighbours in the tree
      int place = (int) (i * 7919L % packets.length);
      packets[i] = Flood.packet(filter(place % filters).replace("+", "s" + place / filters), 32);
    }
    Received all = ours(filters, packets, scale);
    Rounds ours = all.rounds();
    Received hive = hive(filters, packets, scale);
    return Row.of(
        Meter.text(
            "CPU per received message, %s filters and listeners, %s topics",
            Meter.count(filters), Meter.count(packets.length)),
        "5 us",
        Meter.text("%.2f us, %.0f %% lost", ours.median() / 1e3, all.lost()),
        ours.median() <= BUDGET_NANOS && all.lost() == 0,
        ours.spread(),
        Meter.text("HiveMQ %.2f us, %.0f %% lost", hive.rounds().median() / 1e3, hive.lost()));
  }

  private static String filter(int number) {
    return "home/floor" + number / 100 + "/room" + number + "/+";
  }

  private static Received ours(int filters, byte[][] packets, Scale scale) throws Exception {
    LongAdder count = new LongAdder();
    try (FloorBroker broker = FloorBroker.start(0);
        OurPublisher ours = new OurPublisher(broker.port(), 20, Optional.empty())) {
      for (int i = 0; i < filters; i++) {
        ours.connection().subscribe(filter(i), QoS.AT_MOST_ONCE, message -> count.increment());
      }
      long end = System.nanoTime() + PATIENCE;
      while (ours.connection().status().subscriptions().stream()
              .filter(one -> one.state() == SubscriptionStatus.State.ACTIVE)
              .count()
          < filters) {
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException("not all filters are active");
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      return rounds(broker, count, packets, scale);
    }
  }

  private static Received hive(int filters, byte[][] packets, Scale scale) throws Exception {
    LongAdder count = new LongAdder();
    try (FloorBroker broker = FloorBroker.start(0)) {
      Mqtt5AsyncClient client =
          MqttClient.builder()
              .useMqttVersion5()
              .identifier("hive-filters")
              .serverHost("127.0.0.1")
              .serverPort(broker.port())
              .buildAsync();
      client.connect().get(30, TimeUnit.SECONDS);
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int i = 0; i < filters; i++) {
        all.add(
            client
                .subscribeWith()
                .topicFilter(filter(i))
                .callback(message -> count.increment())
                .send());
      }
      for (CompletableFuture<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
      Received rounds = rounds(broker, count, packets, scale);
      client.disconnect();
      return rounds;
    }
  }

  private static Received rounds(FloorBroker broker, LongAdder count, byte[][] packets, Scale scale)
      throws Exception {
    Meter meter = new Meter(broker);
    double[] values = new double[scale.rounds()];
    int messages = LEAST;
    long sent = 0;
    long heard = 0;
    for (int round = -2; round < values.length; round++) {
      meter.start();
      long received = flood(broker, count, packets, messages);
      Meter.Used used = meter.stop().each(received);
      if (round >= 0) {
        values[round] = used.cpu();
        sent += messages;
        heard += received;
      } else {
        messages = (int) Math.max(LEAST, Math.min(MOST, scale.roundMillis() * 2e6 / used.nanos()));
      }
    }
    return new Received(new Rounds(values), 100 - 100.0 * heard / sent);
  }

  /** Returns how many were received: a client may drop what is of QoS 0. */
  private static long flood(FloorBroker broker, LongAdder count, byte[][] packets, int messages)
      throws InterruptedException {
    long before = count.sum();
    broker.flood(packets, messages);
    long last = before;
    long end = System.nanoTime() + NO_PROGRESS;
    while (last < before + messages && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
      long now = count.sum();
      if (now > last) {
        last = now;
        end = System.nanoTime() + NO_PROGRESS;
      }
    }
    return Math.max(1, last - before);
  }
}
