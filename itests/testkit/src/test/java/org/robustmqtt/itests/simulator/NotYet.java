package org.robustmqtt.itests.simulator;

import java.util.EnumSet;
import java.util.Set;

/** The sentences that the code does not keep yet: they are looked at, and break no build. */
final class NotYet {
  private static final Set<Sentence> HELD =
      EnumSet.of(
          // Rules 4, 5 and 10, which are being built.
          Sentence.RETAINED,
          Sentence.POISON,
          Sentence.CLOCK,
          // Open findings.
          Sentence.EXACTLY_ONCE,
          Sentence.HANDLED_ONCE,
          Sentence.PUBREC_RECORDED,
          Sentence.PUBCOMP_RECORDED,
          Sentence.CLEAN_START,
          Sentence.WANTED,
          Sentence.REPEATED,
          Sentence.NOT_ARRIVED,
          Sentence.IN_ORDER,
          Sentence.NO_DAMAGE,
          Sentence.FIFO,
          Sentence.NO_LEAK,
          Sentence.COMES_BACK);

  private static final boolean ALL = Boolean.getBoolean("simulation.all");

  private NotYet() {}

  /** Returns whether a sentence is not held against the code. */
  static boolean held(Sentence sentence) {
    return HELD.contains(sentence) && (!ALL || sentence == Sentence.POISON);
  }
}
