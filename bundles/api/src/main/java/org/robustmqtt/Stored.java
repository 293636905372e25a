package org.robustmqtt;

/** What became of the writing of a message: how {@link Ticket#stored()} completes. */
public enum Stored {
  /** Written and forced: a power cut cannot take it away any more. */
  ON_DISK,
  /** It had its outcome before it was written. */
  SETTLED_FIRST,
  /**
   * It is kept in memory only: durability {@code memory}, or {@code group} while the store is
   * degraded. A {@code sync} message, too, if the connection was closed while nobody could know
   * whether a disk that had failed holds it.
   */
  MEMORY_ONLY,
  /**
   * It could not be written, and no restart will find it: what may have been written of it is
   * withdrawn before this is told.
   */
  FAILED
}
