package org.robustmqtt;

/** What became of the writing of a message: how {@link Ticket#stored()} completes. */
public enum Stored {
  /** Written and forced: a power cut cannot take it away any more. */
  ON_DISK,
  /** It had its outcome before it was written. */
  SETTLED_FIRST,
  /**
   * It is kept in memory only: durability {@code memory}, or {@code group} while the store is
   * degraded.
   */
  MEMORY_ONLY,
  /** It could not be written. */
  FAILED
}
