package org.robustmqtt.itests.tour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.robustmqtt.itests.broker.BrokerProcess;
import org.robustmqtt.itests.karaf.KarafProcess;
import org.robustmqtt.itests.testkit.FaultProxy;
import org.robustmqtt.itests.testkit.Progress;

/**
 * The course of the tour.
 *
 * <pre>
 *  number     0 ... 1000 ............ 8500 ... 9250 ......... 9999
 *  hub        publishes -------------------------X   restart ----
 *  broker     ---------X  5 s   restart --------------------------
 *  gate                               waits here until the first message after the broker's return
 * </pre>
 *
 * The hub's way to the broker is shut while the broker is gone, and open again when the witness is
 * back: this broker brings what arrives while a subscriber resumes its session into another order,
 * and the order is to be the hub's alone.
 *
 * <p>So most of the messages meet a broker that is not there, and the hub dies while it works off
 * its queue and accepts new ones. Every wait has an end; the whole takes three minutes at most.
 */
final class Tour {

  private static final int TOTAL = 10_000;
  private static final int TOPICS = 10;
  private static final int RATE = 1000;
  private static final int BROKER_KILLED_AT = 1000;
  private static final int GATE_AT = 8500;
  private static final int HUB_KILLED_AT = 9250;
  private static final Duration OUTAGE = Duration.ofSeconds(5);

  /** Defaults of the product that the bounds are made of. */
  private static final double STORE_DELAY_SECONDS = 0.2;

  private static final int MAX_INFLIGHT = 20;
  private static final int KILLS = 2;

  /** How long each step may go on without any progress. */
  private static final Duration START = Duration.ofSeconds(60);

  private static final Duration DRAIN = Duration.ofSeconds(90);

  private final Options options;
  private final Consumer<String> progress;
  private final Path notes;
  private final Path gate;

  Tour(Options options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
    this.notes = options.work().resolve("notes.txt");
    this.gate = options.work().resolve("gate");
  }

  /**
   * Holds the tour. At its end, and however it ends, nothing of it runs any more; its folder is
   * deleted if the promise was kept.
   *
   * @throws IOException if it could not be held: a broker or hub that does not start
   */
  Report run() throws IOException, InterruptedException {
    delete(options.work());
    Files.createDirectories(options.work());
    int port = freePort();
    Report report;
    try (FaultProxy way = FaultProxy.to(port);
        BrokerProcess broker =
            BrokerProcess.start(
                port, options.work().resolve("broker"), System.getProperty("java.class.path"));
        DiskProbe disk = DiskProbe.start(options.work().resolve("probe"))) {
      KarafProcess hub = prepareHub(way.port());
      Thread atEnd = new Thread(hub::kill, "end-hub");
      Runtime.getRuntime().addShutdownHook(atEnd);
      try (Witness witness = Witness.subscribe(port, TOPICS)) {
        report = course(hub, broker, way, witness, disk);
      } catch (MqttException e) {
        throw new IOException("The witness cannot talk to the broker: " + e.getMessage(), e);
      } finally {
        hub.kill();
        Runtime.getRuntime().removeShutdownHook(atEnd);
      }
    }
    if (report.verdict().kept()) {
      delete(options.work());
    } else {
      progress.accept("What is left of the tour is in " + options.work());
    }
    return report;
  }

  private Report course(
      KarafProcess hub, BrokerProcess broker, FaultProxy way, Witness witness, DiskProbe disk)
      throws IOException, InterruptedException {
    progress.accept("The broker answers, the witness has subscribed. Starting the hub");
    hub.start();
    Supplier<?> sign = () -> List.of(published(), witness.count(), hub.sign());
    require(
        () -> published() > 0, Progress.of(sign, START), "the hub did not begin to publish", hub);

    progress.accept("Publishing");
    require(
        () -> published() >= BROKER_KILLED_AT, Progress.of(sign, START), "publishing stopped", hub);
    broker.kill();
    way.bar();
    final long brokerKilledAt = System.currentTimeMillis();
    progress.accept("Broker killed at message " + published());
    Thread.sleep(OUTAGE.toMillis());
    broker.start();
    final long brokerReadyAt = System.currentTimeMillis();
    Progress.of(sign, START).await(witness::isConnected);
    way.unbar();
    progress.accept("Broker back at message " + published());

    Progress.of(sign, DRAIN).await(() -> newSince(witness, brokerKilledAt, brokerReadyAt));
    Files.createFile(gate);
    Progress.of(sign, START).await(() -> published() >= HUB_KILLED_AT);
    hub.kill();
    final long hubKilledAt = System.currentTimeMillis();
    progress.accept(
        "Hub killed at message " + published() + ", when " + witness.count() + " had arrived");
    final long hubStartedAt = System.currentTimeMillis();
    hub.start();

    Progress.of(sign, DRAIN).await(() -> tail().idle());
    progress.accept("Hub done, looking whether all has arrived");
    awaitSilence(witness);
    double force = disk.longestSeconds();
    boolean staged = isStaged(hub);
    boolean none = staged || options.sync();
    List<Delivery> heard = witness.heard();
    // Kept, like the notes, if the promise was not kept: what arrived, in this order.
    Files.write(
        options.work().resolve("heard.txt"), heard.stream().map(Delivery::toString).toList());
    return new Report(
        Verdict.of(
            TOTAL,
            read(),
            heard,
            new Schedule(brokerKilledAt, brokerReadyAt, hubKilledAt, hubStartedAt),
            none ? 0 : (int) Math.ceil(RATE * (STORE_DELAY_SECONDS + force)),
            MAX_INFLIGHT * KILLS),
        options.sync(),
        staged,
        TOTAL,
        RATE,
        STORE_DELAY_SECONDS,
        force);
  }

  /** Whether the hub has a staging buffer: if not, it says so in its log. */
  private static boolean isStaged(KarafProcess hub) throws IOException {
    try (Stream<String> lines = Files.lines(hub.home().resolve("data/log/karaf.log"))) {
      return lines.noneMatch(line -> line.contains("accepted does not survive our process"));
    }
  }

  private KarafProcess prepareHub(int port) throws IOException {
    KarafProcess hub = KarafProcess.copyOf(options.distribution(), options.work().resolve("karaf"));
    hub.write("etc/org.robustmqtt.connection-tour.cfg", "broker = mqtt://127.0.0.1:" + port + "\n");
    hub.properties(properties());
    hub.deploy(options.publisher());
    return hub;
  }

  private Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("robustmqtt.tour.notes", notes.toString());
    properties.put("robustmqtt.tour.total", Integer.toString(TOTAL));
    properties.put("robustmqtt.tour.topics", Integer.toString(TOPICS));
    properties.put("robustmqtt.tour.rate", Integer.toString(RATE));
    properties.put("robustmqtt.tour.durability", options.sync() ? "SYNC" : "default");
    properties.put("robustmqtt.tour.gateAt", Integer.toString(GATE_AT));
    properties.put("robustmqtt.tour.gate", gate.toString());
    properties.put("robustmqtt.tour.owner", Long.toString(ProcessHandle.current().pid()));
    return properties;
  }

  /** Whether a message came after the broker's return that it cannot have had before its end. */
  private boolean newSince(Witness witness, long brokerKilledAt, long brokerReadyAt) {
    if (witness.countSince(brokerReadyAt) == 0) {
      return false;
    }
    Notes now = read();
    return witness.heard().stream()
        .filter(delivery -> delivery.at() >= brokerReadyAt)
        .map(delivery -> now.fates().get(delivery.number()))
        .anyMatch(
            fate -> fate != null && fate.acknowledgedAt().orElse(Long.MAX_VALUE) >= brokerKilledAt);
  }

  /** Waits until all that was accepted has been heard, or nothing more comes for three seconds. */
  private void awaitSilence(Witness witness) throws InterruptedException {
    Progress.of(witness::count, START).await(() -> numbers(witness) >= TOTAL);
    int before = -1;
    while (before != witness.count()) {
      before = witness.count();
      Thread.sleep(3000);
    }
  }

  private static long numbers(Witness witness) {
    return witness.heard().stream().mapToInt(Delivery::number).distinct().count();
  }

  private static void require(
      BooleanSupplier condition, Progress progress, String complaint, KarafProcess hub)
      throws IOException, InterruptedException {
    if (!progress.await(() -> !hub.isRunning() || condition.getAsBoolean()) || !hub.isRunning()) {
      throw new IOException(complaint + ", see the log in " + hub.home().resolve("data/log"));
    }
  }

  private int published() {
    return tail().published();
  }

  private Notes tail() {
    try {
      return Notes.tail(notes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Notes read() {
    try {
      return Notes.read(notes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
