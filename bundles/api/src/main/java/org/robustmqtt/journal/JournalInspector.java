package org.robustmqtt.journal;

import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks into journals for people, open or not. Only {@link #acknowledge} changes anything. An OSGi
 * service. Safe for several threads; waits for the disk.
 */
@ProviderType
public interface JournalInspector {
  /** What is looked for. */
  enum Command {
    /** Segments, and the messages that are not settled. */
    LIST,
    /** Whether everything can be read. */
    VERIFY,
    /** A JSON line for each message, with its payload, also of what was set aside as damaged. */
    EXPORT
  }

  /** Returns the names of the journals that are open or in the default directory, in order. */
  List<String> journals();

  /**
   * Inspects a journal.
   *
   * @param connection the name of its connection
   * @param payloads whether {@code LIST} shows payloads
   * @param lines receives the text, line by line
   * @return whether everything could be read; a torn tail is no damage
   * @throws JournalException if there is none, or it cannot be read at all
   */
  boolean inspect(Command command, String connection, boolean payloads, Consumer<String> lines)
      throws JournalException;

  /**
   * Remembers that a person has seen the damage of a journal: it is not a problem of its connection
   * any more. The bytes that were set aside are kept.
   *
   * @param connection the name of its connection
   * @return how many damaged parts were new to the person; 0 if there was nothing to acknowledge
   * @throws JournalException if there is no such journal, or the disk fails
   */
  int acknowledge(String connection) throws JournalException;
}
