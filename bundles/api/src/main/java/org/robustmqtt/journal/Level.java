package org.robustmqtt.journal;

/** How far something has been written. */
public enum Level {
  /** Written, or in the staging buffer: it survives the end of the process. */
  APPENDED,
  /** The force returned: it survives a power cut. */
  FORCED
}
