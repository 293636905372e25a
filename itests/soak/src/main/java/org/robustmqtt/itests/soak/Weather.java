package org.robustmqtt.itests.soak;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import org.robustmqtt.itests.testkit.FaultProxy;

/** What goes wrong, when, and when it is over. Used by one thread. */
final class Weather {
  /** Bytes a second of a slow line. */
  private static final long SLOW = 30_000;

  /** What is done at a time. */
  private interface Deed {
    void run() throws IOException, InterruptedException;
  }

  private record Due(long second, long order, Deed deed) {}

  private final Random random;
  private final List<HubProcess> hubs;
  private final HubProcess mortal;
  private final Map<String, Integer> faults = new TreeMap<>();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::second).thenComparingLong(Due::order));
  private long now;
  private long order;
  private boolean fine;

  Weather(long seed, List<HubProcess> hubs, HubProcess mortal) {
    random = new Random(seed);
    this.hubs = hubs;
    this.mortal = mortal;
    for (HubProcess hub : hubs) {
      hub.lines.forEach(line -> later(5 + random.nextInt(20), () -> network(line)));
      later(30 + random.nextInt(60), () -> fullDisk(hub));
      later(30 + random.nextInt(60), () -> unreadable(hub));
    }
    later(60 + random.nextInt(60), this::kill);
  }

  Map<String, Integer> faults() {
    return faults;
  }

  /** So many seconds have gone by. */
  void at(long second) throws IOException, InterruptedException {
    now = second;
    while (!due.isEmpty() && due.peek().second <= now) {
      due.remove().deed.run();
    }
  }

  private void later(long seconds, Deed deed) {
    due.add(new Due(now + seconds, order++, deed));
  }

  private void happened(String fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  private void network(FaultProxy line) {
    if (fine) {
      return;
    }
    long lasts = 0;
    switch (random.nextInt(10)) {
      case 0 -> {
        happened("cut");
        line.cut();
      }
      case 1 -> {
        happened("reset");
        line.reset();
      }
      case 2, 3 -> {
        happened("cut at a byte");
        line.cutAfter(random.nextInt(20_000));
      }
      case 4, 5 -> {
        happened("half-open");
        line.halfOpen();
      }
      case 6 -> {
        happened("stalled");
        line.stall();
        lasts = 1 + random.nextInt(40);
      }
      case 7 -> {
        happened("refused");
        line.bar();
        lasts = 5 + random.nextInt(40);
      }
      default -> {
        happened("30 kB/s");
        line.slow(SLOW);
        lasts = 30 + random.nextInt(60);
      }
    }
    later(
        lasts,
        () -> {
          line.flow();
          line.unbar();
          line.slow(0);
        });
    later(lasts + 5 + random.nextInt(40), () -> network(line));
  }

  private void fullDisk(HubProcess hub) throws IOException {
    if (fine) {
      return;
    }
    happened("disk full");
    if (hub.disk.isReal()) {
      hub.disk.fill(random.nextInt(3) * 1_000_000L);
    } else {
      hub.order("full");
    }
    later(
        10 + random.nextInt(50),
        () -> {
          hub.disk.free();
          hub.order("room");
          later(60 + random.nextInt(120), () -> fullDisk(hub));
        });
  }

  private void unreadable(HubProcess hub) throws IOException {
    if (fine) {
      return;
    }
    hub.order("unreadable");
    later(
        10 + random.nextInt(50),
        () -> {
          hub.order("readable");
          later(30 + random.nextInt(90), () -> unreadable(hub));
        });
  }

  private void kill() throws IOException, InterruptedException {
    if (fine) {
      return;
    }
    happened("kill -9");
    mortal.kill();
    later(
        random.nextInt(15),
        () -> {
          mortal.start();
          later(60 + random.nextInt(180), this::kill);
        });
  }

  /** From now on nothing goes wrong any more. */
  void heal() throws IOException, InterruptedException {
    fine = true;
    while (!due.isEmpty()) {
      due.remove().deed.run();
    }
    for (HubProcess hub : hubs) {
      hub.disk.free();
      hub.order("readable");
      hub.order("room");
      for (FaultProxy line : hub.lines) {
        line.flow();
        line.unbar();
        line.slow(0);
      }
    }
  }
}
