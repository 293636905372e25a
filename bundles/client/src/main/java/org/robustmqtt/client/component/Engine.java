package org.robustmqtt.client.component;

import java.util.Optional;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.journal.Journal;

/** What connections run on; made for the first one, closed after the last. */
interface Engine extends AutoCloseable {
  /**
   * Builds the rooms of a connection and starts it.
   *
   * @param settings what is configured; empty while that is faulty
   * @param left what the rooms before have left
   */
  Rooms open(String name, Journal journal, Optional<Settings> settings, Handover left);

  /** Ends every thread. */
  @Override
  void close();
}
