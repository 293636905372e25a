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
  /** Why there is none while nobody opens any. */
  static final String MISSING =
      "no journal service is there; start the bundle org.robustmqtt.persistence";

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
      throw new JournalException(ProblemKind.STORE_MISSING, MISSING, null);
    }
    try {
      return new Opened(provider.get().open(name, settings, changed), provider.get());
    } catch (RuntimeException defect) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, "the journal service failed: " + defect, defect);
    }
  }

  /** Returns whether this is still who opens journals. */
  boolean isThere(JournalProvider provider) {
    return providers.get().filter(now -> now == provider).isPresent();
  }
}
