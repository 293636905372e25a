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
 * @param policies what is said of messages that stay on disk when it is opened
 */
public record JournalSettings(
    Optional<Path> directory, Duration storeDelay, long minFree, Policies policies) {

  /** Which policy the messages of a topic have. */
  @FunctionalInterface
  public interface Policies {
    /** All have one, which has no name. */
    Policies NONE = topic -> "";

    /** Returns a name. Called on the thread that opens the journal, and not for each message. */
    String of(String topic);
  }

  /** The same for messages that all have one policy. */
  public JournalSettings(Optional<Path> directory, Duration storeDelay, long minFree) {
    this(directory, storeDelay, minFree, Policies.NONE);
  }

  /** Checks the values. */
  public JournalSettings {
    Objects.requireNonNull(directory);
    Objects.requireNonNull(policies);
    if (storeDelay.isNegative()) {
      throw new IllegalArgumentException("storeDelay " + storeDelay + ": must not be negative");
    }
    if (minFree < 0) {
      throw new IllegalArgumentException("minFree " + minFree + ": must not be negative");
    }
  }
}
