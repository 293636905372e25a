package org.robustmqtt.shell;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Which files may be configurations of connections, by their names: others are not read. */
final class FileNames {
  private static final String PREFIX = "org.robustmqtt.connection-";

  private static final String OURS =
      "org\\.robustmqtt\\.(connection.*|persistence)\\.cfg(\\.json)?";
  private static final String PUT_AWAY = ".*(\\.(bak|old|orig|off|disabled|save|swp|sample)|~)";

  private FileNames() {}

  /**
   * Returns what is wrong with the name of a file in Karaf's folder that was probably meant to be a
   * connection; empty: it may be one, or was not meant to.
   */
  static Optional<String> nearMiss(String name) {
    if (!meant(name) || name.matches(OURS) || name.toLowerCase(Locale.ROOT).matches(PUT_AWAY)) {
      return Optional.empty();
    }
    String rest = name.replaceFirst("(?i)(\\.(cfg|json|conf|config|properties|txt))+$", "");
    int hyphen = rest.lastIndexOf('-');
    String label = rest.substring(hyphen + 1);
    boolean named = hyphen >= 0 && label.matches("[A-Za-z0-9._]+") && !label.matches("(?i)mqtt.*");
    return Optional.of(
        name
            + ": no connection comes of this name; if it is one, rename it to "
            + PREFIX
            + (named ? label : "NAME")
            + ".cfg");
  }

  /**
   * Returns what is wrong with the first line of one of openHAB's files that was probably meant to
   * be a connection; empty: it is one, or was not meant to.
   *
   * @param name the file's name
   * @param line its first line, which begins with {@code pid:}
   */
  static Optional<String> nearMiss(String name, String line) {
    if (!meant(line) || line.matches("pid:org\\.robustmqtt\\.(connection#.+|persistence)")) {
      return Optional.empty();
    }
    String label = line.substring(line.indexOf('#') + 1);
    return Optional.of(
        name
            + ": no connection comes of its first line, "
            + line
            + "; if it is one, write pid:org.robustmqtt.connection#"
            + (line.indexOf('#') > 0 && !label.isEmpty() ? label : "NAME"));
  }

  private static boolean meant(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
    return plain.contains("robust") && plain.contains("mqtt")
        || plain.contains("mqtt") && plain.contains("conne")
        || plain.contains("robust") && plain.contains("conne");
  }

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
