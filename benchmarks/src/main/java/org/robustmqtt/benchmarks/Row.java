package org.robustmqtt.benchmarks;

/**
 * A line of the table.
 *
 * @param what what was measured
 * @param budget what is wanted
 * @param measured what came out for us
 * @param verdict how that compares
 * @param others what came out for the floor and the peers
 */
public record Row(String what, String budget, String measured, Verdict verdict, String others) {
  /** How a measurement compares with its budget. */
  public enum Verdict {
    /** Within the budget. */
    MET("met"),
    /** Not within the budget. */
    OPEN("**open**"),
    /** There is no budget, or the machine decides. */
    SHOWN("-");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** Returns met or open. */
    public static Verdict of(boolean met) {
      return met ? MET : OPEN;
    }
  }

  @Override
  public String toString() {
    return String.join(
            " | ", "| " + what, budget, measured, verdict.text, others.isEmpty() ? "-" : others)
        + " |";
  }
}
