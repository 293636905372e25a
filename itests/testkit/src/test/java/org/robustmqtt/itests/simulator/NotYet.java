package org.robustmqtt.itests.simulator;

import java.util.EnumSet;
import java.util.Set;

/** The sentences that the code does not keep yet: they are looked at, and break no build. */
final class NotYet {
  /**
   * RETAINED: about one schedule in a thousand (seeds 1250 and 1531) sends an older retained
   * message once more after a power cut, while the record that gives it up is on its way.
   */
  private static final Set<Sentence> HELD = EnumSet.of(Sentence.RETAINED);

  private static final boolean ALL = Boolean.getBoolean("simulation.all");

  private NotYet() {}

  /** Returns whether a sentence is not held against the code. */
  static boolean held(Sentence sentence) {
    return HELD.contains(sentence) && !ALL;
  }
}
