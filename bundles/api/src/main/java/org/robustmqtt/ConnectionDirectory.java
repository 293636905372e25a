package org.robustmqtt;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** All configured connections, also those that have no service because their name is taken. */
@ProviderType
public interface ConnectionDirectory {
  /** Returns the status of each configuration, ordered by name. */
  List<ConnectionStatus> all();

  /** Returns the names of journals on disk that no configuration uses. */
  List<String> orphans();

  /**
   * Deletes the journal of an orphan, with all messages in it.
   *
   * @return whether there was one
   * @throws IllegalStateException if a connection uses it, or it cannot be deleted
   */
  boolean purgeOrphan(String name);
}
