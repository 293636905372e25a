package org.robustmqtt.itests.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.robustmqtt.itests.testkit.Mosquitto;

/**
 * Runs two hubs with three connections each for a while under faults, heals everything, waits until
 * nothing goes on any more, and looks what was lost and what grew. Exit status 0 if nothing, 1 if
 * something, 2 if it could not be held.
 */
public final class SoakMain {
  private static final int CONNECTIONS = 3;
  private static final long WINDOW_SECONDS = 600;
  private static final long TABLE_SECONDS = 300;

  /** Measured so often in a window. */
  private static final int SAMPLES = 10;

  /** Healed, and nothing has changed for so long: it will not any more. */
  private static final long NO_PROGRESS_SECONDS = 180;

  private static final int SENDS_A_SECOND = 10;

  private final long seconds;
  private final long seed;
  private final List<HubProcess> hubs = new ArrayList<>();
  private final List<Growth> growths = new ArrayList<>();
  private final long window;
  private final long begin = System.nanoTime();

  private SoakMain(long seconds, long seed) {
    this.seconds = seconds;
    this.seed = seed;
    window = Math.min(WINDOW_SECONDS, Math.max(20, seconds / 6));
  }

  /**
   * Runs the soak and ends the JVM.
   *
   * @param args folder of the run, made anew; minutes; seed
   */
  public static void main(String[] args) {
    int status = 2;
    try {
      Path folder = Path.of(args[0]).toAbsolutePath();
      long seconds = (long) (Double.parseDouble(args[1]) * 60);
      long seed = args.length > 2 ? Long.parseLong(args[2]) : System.currentTimeMillis();
      delete(folder);
      List<String> wrong = new SoakMain(seconds, seed).run(Files.createDirectories(folder));
      wrong.forEach(line -> System.out.println("WRONG: " + line));
      System.out.println(wrong.isEmpty() ? "Nothing lost, nothing grown" : "Folder: " + folder);
      status = wrong.isEmpty() ? 0 : 1;
    } catch (IOException | MqttException | RuntimeException e) {
      e.printStackTrace();
    } catch (InterruptedException e) {
      System.err.println("interrupted");
    }
    System.exit(status);
  }

  private List<String> run(Path folder) throws IOException, InterruptedException, MqttException {
    System.out.printf("%d minutes, seed %d, folder %s%n", seconds / 60, seed, folder);
    try (Mosquitto broker = Mosquitto.startInMemory(folder.resolve("broker"))) {
      // However it ends, nothing of it runs any more, and nothing is mounted.
      Thread atEnd = new Thread(() -> giveUp(broker), "soak-end");
      Runtime.getRuntime().addShutdownHook(atEnd);
      try {
        hubs.add(new HubProcess("steady", folder.resolve("steady"), CONNECTIONS, broker.port()));
        hubs.add(new HubProcess("mortal", folder.resolve("mortal"), CONNECTIONS, broker.port()));
        hubs.forEach(hub -> growths.add(new Growth(window)));
        try (Driver driver = new Driver(broker.port(), hubs)) {
          return course(driver);
        }
      } finally {
        for (HubProcess hub : hubs) {
          hub.close();
        }
      }
    }
  }

  private void giveUp(Mosquitto broker) {
    broker.close();
    hubs.forEach(HubProcess::giveUp);
  }

  private List<String> course(Driver driver)
      throws IOException, InterruptedException, MqttException {
    for (HubProcess hub : hubs) {
      hub.start();
    }
    Weather weather = new Weather(seed, hubs, hubs.get(1));
    long last = 0;
    for (long tick = 0; now() < seconds; tick++) {
      awaitTick(tick);
      driver.send();
      long second = now();
      if (second == last) {
        continue;
      }
      last = second;
      weather.at(second);
      look(second, weather);
    }
    System.out.println("Healed");
    weather.heal();
    for (HubProcess hub : hubs) {
      hub.order("quiet");
    }
    awaitQuiet();
    measure(now());
    System.out.printf("The broker dropped the driver %d times%n", driver.lost());
    System.out.println(new Table(hubs, growths, weather).text(now()));
    return verdict();
  }

  private void look(long second, Weather weather) throws IOException {
    for (HubProcess hub : hubs) {
      hub.readNotes();
    }
    if (second % Math.max(1, window / SAMPLES) == 0) {
      measure(second);
    }
    if (second % TABLE_SECONDS == 0) {
      System.out.println(new Table(hubs, growths, weather).text(second));
    }
  }

  private void measure(long second) throws IOException {
    for (int i = 0; i < hubs.size(); i++) {
      Optional<Growth.Sample> sample = hubs.get(i).measure(second);
      sample.ifPresent(growths.get(i)::add);
    }
  }

  private void awaitQuiet() throws IOException, InterruptedException {
    long before = -1;
    long changed = now();
    while (now() - changed < NO_PROGRESS_SECONDS) {
      TimeUnit.SECONDS.sleep(1);
      long progress = 0;
      boolean done = true;
      for (HubProcess hub : hubs) {
        hub.readNotes();
        for (Account account : hub.accounts.values()) {
          progress += account.progress();
          done &= account.done();
        }
      }
      if (done) {
        return;
      }
      if (progress != before) {
        before = progress;
        changed = now();
      }
    }
  }

  private List<String> verdict() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (HubProcess hub : hubs) {
      hub.accounts.values().forEach(account -> wrong.addAll(account.end()));
      if (!hub.isUp()) {
        wrong.add(hub.name + ": its process is gone");
      }
      if (hub.defects() > 0) {
        wrong.add(hub.name + ": " + hub.defects() + " defects in its log");
      }
    }
    growths.get(0).grown().forEach(line -> wrong.add("steady: " + line));
    return wrong;
  }

  private long now() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
  }

  private void awaitTick(long tick) throws InterruptedException {
    long due = begin + tick * (TimeUnit.SECONDS.toNanos(1) / SENDS_A_SECOND);
    long left = due - System.nanoTime();
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
