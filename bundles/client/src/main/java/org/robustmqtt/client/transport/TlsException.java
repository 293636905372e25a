package org.robustmqtt.client.transport;

import java.io.IOException;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;

/**
 * TLS failed: what it is, and a text for people that says what to do and does not name the host.
 */
public final class TlsException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ProblemKind kind;

  TlsException(ProblemKind kind, String text) {
    super(text);
    this.kind = kind;
  }

  TlsException(ProblemKind kind, String text, Throwable cause) {
    super(text, cause);
    this.kind = kind;
  }

  /** Returns what it is. */
  public ProblemKind kind() {
    return kind;
  }

  /** Returns where it happened: {@link Place#TLS}. */
  public Place place() {
    return Place.TLS;
  }
}
