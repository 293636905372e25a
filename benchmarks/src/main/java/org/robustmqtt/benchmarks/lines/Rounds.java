package org.robustmqtt.benchmarks.lines;

import java.util.Arrays;

/**
 * What the rounds of one line gave.
 *
 * @param values a value for each round
 */
record Rounds(double... values) {
  private static final int FEWEST = 3;

  double median() {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  double most() {
    return Arrays.stream(values).max().orElse(0);
  }

  /** Returns largest less smallest, over the median; no number if there are too few to say. */
  double spread() {
    if (values.length < FEWEST) {
      return Double.NaN;
    }
    double least = Arrays.stream(values).min().orElse(0);
    double median = median();
    return most() == least ? 0 : (most() - least) / Math.abs(median);
  }

  /** Returns each value over that of another in the same round. */
  Rounds over(Rounds other) {
    double[] ratios = new double[values.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / other.values[i];
    }
    return new Rounds(ratios);
  }
}
