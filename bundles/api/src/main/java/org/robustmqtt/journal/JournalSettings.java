package org.robustmqtt.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a journal is and how it is written.
 *
 * @param directory the folder that holds the journal's own folder; empty: the provider's default
 * @param storeDelay within what time a {@code group} message is written and forced; 0 and more
 * @param minFree how many bytes of the disk are left free: below it no message is written
 */
public record JournalSettings(Optional<Path> directory, Duration storeDelay, long minFree) {
  /** Checks the values. */
  public JournalSettings {
    Objects.requireNonNull(directory);
    if (storeDelay.isNegative()) {
      throw new IllegalArgumentException("storeDelay " + storeDelay + ": must not be negative");
    }
    if (minFree < 0) {
      throw new IllegalArgumentException("minFree " + minFree + ": must not be negative");
    }
  }
}
