package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.robustmqtt.Durability;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.FloorPublisher;
import org.robustmqtt.benchmarks.client.HivePublisher;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.client.PahoPublisher;
import org.robustmqtt.benchmarks.client.Publisher;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/** From publish until the application hears of the acknowledgement, at 1000 messages a second. */
public final class LatencyLine implements Lines {
  private static final long INTERVAL = 1_000_000;
  private static final int SLICES = 5;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Publisher> candidates = new ArrayList<>();
    FloorBroker broker = FloorBroker.start(0);
    try {
      candidates.add(new FloorPublisher(broker.port(), 20));
      candidates.add(new OurPublisher(broker.port(), 20, Optional.empty()));
      candidates.add(new OurPublisher(broker.port(), 20, Optional.of(Durability.MEMORY)));
      candidates.add(new HivePublisher(broker.port(), 20, false));
      candidates.add(new PahoPublisher(broker.port(), 1000, false));
      double[][] half = new double[candidates.size()][SLICES];
      double[][] late = new double[candidates.size()][SLICES];
      for (Publisher candidate : candidates) {
        candidate.publish(scale.messages());
        paced(candidate, scale.paced() / SLICES);
      }
      for (int slice = 0; slice < SLICES; slice++) {
        for (int i = 0; i < candidates.size(); i++) {
          long[] times = paced(candidates.get(i), scale.paced() / SLICES);
          half[i][slice] = times[times.length / 2];
          late[i][slice] = times[times.length * 99 / 100];
        }
      }
      double floor = Meter.median(half[0]);
      double ratio = Meter.median(half[1]) / floor;
      List<String> texts = new ArrayList<>();
      for (int i = 2; i < candidates.size(); i++) {
        texts.add(Meter.text("%s %.2f x", candidates.get(i).name(), Meter.median(half[i]) / floor));
      }
      texts.add(Meter.text("floor %.0f us", floor / 1e3));
      texts.add(
          Meter.text(
              "p99: ours %.0f us, floor %.0f us",
              Meter.median(late[1]) / 1e3, Meter.median(late[0]) / 1e3));
      return List.of(
          new Row(
              "publish to PUBACK at 1000 msg/s, p50",
              "1.3 x floor",
              Meter.text("%.2f x", ratio),
              Row.Verdict.of(ratio <= 1.3),
              String.join("; ", texts)));
    } finally {
      for (Publisher candidate : candidates) {
        candidate.close();
      }
      broker.close();
    }
  }

  private static long[] paced(Publisher candidate, int count) throws Exception {
    long[] times = new long[count];
    CountDownLatch left = new CountDownLatch(count);
    long due = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int place = i;
      long start = System.nanoTime();
      candidate.publish(
          () -> {
            times[place] = System.nanoTime() - start;
            left.countDown();
          });
      due += INTERVAL;
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
        LockSupport.parkNanos(due - now);
      }
    }
    if (!left.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(candidate.name() + ": not all were acknowledged");
    }
    Arrays.sort(times);
    return times;
  }
}
