package org.robustmqtt.client.link;

import java.util.Optional;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.journal.JournalStatus;

/** Tells the log once when the journal becomes degraded, and once when it is back. On the loop. */
final class StoreWatch {
  private static final Log LOG = Log.of(Link.class);

  private final String name;
  private boolean degraded;

  StoreWatch(String name) {
    this.name = name;
  }

  /** Looks at the journal. */
  void look(JournalStatus journal) {
    Optional<String> why = journal.degraded();
    if (why.isPresent() == degraded) {
      return;
    }
    degraded = why.isPresent();
    if (degraded) {
      LOG.warn("{}: the journal is degraded, new messages are in memory only: {}", name, why.get());
    } else {
      LOG.info("{}: the journal is no longer degraded", name);
    }
  }
}
