package org.robustmqtt.benchmarks.lines;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.benchmarks.wire.FloorBroker;
import org.robustmqtt.client.component.BareHub;

/**
 * Many connections that have nothing to do: threads, heap and wake-ups of a virtual machine that
 * has only them. A wake-up is a voluntary switch of context of any of its threads, those of the
 * virtual machine itself not counted.
 */
public final class IdleLine implements Lines {
  /** The word that starts the other side. */
  public static final String CHILD = "child-idle";

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    try (FloorBroker broker = FloorBroker.start(0)) {
      Optional<Map<String, Long>> ours = run("ours", broker, scale);
      Optional<Map<String, Long>> hive = run("hive", broker, scale);
      long threads = ours.map(answers -> answers.get("threads")).orElse(0L);
      long heap = ours.map(answers -> answers.get("heap")).orElse(0L);
      long wakes = ours.map(answers -> answers.get("wakes")).orElse(0L);
      boolean met = ours.isPresent() && heap <= 20 * 1024 && threads <= 3 + 16;
      return List.of(
          new Row(
              scale.idle() + " idle connections",
              "3 threads + pool, 20 KB each, no wake-ups beyond keep alive",
              ours.map(
                      any ->
                          Meter.text(
                              "%d threads, %.1f KB each, %d wake-ups in %d s",
                              threads, heap / 1024.0, wakes, scale.idleSeconds()))
                  .orElse("failed"),
              Row.Verdict.of(met && wakes <= 2 + scale.idleSeconds()),
              hive.map(
                      answers ->
                          Meter.text(
                              "HiveMQ %d threads, %.1f KB each, %d wake-ups",
                              answers.get("threads"),
                              answers.get("heap") / 1024.0,
                              answers.get("wakes")))
                  .orElse("HiveMQ failed")));
    }
  }

  private static Optional<Map<String, Long>> run(String who, FloorBroker broker, Scale scale)
      throws Exception {
    return Child.run(
        List.of("-Xmx1g", "-XX:+UseSerialGC"),
        List.of(
            CHILD,
            who,
            Integer.toString(broker.port()),
            Integer.toString(scale.idle()),
            Integer.toString(scale.idleSeconds())));
  }

  /** The other side: connects, and tells what that costs. */
  public static void child(List<String> words, PrintStream out) throws Exception {
    int port = Integer.parseInt(words.get(1));
    int count = Integer.parseInt(words.get(2));
    int seconds = Integer.parseInt(words.get(3));
    boolean ours = words.get(0).equals("ours");
    Connector connector = ours ? ours(port) : hive(port);
    // The first one loads the classes and starts the threads.
    connector.connect(0, 1);
    long heap = Child.heap();
    connector.connect(1, count + 1);
    // What was begun with the connecting is over: timers of handshakes, rounds of journals.
    TimeUnit.SECONDS.sleep(Math.min(2, seconds));
    long used = Child.heap() - heap;
    long threads = threads();
    TimeUnit.SECONDS.sleep(Math.min(1, seconds));
    long before = wakes();
    TimeUnit.SECONDS.sleep(seconds);
    out.println("wakes=" + (wakes() - before));
    out.println("heap=" + used / count);
    out.println("threads=" + threads);
    out.flush();
    connector.connect(count + 1, count + 1);
    System.exit(0);
  }

  /** Connects those from one number up to before another. */
  private interface Connector {
    void connect(int from, int to) throws Exception;
  }

  private static Connector ours(int port) {
    OurStores stores = new OurStores();
    BareHub hub = new BareHub();
    return (from, to) -> {
      List<RobustMqttConnection> all = new ArrayList<>();
      for (int i = from; i < to; i++) {
        all.add(
            hub.open(
                "idle" + i,
                stores.provider(),
                Map.of("broker", "mqtt://127.0.0.1:" + port, "connectDelay", "0")));
      }
      for (RobustMqttConnection one : all) {
        BareHub.await(one, ConnectionState.ONLINE, Duration.ofSeconds(60));
      }
      if (from == to) {
        hub.close();
        stores.close();
      }
    };
  }

  private static Connector hive(int port) {
    List<Mqtt5AsyncClient> clients = new ArrayList<>();
    return (from, to) -> {
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int i = from; i < to; i++) {
        Mqtt5AsyncClient client =
            MqttClient.builder()
                .useMqttVersion5()
                .identifier("idle" + i)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        clients.add(client);
        all.add(client.connect());
      }
      for (CompletableFuture<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    };
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream().filter(IdleLine::theirs).count();
  }

  private static boolean theirs(Thread thread) {
    return thread.getName().startsWith("robust-mqtt")
        || thread.getName().startsWith("com.hivemq")
        || thread.getName().startsWith("nioEventLoop")
        || thread.getName().startsWith("Rx");
  }

  /** Switches of context so far of the threads that are not the virtual machine's own. */
  private static long wakes() throws IOException {
    long sum = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        String name = Files.readString(task.resolve("comm")).strip();
        if (name.startsWith("robust-mqtt") || name.startsWith("com.hivemq")) {
          sum += switches(task);
        }
      }
    }
    return sum;
  }

  private static long switches(Path task) throws IOException {
    for (String line : Files.readAllLines(task.resolve("status"))) {
      if (line.startsWith("voluntary_ctxt_switches:")) {
        return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return 0;
  }
}
