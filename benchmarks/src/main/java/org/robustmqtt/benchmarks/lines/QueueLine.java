package org.robustmqtt.benchmarks.lines;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.Folders;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.benchmarks.wire.FloorBroker;
import org.robustmqtt.client.component.BareHub;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredMessage;

/**
 * A long queue that was found at the start: how long the connection takes to open, what heap it
 * needs, and what is left of the store after the broker has taken everything. Each attempt is a
 * virtual machine of its own on a copy of the store.
 */
public final class QueueLine implements Lines {
  /** The word that starts the other side. */
  public static final String CHILD = "child-queue";

  private static final int TOPICS = 1000;
  private static final byte[] PAYLOAD = new byte[100];
  private static final int[] HEAPS = {16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024};
  private static final String NAME = "queue";

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    Path folder = Folders.make("queue");
    try (FloorBroker broker = FloorBroker.start(0)) {
      fill(folder, scale.queued());
      long stored = Folders.size(folder);
      List<String> open = List.of(CHILD, folder.toString(), "0");
      Optional<Map<String, Long>> opened = Child.run(List.of("-Xmx1g"), open);
      long heap = smallest(open, 0);
      long empty = smallest(List.of(CHILD, folder + "-none", "0"), 0);
      Optional<Map<String, Long>> drained =
          Child.run(
              List.of("-Xmx1g"),
              List.of(CHILD, folder.toString(), Integer.toString(broker.port())));
      long millis = opened.map(answers -> answers.get("millis")).orElse(Long.MAX_VALUE);
      long segments = drained.map(answers -> answers.get("segments")).orElse(Long.MAX_VALUE);
      String count = scale.queued() >= 1_000_000 ? "1 million" : scale.queued() + "";
      return List.of(
          Row.counted(
              count + " queued (1,000 topics): open",
              "0.5 s",
              Meter.text("%.2f s", millis / 1e3),
              millis <= 500,
              opened
                  .map(
                      answers ->
                          Meter.text(
                              "journal %.2f s; store %.0f MB",
                              answers.get("journal") / 1e3, stored / 1e6))
                  .orElse("did not open")),
          Row.counted(
              count + " queued: heap",
              "fits -Xmx16m beside an empty JVM",
              heap == 0 ? "more than 1 GB" : "fits -Xmx" + heap + "m",
              heap > 0 && heap <= 16 + empty,
              Meter.text(
                  "in use %.0f MB; empty queue fits -Xmx%dm",
                  opened.map(answers -> answers.get("heap")).orElse(0L) / 1e6, empty)),
          Row.counted(
              "store after the drain",
              "at most 2 segments",
              segments + " segments",
              segments <= 2,
              drained
                  .map(
                      answers ->
                          Meter.text(
                              "%d B; drained in %.1f s",
                              answers.get("bytes"), answers.get("drain") / 1e3))
                  .orElse("did not drain")));
    } finally {
      Folders.delete(folder);
    }
  }

  private static long smallest(List<String> words, int from) throws Exception {
    for (int i = from; i < HEAPS.length; i++) {
      if (Child.run(List.of("-Xmx" + HEAPS[i] + "m", "-XX:+UseSerialGC"), words).isPresent()) {
        return HEAPS[i];
      }
    }
    return 0;
  }

  /** Puts so many messages into the store of a connection. */
  static void fill(Path folder, int count) throws Exception {
    try (OurStores stores = new OurStores(folder);
        Journal journal = stores.open(NAME, Duration.ofMillis(50))) {
      CountDownLatch forced = new CountDownLatch(count);
      for (int i = 0; i < count; i++) {
        StoredMessage message = message(journal, i);
        while (!journal.offer(message, how -> forced.countDown())) {
          journal.awaitRoom(Duration.ofSeconds(1));
        }
      }
      forced.await();
    }
  }

  private static StoredMessage message(Journal journal, int i) throws InterruptedException {
    long sequence = journal.nextSequence();
    while (sequence == 0) {
      journal.awaitRoom(Duration.ofSeconds(1));
      sequence = journal.nextSequence();
    }
    return new StoredMessage(
        sequence,
        Message.of("home/room" + i % TOPICS + "/temperature", PAYLOAD),
        Durability.GROUP,
        System.currentTimeMillis(),
        0);
  }

  /** Opens a connection on a store that was filled; 0: it does not connect. */
  static RobustMqttConnection open(BareHub hub, OurStores stores, int port) throws Exception {
    return hub.open(
        NAME,
        stores.provider(),
        Map.of(
            "broker",
            "mqtt://127.0.0.1:" + (port == 0 ? 1 : port),
            "connectDelay",
            port == 0 ? "1h" : "0",
            "queueMaxMessages",
            "2000000",
            "queueMaxBytes",
            "1GB"));
  }

  /** The other side: opens a connection on the store; drains it if there is a port. */
  public static void child(List<String> words, PrintStream out) throws Exception {
    Path folder = Path.of(words.get(0));
    int port = Integer.parseInt(words.get(1));
    boolean temporary = folder.toString().endsWith("-none");
    OurStores stores = temporary ? new OurStores() : new OurStores(folder);
    BareHub hub = new BareHub();
    long start = System.nanoTime();
    List<Long> opened = new ArrayList<>();
    RobustMqttConnection connection = open(hub, stores, port);
    opened.add(System.nanoTime());
    out.println("millis=" + (opened.get(0) - start) / 1_000_000);
    out.println("journal=" + stores.openMillis());
    out.println("heap=" + Child.heap());
    if (port != 0) {
      BareHub.await(connection, ConnectionState.ONLINE, Duration.ofSeconds(30));
      long drain = System.nanoTime();
      if (!connection.flush(Duration.ofSeconds(100))) {
        throw new IllegalStateException("not drained: " + connection.status());
      }
      out.println("drain=" + (System.nanoTime() - drain) / 1_000_000);
      // A round of the journal thread deletes what is not needed any more.
      Thread.sleep(1000);
      out.println("segments=" + stores.status().segments());
      out.println("bytes=" + stores.status().bytes());
    }
    out.flush();
    System.exit(0);
  }
}
