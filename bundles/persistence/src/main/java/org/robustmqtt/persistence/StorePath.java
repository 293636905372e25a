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
 * @param fault why the configured directory cannot be used, empty if it can or there is none
 */
record StorePath(Optional<Path> configured, Optional<Path> dataArea, Optional<String> fault) {
  static final String PID = "org.robustmqtt.persistence";
  static final String KEY = "directory";

  /** Reads the configuration. */
  static StorePath of(Map<String, ?> configuration, Optional<Path> dataArea) {
    if (!configuration.containsKey(KEY)) {
      return new StorePath(Optional.empty(), dataArea, Optional.empty());
    }
    String value = String.valueOf(configuration.get(KEY)).strip();
    if (value.isEmpty() || value.contains("$[")) {
      return faulty(value, "must be a path; a $[...] in it was not resolved, or it is empty");
    }
    try {
      Path path = Path.of(value).toAbsolutePath().normalize();
      return new StorePath(Optional.of(path), dataArea, Optional.empty());
    } catch (InvalidPathException e) {
      return faulty(value, e.getReason());
    }
  }

  private static StorePath faulty(String value, String why) {
    String text = PID + ": " + KEY + " = \"" + value + "\": " + why;
    return new StorePath(Optional.empty(), Optional.empty(), Optional.of(text));
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
