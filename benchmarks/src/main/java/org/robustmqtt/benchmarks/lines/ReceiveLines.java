package org.robustmqtt.benchmarks.lines;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.FloorPublisher;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.codec.FloorCodec;
import org.robustmqtt.benchmarks.wire.Broker;
import org.robustmqtt.benchmarks.wire.Flood;
import org.robustmqtt.benchmarks.wire.FloorBroker;
import org.robustmqtt.benchmarks.wire.Mosquitto;

/** How fast one listener gets messages of QoS 0, with as many in one go as the broker can write. */
public final class ReceiveLines implements Lines {
  private static final byte[][] PACKETS = {Flood.packet("home/kitchen/temperature", 32)};
  private static final int BUDGET = 2_000_000;
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(2);
  private static final int OURS = 1;

  /** By way of a broker that routes there are so many times fewer messages. */
  private static final int ROUTED_SHARE = 4;

  @Override
  public String name() {
    return "receive";
  }

  /**
   * A client that has subscribed, at a broker of its own.
   *
   * @param share it gets one message in so many: one that is slow would take minutes
   */
  private record Candidate(
      String name,
      int share,
      Broker broker,
      Flood flood,
      Meter meter,
      LongAdder count,
      AutoCloseable client) {}

  /** Subscribes, and counts what comes. */
  private interface Maker {
    AutoCloseable make(int port, LongAdder count) throws Exception;
  }

  /** Starts a broker, if there is one. */
  private interface Starter {
    Optional<Broker> start() throws Exception;
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    List<Starter> starters = List.of(Mosquitto::start, () -> Optional.of(FloorBroker.start(0)));
    for (Starter starter : starters) {
      List<Candidate> candidates = new ArrayList<>();
      try {
        add(candidates, starter, "floor", 1, ReceiveLines::floor);
        add(candidates, starter, "ours", 1, ReceiveLines::ours);
        add(candidates, starter, "HiveMQ", 1, ReceiveLines::hive);
        add(candidates, starter, "Paho", 20, ReceiveLines::paho);
        if (!candidates.isEmpty()) {
          rows.add(row(candidates, scale));
        }
      } finally {
        for (Candidate candidate : candidates) {
          candidate.client.close();
          candidate.flood.close();
          candidate.broker.close();
        }
      }
    }
    return rows;
  }

  private static Row row(List<Candidate> candidates, Scale scale) throws Exception {
    boolean direct = candidates.get(0).broker instanceof FloorBroker;
    int each = direct ? scale.received() : scale.received() / ROUTED_SHARE;
    double[][] rates = new double[candidates.size()][scale.rounds()];
    double[][] bytes = new double[candidates.size()][scale.rounds()];
    long[] lost = new long[candidates.size()];
    for (int round = -1; round < scale.rounds(); round++) {
      for (int i = 0; i < candidates.size(); i++) {
        Candidate candidate = candidates.get(i);
        long before = candidate.count.sum();
        int messages = each / candidate.share;
        candidate.meter.start();
        long end = flood(candidate, before, messages);
        Meter.Used used = candidate.meter.stop();
        long got = candidate.count.sum() - before;
        if (round >= 0) {
          rates[i][round] = got * 1e9 / (used.nanos() - (System.nanoTime() - end));
          bytes[i][round] = used.bytes() / messages;
          lost[i] += messages - got;
        }
      }
    }
    Rounds ours = new Rounds(rates[OURS]);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      if (i != OURS) {
        texts.add(
            Meter.text(
                "%s %.2f M/s, %.0f B, %.0f %% lost",
                candidates.get(i).name,
                new Rounds(rates[i]).median() / 1e6,
                new Rounds(bytes[i]).median(),
                100.0 * lost[i] * candidates.get(i).share / scale.rounds() / each));
      }
    }
    double wanted = direct ? BUDGET : 0.9 * new Rounds(rates[0]).median();
    return Row.of(
        "receive, QoS 0, " + candidates.get(0).broker.name(),
        direct ? "2 M/s, none dropped silently" : "0.9 of floor (the broker), none dropped",
        Meter.text(
            "%.2f M/s, %.0f B, %d dropped",
            ours.median() / 1e6, new Rounds(bytes[OURS]).median(), lost[OURS]),
        ours.median() >= wanted && lost[OURS] == 0,
        ours.spread(),
        String.join("; ", texts));
  }

  private static void add(
      List<Candidate> candidates, Starter starter, String name, int share, Maker maker)
      throws Exception {
    Optional<Broker> broker = starter.start();
    if (broker.isPresent()) {
      LongAdder count = new LongAdder();
      AutoCloseable client = maker.make(broker.get().port(), count);
      candidates.add(
          new Candidate(
              name,
              share,
              broker.get(),
              Flood.by(broker.get()),
              new Meter(broker.get()),
              count,
              client));
    }
  }

  /** Returns when the last one came: all of them, or none more for a while. */
  private static long flood(Candidate candidate, long before, int messages) throws Exception {
    candidate.flood.send(PACKETS, messages);
    long last = System.nanoTime();
    long seen = before;
    while (seen - before < messages && System.nanoTime() - last < SILENCE) {
      TimeUnit.MILLISECONDS.sleep(1);
      long now = candidate.count.sum();
      if (now != seen) {
        seen = now;
        last = System.nanoTime();
      }
    }
    return last;
  }

  private static AutoCloseable ours(int port, LongAdder count) throws Exception {
    OurPublisher ours = new OurPublisher(port, 20, Optional.empty());
    ours.connection().subscribe("home/#", QoS.AT_MOST_ONCE, message -> count.increment());
    while (ours.connection().status().subscriptions().stream()
        .noneMatch(one -> one.state() == SubscriptionStatus.State.ACTIVE)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    return ours;
  }

  private static AutoCloseable hive(int port, LongAdder count) throws Exception {
    Mqtt5AsyncClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("hive")
            .serverHost("127.0.0.1")
            .serverPort(port)
            .buildAsync();
    client.connect().get(30, TimeUnit.SECONDS);
    client.publishes(MqttGlobalPublishFilter.ALL, message -> count.increment());
    client.subscribeWith().topicFilter("home/#").send().get(30, TimeUnit.SECONDS);
    return client::disconnect;
  }

  private static AutoCloseable paho(int port, LongAdder count) throws Exception {
    MqttAsyncClient client =
        new MqttAsyncClient("tcp://127.0.0.1:" + port, "paho", new MemoryPersistence());
    client.connect(new MqttConnectOptions()).waitForCompletion();
    client.subscribe("home/#", 0, (topic, message) -> count.increment()).waitForCompletion();
    return () -> {
      client.disconnectForcibly(0, 100, false);
      client.close(true);
    };
  }

  private static AutoCloseable floor(int port, LongAdder count) throws Exception {
    SocketChannel channel = FloorPublisher.connect(port, "floor");
    byte[] subscribe = {(byte) 0x82, 6, 0, 1, 0, 1, '#', 0};
    channel.write(ByteBuffer.wrap(subscribe));
    ByteBuffer answer = ByteBuffer.allocate(5);
    while (answer.hasRemaining()) {
      channel.read(answer);
    }
    Thread reader = new Thread(() -> readFloor(channel, count), "floor-reader");
    reader.setDaemon(true);
    reader.start();
    return channel;
  }

  private static void readFloor(SocketChannel channel, LongAdder count) {
    byte[] bytes = new byte[64 * 1024];
    ByteBuffer in = ByteBuffer.allocateDirect(bytes.length);
    int rest = 0;
    int guard = 0;
    try {
      while (channel.read(in) >= 0) {
        in.flip();
        int end = rest + in.remaining();
        in.get(bytes, rest, in.remaining());
        in.clear();
        int at = 0;
        while (end - at >= 2 && end - at >= 2 + bytes[at + 1]) {
          FloorCodec.Message message = FloorCodec.decodeUnacknowledged(bytes, at);
          guard += message.topic().length() + message.payload().length;
          count.increment();
          at += 2 + bytes[at + 1];
        }
        rest = end - at;
        System.arraycopy(bytes, at, bytes, 0, rest);
        in.limit(bytes.length - rest);
      }
    } catch (java.io.IOException e) {
      // closed at the end of the line
      guard--;
    }
    if (guard == 42) {
      count.increment();
    }
  }
}
