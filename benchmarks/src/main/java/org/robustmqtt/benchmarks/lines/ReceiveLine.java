package org.robustmqtt.benchmarks.lines;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
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
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.codec.FloorCodec;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/** How fast one listener gets messages of QoS 0, with as many in one go as the broker can write. */
public final class ReceiveLine implements Lines {
  private static final String TOPIC = "home/kitchen/temperature";
  private static final byte[] PACKET = packet();
  private static final int BUDGET = 1_000_000;
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(2);

  @Override
  public String name() {
    return "receive";
  }

  private static byte[] packet() {
    byte[] topic = TOPIC.getBytes(StandardCharsets.US_ASCII);
    byte[] payload = new byte[32];
    ByteBuffer bytes = ByteBuffer.allocate(4 + topic.length + payload.length);
    bytes.put((byte) 0x30).put((byte) (2 + topic.length + payload.length));
    bytes.putShort((short) topic.length).put(topic).put(payload);
    return bytes.array();
  }

  /**
   * A client that has subscribed.
   *
   * @param share it gets one message in so many: one that is slow would take minutes
   */
  private record Candidate(
      String name,
      int share,
      FloorBroker broker,
      Meter meter,
      LongAdder count,
      AutoCloseable client) {}

  /** Subscribes, and counts what comes. */
  private interface Maker {
    AutoCloseable make(int port, LongAdder count) throws Exception;
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Candidate> candidates = new ArrayList<>();
    try {
      candidates.add(candidate("floor", 1, ReceiveLine::floor));
      candidates.add(candidate("ours", 1, ReceiveLine::ours));
      candidates.add(candidate("HiveMQ", 1, ReceiveLine::hive));
      candidates.add(candidate("Paho", 20, ReceiveLine::paho));
      double[][] rates = new double[candidates.size()][scale.rounds()];
      double[][] bytes = new double[candidates.size()][scale.rounds()];
      long[] lost = new long[candidates.size()];
      for (int round = -1; round < scale.rounds(); round++) {
        for (int i = 0; i < candidates.size(); i++) {
          Candidate candidate = candidates.get(i);
          long before = candidate.count.sum();
          int messages = scale.received() / candidate.share;
          candidate.meter.start();
          long end = flood(candidate, before, messages);
          Meter.Used used = candidate.meter.stop();
          long got = candidate.count.sum() - before;
          if (round >= 0) {
            rates[i][round] = got * 1e9 / (used.nanos() - (System.nanoTime() - end));
            bytes[i][round] = (double) used.bytes() / messages;
            lost[i] += messages - got;
          }
        }
      }
      double rate = Meter.median(rates[1]);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        texts.add(
            Meter.text(
                "%s %.2f M/s, %.0f B, %.0f %% lost",
                candidates.get(i).name,
                Meter.median(rates[i]) / 1e6,
                Meter.median(bytes[i]),
                100.0 * lost[i] * candidates.get(i).share / scale.rounds() / scale.received()));
      }
      return List.of(
          new Row(
              "receive, QoS 0",
              "1 M/s, none dropped silently",
              Meter.text("%.2f M/s, %d dropped", rate / 1e6, lost[1]),
              Row.Verdict.of(rate >= BUDGET && lost[1] == 0),
              String.join("; ", texts)));
    } finally {
      for (Candidate candidate : candidates) {
        candidate.client.close();
        candidate.broker.close();
      }
    }
  }

  private static Candidate candidate(String name, int share, Maker maker) throws Exception {
    FloorBroker broker = FloorBroker.start(0);
    LongAdder count = new LongAdder();
    AutoCloseable client = maker.make(broker.port(), count);
    return new Candidate(name, share, broker, new Meter(broker), count, client);
  }

  /** Returns when the last one came: all of them, or none more for a while. */
  private static long flood(Candidate candidate, long before, int messages)
      throws InterruptedException {
    candidate.broker.flood(PACKET, messages);
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
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    byte[] connect = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'f'};
    byte[] subscribe = {(byte) 0x82, 6, 0, 1, 0, 1, '#', 0};
    channel.write(ByteBuffer.wrap(connect));
    channel.write(ByteBuffer.wrap(subscribe));
    ByteBuffer answers = ByteBuffer.allocate(4 + 5);
    while (answers.hasRemaining()) {
      channel.read(answers);
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
