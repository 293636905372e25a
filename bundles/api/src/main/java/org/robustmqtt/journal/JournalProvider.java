package org.robustmqtt.journal;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens journals. An OSGi service. Safe for several threads; every method may wait for the disk.
 */
@ProviderType
public interface JournalProvider {
  /**
   * Opens the journal of a connection, creating it if there is none: takes its lock, recovers what
   * is there, takes over a journal found in the bundle data area, and forces a first lease of
   * sequences.
   *
   * @param connection the name of the connection, {@code [A-Za-z0-9._-]{1,64}}
   * @param settings where and how
   * @param listener told when {@code degraded} of {@link Journal#status()} has changed, on the
   *     journal thread; must not block
   * @throws JournalException if it is locked, of a newer format, or cannot be opened; nothing was
   *     changed
   */
  Journal open(String connection, JournalSettings settings, Runnable listener)
      throws JournalException;

  /** Returns the names of the journals in the default directory that are not open, in order. */
  List<String> closedJournals();

  /**
   * Deletes a journal in the default directory that is not open.
   *
   * @return whether there was one
   * @throws JournalException if it is open or locked, or cannot be deleted
   */
  boolean delete(String connection) throws JournalException;
}
