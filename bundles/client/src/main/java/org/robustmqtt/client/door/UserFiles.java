package org.robustmqtt.client.door;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Small files that the user names in a configuration: certificates and keys. Safe for threads. */
@FunctionalInterface
public interface UserFiles {
  /** A world without files. */
  UserFiles NONE =
      (path, atMost) -> {
        throw new NoSuchFileException(path.toString());
      };

  /**
   * Reads a whole file. Blocks: on a helper only.
   *
   * @param atMost the largest file that is read, in bytes
   * @throws NoSuchFileException if it is not there
   * @throws java.nio.file.AccessDeniedException if it may not be read
   * @throws IOException if it is no file, is larger, or cannot be read
   */
  byte[] read(Path path, int atMost) throws IOException;
}
