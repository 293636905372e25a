package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
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
      new Backoff.Rules(Backoff.Growth.DOUBLING, SECOND, 4 * SECOND, Backoff.Jitter.FULL, true);

  @Override
  public String name() {
    return "backoff";
  }

  @Override
  public List<Row> measure(Scale scale) {
    List<Row> rows = new ArrayList<>();
    for (int outage : new int[] {5, 600}) {
      long budget = outage == 5 ? SECOND : 5 * SECOND;
      String what = "back after an outage of " + (outage == 5 ? "5 s" : "10 min");
      long[] stable = after(scale, outage, backoff -> backoff, 0);
      rows.add(row(what + ", simulated", budget, stable));
      for (int lived : new int[] {2, 7}) {
        long[] waits = after(scale, outage, backoff -> shortLink(backoff, lived, 0), 0);
        rows.add(row(what + " of a link that had lived " + lived + " s, simulated", budget, waits));
      }
      long[] flapping =
          after(
              scale,
              outage,
              backoff -> {
                Backoff next = backoff;
                for (int i = 1; i <= 3; i++) {
                  next = shortLink(next, 10, 10L * i * SECOND);
                }
                return next;
              },
              30 * SECOND);
      rows.add(row(what + ", after three links that lived 10 s, simulated", budget, flapping));
    }
    return rows;
  }

  private static Row row(String what, long budget, long[] waits) {
    return Row.counted(
        what,
        budget / SECOND + " s",
        quantiles(waits),
        waits[waits.length - 1] <= budget,
        waits.length + " seeds; the handshake comes on top");
  }

  private static Backoff shortLink(Backoff backoff, int lived, long now) {
    return backoff.withShortLink(Backoff.Schedule.HEALING, lived * SECOND, now, true);
  }

  private static String quantiles(long[] sorted) {
    return Meter.text(
        "p50 %.2f s, p99 %.2f s, max %.2f s",
        sorted[sorted.length / 2] / 1e9,
        sorted[sorted.length * 99 / 100] / 1e9,
        sorted[sorted.length - 1] / 1e9);
  }

  /** How long a broker that is back is left alone, sorted, after what a history ends with. */
  private static long[] after(Scale scale, int outage, UnaryOperator<Backoff> history, long start) {
    long[] waits = new long[scale.seeds()];
    for (int seed = 0; seed < waits.length; seed++) {
      Random random = new Random(seed);
      long now = start;
      Backoff backoff =
          history.apply(Backoff.FRESH.withStableLink(Backoff.Schedule.HEALING, 0, true));
      long end = now + outage * SECOND;
      now += backoff.waitNanos(NEAR, now, random.nextDouble());
      while (now < end) {
        backoff = backoff.withFailure(Backoff.Schedule.HEALING, now);
        now += backoff.waitNanos(NEAR, now, random.nextDouble());
      }
      waits[seed] = now - end;
    }
    Arrays.sort(waits);
    return waits;
  }
}
