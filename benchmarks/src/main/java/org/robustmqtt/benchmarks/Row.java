package org.robustmqtt.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

/**
 * A line of the table.
 *
 * @param what what was measured
 * @param budget what is wanted
 * @param measured what came out for us
 * @param verdict how that compares
 * @param spread how far its rounds lie apart: largest less smallest, over the median; empty for
 *     what has no rounds
 * @param load the load average of the machine when it was measured, this program included
 * @param others what came out for the floor and the peers
 */
public record Row(
    String what,
    String budget,
    String measured,
    Verdict verdict,
    Optional<Double> spread,
    double load,
    String others) {
  /** Rounds that lie further apart say nothing that can be called met. */
  public static final double MOST_SPREAD = 0.3;

  /** How a measurement compares with its budget. */
  public enum Verdict {
    /** Within the budget. */
    MET("met"),
    /** Not within the budget. */
    OPEN("**open**"),
    /** Within the budget, but with rounds too far apart to say so. */
    UNSTEADY("*unsteady*"),
    /** There is no budget, or the machine decides. */
    SHOWN("-");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }
  }

  /** Returns a line that was measured in rounds; met only if there are enough that agree. */
  public static Row of(
      String what, String budget, String measured, boolean met, double spread, String others) {
    Verdict verdict = !met ? Verdict.OPEN : spread <= MOST_SPREAD ? Verdict.MET : Verdict.UNSTEADY;
    Optional<Double> known = Double.isFinite(spread) ? Optional.of(spread) : Optional.empty();
    return new Row(what, budget, measured, verdict, known, loadNow(), others);
  }

  /** Returns a line that has no rounds: it was counted, or simulated. */
  public static Row counted(
      String what, String budget, String measured, boolean met, String others) {
    Verdict verdict = met ? Verdict.MET : Verdict.OPEN;
    return new Row(what, budget, measured, verdict, Optional.empty(), loadNow(), others);
  }

  /** Returns a line without a budget. */
  public static Row shown(String what, String measured, Optional<Double> spread, String others) {
    Optional<Double> known = spread.filter(Double::isFinite);
    return new Row(what, "-", measured, Verdict.SHOWN, known, loadNow(), others);
  }

  /** Returns the load average of the last minute; negative where there is none. */
  public static double loadNow() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  @Override
  public String toString() {
    return String.join(
            " | ",
            "| " + what,
            budget,
            measured,
            verdict.text,
            spread.map(share -> String.format(Locale.ROOT, "%.0f %%", 100 * share)).orElse("-"),
            load < 0 ? "-" : String.format(Locale.ROOT, "%.1f", load),
            others.isEmpty() ? "-" : others)
        + " |";
  }
}
