package org.robustmqtt.persistence;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;

/**
 * Where journals are: what the connection says, else {@code directory} of the configuration, else
 * the bundle's data area.
 *
 * <p>A {@code directory} that is there but empty, or holds a {@code $[} that the hub has not
 * resolved, is a fault, and no journal is opened: to go on in the data area would put messages
 * where a hub deletes them.
 *
 * @param configured the configured directory
 * @param dataArea the bundle's data area, empty if the framework has none
 * @param staging the configured folder for staging buffers
 * @param fault why the configured directory cannot be used, empty if it can or there is none
 */
record StorePath(
    Optional<Path> configured,
    Optional<Path> dataArea,
    Optional<Path> staging,
    Optional<String> fault) {
  static final String PID = "org.robustmqtt.persistence";
  static final String KEY = "directory";
  static final String STAGING = "stagingDirectory";

  /** Reads the configuration. */
  static StorePath of(Map<String, ?> configuration, Optional<Path> dataArea) {
    try {
      return new StorePath(
          path(configuration, KEY), dataArea, path(configuration, STAGING), Optional.empty());
    } catch (InvalidPathException e) {
      String text = PID + ": " + e.getInput() + ": " + e.getReason();
      return new StorePath(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(text));
    }
  }

  private static Optional<Path> path(Map<String, ?> configuration, String key) {
    if (!configuration.containsKey(key)) {
      return Optional.empty();
    }
    String value = String.valueOf(configuration.get(key)).strip();
    String named = key + " = \"" + value + "\"";
    if (value.isEmpty() || value.contains("$[")) {
      throw new InvalidPathException(
          named, "must be a path; a $[...] in it was not resolved, or it is empty");
    }
    try {
      return Optional.of(Path.of(value).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw new InvalidPathException(named, e.getReason());
    }
  }

  /**
   * Returns the folder that holds the journals' folders.
   *
   * @throws JournalException if there is none, naming key and value
   */
  Path base(JournalSettings settings) throws JournalException {
    if (settings.directory().isPresent()) {
      return settings.directory().get().toAbsolutePath().normalize();
    }
    return standard();
  }

  /** Returns the folder for connections that name none. */
  Path standard() throws JournalException {
    if (fault.isPresent()) {
      throw new JournalException(ProblemKind.STORE_UNREADABLE, fault.get(), null);
    }
    return configured
        .or(() -> dataArea)
        .orElseThrow(
            () ->
                new JournalException(
                    ProblemKind.STORE_UNREADABLE,
                    PID + ": the framework has no data area, and " + KEY + " is not set",
                    null));
  }
}
