package org.robustmqtt.journal;

import org.osgi.annotation.versioning.ConsumerType;

/** Told once what became of a record. */
@ConsumerType
@FunctionalInterface
public interface WrittenCallback {
  /** For records of which nobody needs to hear. */
  WrittenCallback NONE = written -> {};

  /**
   * Called on the journal thread, or on the caller's if there was nothing to write or the staging
   * buffer has it; must not block and must not throw.
   *
   * @param written whether the record reached the level asked for, or there was nothing to write
   *     because its message has no record; false if the journal could not write
   */
  void done(boolean written);
}
