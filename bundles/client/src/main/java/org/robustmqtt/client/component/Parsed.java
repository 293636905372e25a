package org.robustmqtt.client.component;

import java.util.List;
import java.util.Optional;

/**
 * A configuration as it was read.
 *
 * @param source names its file, or its PID
 * @param name what the connection is called; empty if that is not allowed
 * @param settings what it says, with defaults where it is faulty
 * @param faults everything that is wrong, a line each; empty: the settings may be used
 * @param warnings what is doubtful, a line each
 */
record Parsed(
    String source,
    Optional<String> name,
    Settings settings,
    List<String> faults,
    List<String> warnings) {
  /** Returns whether the settings may be used. */
  boolean good() {
    return faults.isEmpty();
  }
}
