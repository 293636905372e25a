package org.robustmqtt.persistence.door;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Used by one thread at a time. */
public interface DiskFile extends Closeable {
  /** Returns the size in bytes. */
  long size() throws IOException;

  /**
   * Reads some bytes.
   *
   * @return how many, -1 at the end of the file
   */
  int read(ByteBuffer into, long position) throws IOException;

  /** Writes all remaining bytes; after an exception it is unknown how many were written. */
  void write(ByteBuffer bytes, long position) throws IOException;

  /** Makes everything written survive a power cut; after an exception nothing is known. */
  void force() throws IOException;

  /** Shortens the file. */
  void truncate(long size) throws IOException;
}
