package org.robustmqtt;

import java.util.Optional;

/** The one end of an accepted message. Dispatch on {@link #kind()} with a switch expression. */
public sealed interface Outcome permits Outcome.Acknowledged, Outcome.Sent, Outcome.Dropped {
  /** The three ends. */
  enum Kind {
    /** The broker acknowledged it. */
    ACKNOWLEDGED,
    /** QoS 0: it was handed to the operating system. */
    SENT,
    /** It was not delivered, or it is not known to be. */
    DROPPED
  }

  /** Returns which of the three it is. */
  Kind kind();

  /** Returns whether the broker has it, or, for QoS 0, the operating system. */
  default boolean delivered() {
    return kind() != Kind.DROPPED;
  }

  /** Returns why it was dropped; empty if it was delivered. */
  default Optional<DropReason> dropReason() {
    return Optional.empty();
  }

  /**
   * The broker acknowledged the message: PUBACK (QoS 1) or PUBCOMP (QoS 2).
   *
   * @param reasonCode 0x00, or 0x10 if nobody subscribes; 0x92 (QoS 2, after a lost connection) if
   *     the broker does not know the message any more: it had finished it before the connection was
   *     lost, or has lost it since
   * @param mayBeDuplicate whether it was sent as new more than once, so that a receiver may have
   *     seen it more than once although it asked for QoS 2
   * @param qosLowered whether it was sent with a lower quality of service than it asked for,
   *     because the broker takes no higher one; a broker that takes QoS 0 only ends it as {@link
   *     Sent}
   */
  record Acknowledged(int reasonCode, boolean mayBeDuplicate, boolean qosLowered)
      implements Outcome {
    /** An acknowledgement of the quality of service that was asked for. */
    public Acknowledged(int reasonCode, boolean mayBeDuplicate) {
      this(reasonCode, mayBeDuplicate, false);
    }

    @Override
    public Kind kind() {
      return Kind.ACKNOWLEDGED;
    }
  }

  /** A message of QoS 0 was handed to the operating system. */
  record Sent() implements Outcome {
    @Override
    public Kind kind() {
      return Kind.SENT;
    }
  }

  /**
   * The message was dropped.
   *
   * @param reason why
   * @param reasonCode the broker's reason code where it refused the message, else 0
   * @param mayHaveArrived whether it had been sent when it was dropped
   */
  record Dropped(DropReason reason, int reasonCode, boolean mayHaveArrived) implements Outcome {
    @Override
    public Kind kind() {
      return Kind.DROPPED;
    }

    @Override
    public Optional<DropReason> dropReason() {
      return Optional.of(reason);
    }
  }
}
