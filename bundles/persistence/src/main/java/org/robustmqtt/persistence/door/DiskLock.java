package org.robustmqtt.persistence.door;

import java.io.IOException;

/** An exclusive lock; the end of the process releases it too. */
public interface DiskLock extends AutoCloseable {
  /**
   * Makes sure that the file at the path is the one that is locked: if it was replaced or deleted,
   * it is made and locked anew.
   *
   * @throws IOException if that fails, or another process holds it
   */
  void renew() throws IOException;

  /** Gives the lock back. May be called more than once. */
  @Override
  void close();
}
