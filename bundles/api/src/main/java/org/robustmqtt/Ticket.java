package org.robustmqtt;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What {@code publish} gives back for a message that it has accepted. The futures exist only when
 * asked for, cannot be completed by users, never complete exceptionally, and run what depends on
 * them on the listener threads. Safe for several threads.
 */
@ProviderType
public interface Ticket {
  /**
   * Returns the number of the message: its identity and its place in the order, unique over
   * restarts.
   */
  long id();

  /** Completes once, no later than {@link #outcome()}, with what became of the writing. */
  CompletionStage<Stored> stored();

  /** Completes once, with the one outcome of the message. */
  CompletionStage<Outcome> outcome();

  /** Returns the outcome if it is known already. */
  Optional<Outcome> outcomeNow();
}
