package org.robustmqtt.journal;

import java.util.List;
import java.util.Optional;

/** Told what was read. Called on the thread of the journal; must not block and must not throw. */
@FunctionalInterface
public interface ReadCallback {
  /**
   * Some of what was asked for, from its beginning.
   *
   * @param found the messages that could be read, in the order asked for
   * @param answered how many of those asked for this is the answer to; one of them that is not
   *     among the found has no record, or one that cannot be read. 0: nothing could be read now,
   *     ask again later
   * @param unreadable why the disk could not read those that were answered and are not found: their
   *     records are kept, and may be read another time; empty: they have none, or it is damaged
   */
  void read(List<StoredMessage> found, int answered, Optional<String> unreadable);
}
