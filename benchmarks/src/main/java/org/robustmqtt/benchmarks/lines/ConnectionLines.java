package org.robustmqtt.benchmarks.lines;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
 * Connections as they grow: time and processor time to connect, and the heap of each; and many that
 * have nothing to do: threads and wake-ups. Each measurement is a virtual machine of its own, which
 * has connected once before. A wake-up is a voluntary switch of context of any of its threads,
 * those of the virtual machine itself not counted.
 */
public final class ConnectionLines implements Lines {
  /** The word that starts the other side. */
  public static final String CHILD = "child-connections";

  private static final long HEAP_BUDGET = 4 * 1024;
  private static final int THREADS_BUDGET = 3 + 16;

  @Override
  public String name() {
    return "connections";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    int most = scale.connections();
    try (FloorBroker broker = FloorBroker.start(0)) {
      for (int count : new TreeSet<>(List.of(1, Math.max(1, most / 10), most))) {
        connect(broker, count, scale, rows);
      }
    }
    return rows;
  }

  private static void connect(FloorBroker broker, int count, Scale scale, List<Row> rows)
      throws Exception {
    List<Map<String, Long>> ours = new ArrayList<>();
    List<Map<String, Long>> hive = new ArrayList<>();
    boolean most = count == scale.connections();
    for (int round = 1; round <= scale.rounds(); round++) {
      int seconds = most && round == scale.rounds() ? scale.idleSeconds() : 0;
      run("ours", broker, count, seconds).ifPresent(ours::add);
      run("hive", broker, count, seconds).ifPresent(hive::add);
    }
    String what = Meter.count(count) + (count == 1 ? " connection" : " connections");
    String others = hive.isEmpty() ? "HiveMQ failed" : "HiveMQ " + text(hive);
    if (ours.isEmpty()) {
      rows.add(Row.counted(what, "-", "0 succeeded", false, others));
      return;
    }
    double time = rounds(ours, "nanos").median() / 1e9;
    double cpu = rounds(ours, "cpu").median() / 1e9;
    if (!most) {
      double spread = rounds(ours, "cpu").spread();
      rows.add(Row.shown("connecting " + what, text(ours), Optional.of(spread), others));
      return;
    }
    rows.add(
        Row.of(
            "connecting " + what,
            "1 s, 1.5 s of processor time",
            text(ours),
            time <= 1 && cpu <= 1.5,
            Math.max(rounds(ours, "nanos").spread(), rounds(ours, "cpu").spread()),
            others));
    double heap = rounds(ours, "heap").median();
    Map<String, Long> last = ours.get(ours.size() - 1);
    boolean idle = last.get("wakes") <= 2 + scale.idleSeconds();
    rows.add(
        Row.counted(
            what + ", idle",
            "3 threads + pool, 4 KB each, no wake-ups beyond keep alive",
            idle(last, heap, scale),
            heap <= HEAP_BUDGET && last.get("threads") <= THREADS_BUDGET && idle,
            hive.isEmpty()
                ? "HiveMQ failed"
                : "HiveMQ "
                    + idle(hive.get(hive.size() - 1), rounds(hive, "heap").median(), scale)));
  }

  private static Rounds rounds(List<Map<String, Long>> answers, String key) {
    return new Rounds(answers.stream().mapToDouble(one -> one.get(key)).toArray());
  }

  private static String text(List<Map<String, Long>> answers) {
    return Meter.text(
        "%.3f s, %.3f s of processor time, %.1f KB each",
        rounds(answers, "nanos").median() / 1e9,
        rounds(answers, "cpu").median() / 1e9,
        rounds(answers, "heap").median() / 1024);
  }

  private static String idle(Map<String, Long> answers, double heap, Scale scale) {
    return Meter.text(
        "%d threads, %.1f KB each, %d wake-ups in %d s",
        answers.get("threads"), heap / 1024, answers.get("wakes"), scale.idleSeconds());
  }

  private static Optional<Map<String, Long>> run(
      String who, FloorBroker broker, int count, int seconds) throws Exception {
    return Child.run(
        List.of("-Xmx1g", "-XX:+UseSerialGC"),
        List.of(
            CHILD,
            who,
            Integer.toString(broker.port()),
            Integer.toString(count),
            Integer.toString(seconds)));
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
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long nanos = System.nanoTime();
    connector.connect(1, count + 1);
    out.println("nanos=" + (System.nanoTime() - nanos));
    out.println("cpu=" + (system.getProcessCpuTime() - cpu));
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
    return Thread.getAllStackTraces().keySet().stream().filter(ConnectionLines::theirs).count();
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
