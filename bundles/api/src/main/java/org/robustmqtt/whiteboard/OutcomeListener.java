package org.robustmqtt.whiteboard;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears the outcome of every message of a connection, also of those recovered after a restart. */
@ConsumerType
@FunctionalInterface
public interface OutcomeListener {
  /** Called once for each outcome, on a listener thread, in order for each listener. */
  void settled(Settlement settlement);
}
