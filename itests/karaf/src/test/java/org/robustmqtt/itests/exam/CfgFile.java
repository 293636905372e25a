package org.robustmqtt.itests.exam;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/**
 * A configuration file in {@code etc}, edited as a user edits it.
 *
 * <p>Karaf itself writes such a file back a moment after it has read it, and a change within that
 * moment is lost. So each change must have shown its effect before the next one, and {@link
 * #settled} must have been called in between: the one place where these tests wait for nothing but
 * time.
 */
final class CfgFile implements AutoCloseable {
  private static final long WRITE_BACK_MILLIS = 400;

  private final Path file;

  private CfgFile(Path file) {
    this.file = file;
  }

  /** Returns the file of a connection. */
  static CfgFile connection(String name) {
    return new CfgFile(
        Path.of(System.getProperty("karaf.etc"), "org.robustmqtt.connection-" + name + ".cfg"));
  }

  /** Writes the file, whole at once. */
  void write(String... lines) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(aside, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
    Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Lets the moment pass in which Karaf may write the file back. */
  void settled() {
    try {
      TimeUnit.MILLISECONDS.sleep(WRITE_BACK_MILLIS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes the file. */
  @Override
  public void close() throws IOException {
    settled();
    Files.deleteIfExists(file);
  }
}
