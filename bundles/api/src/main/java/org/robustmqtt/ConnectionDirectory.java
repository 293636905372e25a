package org.robustmqtt;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** All configured connections, also those that have no service because their name is taken. */
@ProviderType
public interface ConnectionDirectory {
  /** Returns the status of each configuration, ordered by name. */
  List<ConnectionStatus> all();

  /**
   * Compares the file of a configuration with what the hub made of it, and names what a hub changes
   * without a word: characters, backslashes, {@code ${..}}. No secret is in a line. Safe for
   * several threads; reads no file.
   *
   * @param file the file's name, without its folder
   * @param content what is in it
   * @return what is to be mended, a line each; empty: all has arrived as it was written
   */
  List<String> check(String file, byte[] content);

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
