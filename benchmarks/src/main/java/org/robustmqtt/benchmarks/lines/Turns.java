package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.Application;

/**
 * Candidates that publish in turns, the floor first and ours second: what each used in each round,
 * per message. A round has as many messages of each as it can publish in the same time.
 *
 * @param names of the candidates
 * @param used what they used, by candidate and round
 */
record Turns(List<String> names, Meter.Used[][] used) {
  static final int FLOOR = 0;
  static final int OURS = 1;

  private static final int LEAST = 50;

  static Turns take(List<Application> candidates, Meter meter, Scale scale) throws Exception {
    int[] counts = new int[candidates.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = warm(candidates.get(i), scale);
    }
    Meter.Used[][] used = new Meter.Used[counts.length][scale.rounds()];
    for (int round = 0; round < scale.rounds(); round++) {
      for (int i = 0; i < counts.length; i++) {
        meter.start();
        candidates.get(i).publish(counts[i]);
        used[i][round] = meter.stop().each(counts[i]);
      }
    }
    return new Turns(candidates.stream().map(Application::name).toList(), used);
  }

  /** Publishes for a while, and returns how many messages a round of it should have. */
  static int warm(Application candidate, Scale scale) throws Exception {
    long begin = System.nanoTime();
    int count = LEAST;
    long nanos;
    while (true) {
      long start = System.nanoTime();
      candidate.publish(count);
      nanos = System.nanoTime() - start;
      if (System.nanoTime() - begin >= scale.warmMillis() * 1_000_000L) {
        break;
      }
      count = nanos < scale.roundMillis() * 500_000L ? 2 * count : count;
    }
    return (int) Math.max(LEAST, count * scale.roundMillis() * 1e6 / nanos);
  }

  Rounds rounds(int candidate, ToDoubleFunction<Meter.Used> what) {
    double[] values = new double[used[candidate].length];
    for (int round = 0; round < values.length; round++) {
      values[round] = what.applyAsDouble(used[candidate][round]);
    }
    return new Rounds(values);
  }

  /** Returns the ratios to the floor of the same round. */
  Rounds ratios(int candidate, ToDoubleFunction<Meter.Used> what) {
    return rounds(candidate, what).over(rounds(FLOOR, what));
  }

  /** Returns the ratios of the peers as text. */
  String others(ToDoubleFunction<Meter.Used> what) {
    List<String> texts = new ArrayList<>();
    for (int i = OURS + 1; i < names.size(); i++) {
      texts.add(Meter.text("%s %.2f", names.get(i), ratios(i, what).median()));
    }
    return String.join("; ", texts);
  }

  /** Returns the values of the floor and the peers as text. */
  String values(ToDoubleFunction<Meter.Used> what, String format) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (i != OURS) {
        texts.add(names.get(i) + " " + Meter.text(format, rounds(i, what).median()));
      }
    }
    return String.join("; ", texts);
  }
}
