package org.robustmqtt;

import java.util.Objects;

/**
 * A message was not accepted; nothing of it was kept. The message names what, where and what is
 * allowed.
 */
public final class NotAcceptedException extends RuntimeException {
  /** Why. */
  public enum Reason {
    /** The limit of messages or bytes is reached and the policy refuses. */
    QUEUE_FULL,
    /** The disk did not keep up within a second. */
    STORE_BUSY,
    /** The store cannot take it: failed, read-only, full or locked. */
    STORE_UNAVAILABLE,
    /** It is larger than the {@code maximumPacketSize} of the connection. */
    TOO_LARGE,
    /** It names a policy that the connection does not have. */
    POLICY_UNKNOWN,
    /** An {@link org.robustmqtt.spi.AdmissionPolicy} refused it. */
    NOT_ADMITTED,
    /** The connection was deleted or is stopping. */
    CLOSED
  }

  private final Reason reason;

  /** Describes a refusal. */
  public NotAcceptedException(Reason reason, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
  }

  /** Returns why the message was not accepted. */
  public Reason reason() {
    return reason;
  }
}
