package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.Application;
import org.robustmqtt.benchmarks.client.Load;
import org.robustmqtt.benchmarks.wire.Broker;
import org.robustmqtt.benchmarks.wire.Brokers;

/** From publish until the application hears of the acknowledgement, at 1000 messages a second. */
public final class LatencyLine implements Lines {
  private static final long INTERVAL = 1_000_000;
  private static final int WINDOW = 20;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    Brokers.each(
        broker -> {
          try (Candidates candidates = new Candidates(broker, WINDOW, Load.USUAL)) {
            rows.add(row(candidates.all(), broker, scale));
          }
        });
    return rows;
  }

  private static Row row(List<Application> candidates, Broker broker, Scale scale)
      throws Exception {
    double[][] half = new double[candidates.size()][scale.rounds()];
    double[][] late = new double[candidates.size()][scale.rounds()];
    for (Application candidate : candidates) {
      Turns.warm(candidate, scale);
      paced(candidate, scale.paced());
    }
    for (int round = 0; round < scale.rounds(); round++) {
      for (int i = 0; i < candidates.size(); i++) {
        long[] times = paced(candidates.get(i), scale.paced());
        half[i][round] = times[times.length / 2];
        late[i][round] = times[times.length * 99 / 100];
      }
    }
    Rounds floor = new Rounds(half[Turns.FLOOR]);
    Rounds ratio = new Rounds(half[Turns.OURS]).over(floor);
    List<String> texts = new ArrayList<>();
    for (int i = Turns.OURS + 1; i < candidates.size(); i++) {
      texts.add(
          Meter.text(
              "%s %.2f x", candidates.get(i).name(), new Rounds(half[i]).over(floor).median()));
    }
    texts.add(Meter.text("floor %.0f us", floor.median() / 1e3));
    texts.add(
        Meter.text(
            "p99: ours %.0f us, floor %.0f us",
            new Rounds(late[Turns.OURS]).median() / 1e3,
            new Rounds(late[Turns.FLOOR]).median() / 1e3));
    return Row.of(
        "publish to outcome at 1000 msg/s, p50, " + broker.name(),
        "1.3 x floor",
        Meter.text("%.2f x", ratio.median()),
        ratio.median() <= 1.3,
        ratio.spread(),
        String.join("; ", texts));
  }

  private static long[] paced(Application candidate, int count) throws Exception {
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
