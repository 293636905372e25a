package org.robustmqtt.client.component;

import java.util.Optional;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;

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

  /** A journal, with what was found when it was opened. */
  record Next(Journal journal, Recovery found) {}

  /** The rooms and their journal. */
  static final class Working {
    final String name;
    final Rooms rooms;
    final SwitchableJournal journal;

    /** How the journal was opened. */
    JournalSettings settings;

    /** Who opened it, if it is there; read by any thread. */
    volatile Optional<JournalProvider> provider;

    /** Whether the rooms end, and others of the same connection follow. */
    boolean leaving;

    /** Whether they have ended. */
    boolean left;

    /** What these begin with, open. */
    Optional<Next> next = Optional.empty();

    Working(
        String name,
        Rooms rooms,
        SwitchableJournal journal,
        JournalSettings settings,
        Optional<JournalProvider> provider) {
      this.name = name;
      this.rooms = rooms;
      this.journal = journal;
      this.settings = settings;
      this.provider = provider;
    }
  }
}
