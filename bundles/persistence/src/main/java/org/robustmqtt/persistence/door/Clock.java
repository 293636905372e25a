package org.robustmqtt.persistence.door;

/** The time. */
public interface Clock {
  /** Returns nanoseconds that never go back, from an arbitrary origin. */
  long nanos();

  /** Returns the wall time in milliseconds since 1970, as wrong as the machine's clock is. */
  long wallMillis();
}
