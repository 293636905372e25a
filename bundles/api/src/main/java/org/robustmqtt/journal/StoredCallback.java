package org.robustmqtt.journal;

import org.osgi.annotation.versioning.ConsumerType;
import org.robustmqtt.Stored;

/** Told once what became of a message. */
@ConsumerType
@FunctionalInterface
public interface StoredCallback {
  /**
   * Called on the journal thread, or on the caller's within {@link Journal#settled}; must not block
   * and must not throw.
   */
  void stored(Stored stored);
}
