package org.robustmqtt.shell;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Which files may be configurations of connections, by their names: others are not read. */
final class FileNames {
  private static final String PREFIX = "org.robustmqtt.connection-";

  private FileNames() {}

  /**
   * Returns what is wrong with the name of a file, and what it should be; empty: it may be one.
   *
   * @param file its name, without a folder; null if the path has none
   * @param openHab whether the hub is openHAB, where the first line of a file names the connection
   */
  static Optional<String> wrong(Path file, boolean openHab) {
    String name = String.valueOf(file);
    boolean ours = name.startsWith(PREFIX.substring(0, PREFIX.length() - 1));
    if (name.matches(".*\\.cfg(\\.json)?") && (openHab || ours)) {
      return Optional.empty();
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith(PREFIX)) {
      String rest = name.substring(PREFIX.length()).replaceFirst("\\.[^.]*$", "");
      return Optional.of(
          name + ": no connection comes of this name; rename it to " + PREFIX + rest + ".cfg");
    }
    return Optional.of(
        name
            + ": is not named like the file of a connection, so it was not read; Karaf:"
            + " etc/org.robustmqtt.connection-NAME.cfg, openHAB: conf/services/NAME.cfg");
  }
}
