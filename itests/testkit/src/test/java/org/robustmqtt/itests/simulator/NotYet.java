package org.robustmqtt.itests.simulator;

import java.util.EnumSet;
import java.util.Set;

/** The sentences that the code does not keep yet: they are looked at, and break no build. */
final class NotYet {
  private static final Set<Sentence> HELD = EnumSet.noneOf(Sentence.class);

  /** Faults that the code does not stand yet: they do not happen. */
  private static final Set<Fault> LEFT = EnumSet.of(Fault.DISK_UNREADABLE, Fault.BROKER_COPIES);

  private static final boolean ALL = Boolean.getBoolean("simulation.all");

  /** Faults that happen all the same, by name. */
  private static final String ONLY = System.getProperty("simulation.only", "");

  private NotYet() {}

  /** Returns whether a fault is left out. */
  static boolean left(Fault fault) {
    return LEFT.contains(fault) && !ALL && !ONLY.contains(fault.name());
  }

  /** Returns whether a sentence is not held against the code. */
  static boolean held(Sentence sentence) {
    return HELD.contains(sentence) && !ALL;
  }
}
