package org.robustmqtt;

/** When a message is on disk. */
public enum Durability {
  /** Never written; lost if the process ends. */
  MEMORY,
  /**
   * Written and forced within the connection's {@code storeDelay}, together with others; not
   * written at all if the broker acknowledged it first.
   */
  GROUP,
  /** Written and forced at once, one force for all that wait. */
  SYNC
}
