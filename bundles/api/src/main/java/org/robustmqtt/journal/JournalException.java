package org.robustmqtt.journal;

import org.robustmqtt.ProblemKind;

/** A journal cannot be opened or deleted. The message names the path and the reason. */
public final class JournalException extends Exception {
  private final ProblemKind kind;

  /**
   * Describes the failure.
   *
   * @param kind one of the kinds whose names begin with STORE
   * @param message one line that names the path
   * @param cause what was thrown below, if anything
   */
  public JournalException(ProblemKind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns the kind of the failure. */
  public ProblemKind kind() {
    return kind;
  }
}
