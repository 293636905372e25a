package org.robustmqtt.client.component;

import java.util.Optional;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;

/** A connection that has a service. On the component lane. */
final class Running {
  final String name;
  final ConnectionService service;

  /** Its registration; the service is there as long as this is open. */
  final Registration registration;

  /** What works behind the service; empty while the journal cannot be opened. */
  Optional<Working> working = Optional.empty();

  Running(String name, ConnectionService service, Registration registration) {
    this.name = name;
    this.service = service;
    this.registration = registration;
  }

  /** The rooms and their journal. */
  static final class Working {
    final String name;
    final Rooms rooms;
    final SwitchableJournal journal;

    /** How the journal was opened. */
    JournalSettings settings;

    /** Who opened it; read by any thread. */
    volatile JournalProvider provider;

    Working(
        String name,
        Rooms rooms,
        SwitchableJournal journal,
        JournalSettings settings,
        JournalProvider provider) {
      this.name = name;
      this.rooms = rooms;
      this.journal = journal;
      this.settings = settings;
      this.provider = provider;
    }
  }
}
