package org.robustmqtt;

import java.util.Objects;

/**
 * One wanted filter of a connection.
 *
 * @param filter the filter
 * @param qos the quality of service wanted
 * @param state what the broker said
 * @param reasonCode the granted QoS or the refusal; 0 while there is no answer
 * @param listeners how many listeners want it now
 */
public record SubscriptionStatus(
    String filter, QoS qos, State state, int reasonCode, int listeners) {
  /** Checks the values. */
  public SubscriptionStatus {
    Objects.requireNonNull(filter);
    Objects.requireNonNull(qos);
    Objects.requireNonNull(state);
  }

  /** What the broker said of a wanted filter. */
  public enum State {
    /** Not sent yet. */
    PENDING,
    /** Sent, no answer yet. */
    SENT,
    /** Granted. */
    ACTIVE,
    /** Refused: not tried again until the configuration, the listener or the session changes. */
    REFUSED
  }
}
