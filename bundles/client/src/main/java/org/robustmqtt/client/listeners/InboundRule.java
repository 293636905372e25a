package org.robustmqtt.client.listeners;

import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.QoS;

/**
 * What is wanted of received messages, by a listener or by a {@code subscribe} line. What is empty
 * is said elsewhere, or nowhere.
 *
 * @param qos the highest quality of service
 * @param retained what is done with retained values
 * @param queued what is done with what the broker may have queued for us during an outage
 * @param maxAgeNanos the age above which a message is not heard, {@link #NEVER}: whatever its age
 */
public record InboundRule(
    Optional<QoS> qos,
    Optional<Treatment> retained,
    Optional<Treatment> queued,
    OptionalLong maxAgeNanos) {
  /** No message is too old. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Says nothing. */
  public static final InboundRule NOTHING =
      new InboundRule(Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());

  /** What is done with a message that is not of now. */
  public enum Treatment {
    /** It is heard like any other, if it is not too old. */
    DELIVER,
    /** It is heard, whatever its age, and marked as stale. */
    MARK,
    /** It is not heard. */
    IGNORE
  }

  /** Returns one that only asks for a quality of service. */
  public static InboundRule ofQos(QoS qos) {
    return new InboundRule(
        Optional.of(qos), Optional.empty(), Optional.empty(), OptionalLong.empty());
  }

  /** Returns whether nothing is said of messages that are not of now. */
  boolean plain() {
    return retained.isEmpty() && queued.isEmpty() && maxAgeNanos.isEmpty();
  }

  /** Returns the same, with what it leaves unsaid as another one says it. */
  InboundRule or(InboundRule other) {
    return new InboundRule(
        qos.or(other::qos),
        retained.or(other::retained),
        queued.or(other::queued),
        maxAgeNanos.isPresent() ? maxAgeNanos : other.maxAgeNanos);
  }

  /** Returns what is done with a message. */
  Treatment of(Delivery delivery) {
    Optional<Treatment> said =
        delivery.packet.retain()
            ? retained
            : delivery.origin.queued() ? queued : Optional.of(Treatment.DELIVER);
    return said.orElse(Treatment.DELIVER);
  }

  /**
   * Returns the last moment at which a message is young enough; empty if it never was, as far as is
   * known: the age of a retained value is not.
   */
  OptionalLong youngUntil(Delivery delivery) {
    long most = maxAgeNanos.orElse(NEVER);
    if (most == NEVER) {
      return OptionalLong.of(NEVER);
    }
    if (delivery.packet.retain() || !delivery.origin.known()) {
      return OptionalLong.empty();
    }
    long left = Math.min(most - delivery.ageNanos(), delivery.expiryNanos());
    return left < 0 ? OptionalLong.empty() : OptionalLong.of(delivery.arrivedAt + left);
  }
}
