package org.robustmqtt.client.link;

import java.time.Duration;
import java.util.Objects;
import org.robustmqtt.Energy;

/**
 * When a link that saves energy is open; see the keys of the energy group.
 *
 * @param energy what is saved
 * @param wakeMessages so many waiting messages open it, of whatever policy; 1 and more
 * @param wakeAgeNanos a message that has waited so long opens it
 * @param idleNanos so long after the last message it is closed
 */
public record EnergySettings(Energy energy, int wakeMessages, long wakeAgeNanos, long idleNanos) {
  /** The default of {@code wakeMessages}. */
  public static final int WAKE_MESSAGES = 100;

  /** The default of {@code wakeAge}. */
  public static final Duration WAKE_AGE = Duration.ofHours(1);

  /** Nothing is saved. */
  public static final EnergySettings MAINS =
      new EnergySettings(
          Energy.MAINS, WAKE_MESSAGES, WAKE_AGE.toNanos(), idle(Energy.MAINS).toNanos());

  /** Checks that nothing is missing. */
  public EnergySettings {
    Objects.requireNonNull(energy);
  }

  /** Returns the default of {@code idleDisconnect}. */
  public static Duration idle(Energy energy) {
    return switch (energy) {
      case MAINS, BATTERY -> Duration.ofSeconds(10);
      case METERED -> Duration.ofMinutes(5);
    };
  }

  /** Returns whether the link is closed while there is nothing to do. */
  boolean saves() {
    return switch (energy) {
      case MAINS -> false;
      case BATTERY, METERED -> true;
    };
  }
}
