package org.robustmqtt.client.component;

import java.util.Optional;
import java.util.function.Supplier;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;

/** Opens journals, whatever the provider does. On the component lane; may wait for the disk. */
final class Journals {
  private final Supplier<Optional<JournalProvider>> providers;

  Journals(Supplier<Optional<JournalProvider>> providers) {
    this.providers = providers;
  }

  /**
   * An open journal.
   *
   * @param journal the journal
   * @param provider who opened it
   */
  record Opened(Journal journal, JournalProvider provider) {}

  /** Opens the journal of a connection. */
  Opened open(String name, JournalSettings settings, Runnable changed) throws JournalException {
    Optional<JournalProvider> provider = providers.get();
    if (provider.isEmpty()) {
      throw new JournalException(
          ProblemKind.STORE_MISSING,
          "no journal service is there; start the bundle org.robustmqtt.persistence",
          null);
    }
    try {
      return new Opened(provider.get().open(name, settings, changed), provider.get());
    } catch (RuntimeException defect) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, "the journal service failed: " + defect, defect);
    }
  }
}
