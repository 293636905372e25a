package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.client.policy.Backoff;

/**
 * The waits between attempts in virtual time, over many seeds: how long after its return a broker
 * of the local network that refuses while it is away is asked again. The handshake, some
 * milliseconds, comes on top.
 */
public final class BackoffLine implements Lines {
  private static final long SECOND = 1_000_000_000L;

  /** What a connection has by default while its broker is near. */
  private static final Backoff.Rules NEAR =
      new Backoff.Rules(Backoff.Growth.DOUBLING, SECOND, 4 * SECOND, true);

  private static final int SEEDS = 10_000;

  @Override
  public String name() {
    return "backoff";
  }

  @Override
  public List<Row> measure(Scale scale) {
    List<Row> rows = new ArrayList<>();
    for (int seconds : new int[] {5, 600}) {
      long budget = seconds == 5 ? SECOND : 5 * SECOND;
      long[] stable = all(seconds * SECOND, 0);
      long[] flapping = all(seconds * SECOND, 3);
      long worst = stable[SEEDS - 1];
      rows.add(
          new Row(
              "back after an outage of " + (seconds == 5 ? "5 s" : "10 min") + ", simulated",
              budget / SECOND + " s",
              quantiles(stable),
              Row.Verdict.of(worst <= budget),
              "after three links that lived 10 s each: " + quantiles(flapping)));
    }
    return rows;
  }

  private static String quantiles(long[] sorted) {
    return Meter.text(
        "p50 %.2f s, p99 %.2f s, max %.2f s",
        sorted[SEEDS / 2] / 1e9, sorted[SEEDS * 99 / 100] / 1e9, sorted[SEEDS - 1] / 1e9);
  }

  private static long[] all(long outage, int shortLinks) {
    long[] waits = new long[SEEDS];
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      long now = 0;
      Backoff backoff = Backoff.FRESH.withStableLink(Backoff.Schedule.HEALING, now);
      for (int i = 0; i <= shortLinks; i++) {
        if (i > 0) {
          now += 10 * SECOND;
          backoff = backoff.withShortLink(Backoff.Schedule.HEALING, 10 * SECOND, now);
        }
        long end = now + outage;
        now += backoff.waitNanos(NEAR, now, random.nextDouble());
        while (now < end) {
          backoff = backoff.withFailure(Backoff.Schedule.HEALING, now);
          now += backoff.waitNanos(NEAR, now, random.nextDouble());
        }
        waits[seed] = now - end;
      }
    }
    Arrays.sort(waits);
    return waits;
  }
}
