package org.robustmqtt.client.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.robustmqtt.QoS;

/**
 * What is kept on disk of a session.
 *
 * @param brokerKey the broker it is with
 * @param clientId the client identifier it belongs to (MQTT-3.1.3-2)
 * @param epoch counts the sessions: a new number for each; more than 0
 * @param filters the filters that were sent to the broker in this session, in order
 */
public record SessionRecord(
    String brokerKey, String clientId, long epoch, Map<String, Held> filters) {
  /**
   * A filter that was sent to the broker.
   *
   * @param qos the QoS that was asked for
   * @param identifier the subscription identifier that was sent along, 0 for none
   * @param acknowledged whether the broker granted it
   */
  public record Held(QoS qos, int identifier, boolean acknowledged) {
    /** Checks that nothing is missing. */
    public Held {
      Objects.requireNonNull(qos);
    }
  }

  /** Checks that nothing is missing, and copies the filters in their order. */
  public SessionRecord {
    Objects.requireNonNull(brokerKey);
    Objects.requireNonNull(clientId);
    filters = Collections.unmodifiableMap(new LinkedHashMap<>(filters));
  }
}
