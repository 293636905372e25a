package org.robustmqtt.itests.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.component.SoakHub;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.persistence.SoakStore;
import org.robustmqtt.persistence.runtime.FileDisk;

/**
 * The process of a hub: publishes and hears on several connections, and notes in a file what it was
 * told, a line each, so that a kill takes none of it. Takes orders from standard input.
 */
public final class HubMain {
  private static final int RATE = 40;
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / RATE;
  private static final int LARGE_EVERY = 2_000;
  private static final int LARGE = 150_000;

  private final OutputStream notes;
  private final BadDisk disk = new BadDisk(new FileDisk());
  private final List<RobustMqttConnection> connections = new ArrayList<>();
  private volatile boolean publishing = true;

  private HubMain(Path notes) throws IOException {
    this.notes = Files.newOutputStream(notes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * Runs until standard input ends or says {@code stop}.
   *
   * @param args name, notes, folder of journals, first number, then a port for each connection
   */
  public static void main(String[] args) throws Exception {
    HubMain main = new HubMain(Path.of(args[1]));
    main.run(
        args[0], Path.of(args[2]), Long.parseLong(args[3]), List.of(args).subList(4, args.length));
  }

  private void run(String hub, Path base, long first, List<String> ports) throws Exception {
    JournalProvider store = SoakStore.open(disk, base);
    SoakHub rooms = new SoakHub();
    for (int i = 0; i < ports.size(); i++) {
      open(rooms, store, hub + i, ports.get(i), i);
    }
    Thread publisher = new Thread(() -> publish(first), "soak-publisher");
    publisher.setDaemon(true);
    publisher.start();
    obey();
    publishing = false;
    publisher.join();
    rooms.close();
    System.exit(0);
  }

  private void open(SoakHub rooms, JournalProvider store, String name, String port, int i)
      throws Exception {
    RobustMqttConnection connection =
        rooms.open(
            name,
            store,
            Map.of(
                "broker", "mqtt://127.0.0.1:" + port,
                "clientID", name,
                "connectDelay", "0",
                "mqttVersion", i % 2 == 0 ? "5" : "3.1.1",
                "keepAlive", "10",
                "retryMax", "5s",
                "storeMinFree", "4MB",
                "queueMaxMessages", "8000"),
            settled -> note("O " + name + " " + settled.id() + " " + text(settled.outcome())),
            status -> {
              if (status.state() == ConnectionState.ONLINE) {
                boolean kept = status.sessionPresent().orElse(false);
                note("C " + name + (kept ? " kept" : " begun"));
              }
            });
    connection.subscribe(
        "in/" + name,
        QoS.EXACTLY_ONCE,
        message -> note("H " + name + " " + message.text().split(" ", 2)[0]));
    connections.add(connection);
  }

  private static String text(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED ->
          ((Outcome.Acknowledged) outcome).mayBeDuplicate() ? "ACKNOWLEDGED+" : "ACKNOWLEDGED";
      case SENT -> "SENT";
      case DROPPED -> ((Outcome.Dropped) outcome).reason().name();
    };
  }

  private synchronized void note(String line) {
    try {
      notes.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void publish(long first) {
    long next = System.nanoTime();
    for (long number = first; publishing; number++) {
      for (RobustMqttConnection connection : connections) {
        publish(connection, number);
      }
      next += TICK_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void publish(RobustMqttConnection connection, long number) {
    int kind = (int) (number % 10);
    int qos = kind == 0 ? 0 : kind < 6 ? 1 : 2;
    boolean retained = kind == 3 || kind == 8;
    byte[] payload = new byte[number % LARGE_EVERY == 1 ? LARGE : 60];
    byte[] text = (number + " ").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, payload, 0, text.length);
    String topic = "out/" + connection.name() + (retained ? "/r" : "/" + number % 7);
    Message message = Message.of(topic, payload).withQos(qos).withRetain(retained);
    message =
        switch (kind) {
          case 0, 5 -> message.withDurability(Durability.MEMORY);
          case 4, 9 -> message.withDurability(Durability.SYNC);
          default -> message;
        };
    try {
      Ticket ticket = connection.publish(message);
      String to = connection.name() + " " + ticket.id();
      note("A " + to + " " + number + " " + qos);
      ticket.stored().thenAccept(stored -> note("S " + to + " " + stored));
    } catch (NotAcceptedException e) {
      note("R " + connection.name() + " " + e.reason());
    }
  }

  private void obey() throws IOException, InterruptedException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      switch (order) {
        case "unreadable" -> disk.unreadable(true);
        case "readable" -> {
          note("U " + (disk.victim().isPresent() ? "failed" : "untried"));
          disk.unreadable(false);
        }
        case "full" -> disk.full(true);
        case "room" -> disk.full(false);
        case "quiet" -> publishing = false;
        case "measure" -> measure();
        case "stop" -> {
          return;
        }
        default -> throw new IllegalArgumentException(order);
      }
    }
    // Whoever gave orders is gone.
    Runtime.getRuntime().halt(2);
  }

  private void measure() throws IOException, InterruptedException {
    System.gc();
    TimeUnit.MILLISECONDS.sleep(200);
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    long files;
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      files = open.count();
    }
    long pending = connections.stream().mapToLong(one -> one.status().queue().messages()).sum();
    System.out.println("M " + heap + " " + threads + " " + files + " " + pending);
  }
}
