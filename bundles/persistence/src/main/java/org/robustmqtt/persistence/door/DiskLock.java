package org.robustmqtt.persistence.door;

/** An exclusive lock; the end of the process releases it too. */
public interface DiskLock extends AutoCloseable {
  /** Gives the lock back. May be called more than once. */
  @Override
  void close();
}
