package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.robustmqtt.client.door.UserFiles;

/** Files of the system. */
final class SystemFiles implements UserFiles {
  @Override
  public byte[] read(Path path, int atMost) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isRegularFile(path)) {
      // A pipe would keep the helper until its deadline.
      throw new FileSystemException(path.toString(), null, "not a file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(atMost + 1);
      if (bytes.length > atMost) {
        throw new FileSystemException(path.toString(), null, "larger than " + atMost + " bytes");
      }
      return bytes;
    }
  }
}
