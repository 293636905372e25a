package org.robustmqtt.client.door;

/** The time. Safe for several threads. */
public interface Clock {
  /** Returns nanoseconds from an arbitrary origin; never goes back. */
  long nanos();

  /** Returns milliseconds of wall time since 1970; may jump. */
  long wallMillis();
}
