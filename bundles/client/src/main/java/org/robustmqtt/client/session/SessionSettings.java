package org.robustmqtt.client.session;

import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.codec.Will;

/**
 * What a session needs to know of its connection.
 *
 * @param brokerKey names the broker in the session record: host and port of the first broker, or of
 *     the one in use
 * @param clientId the client identifier; not empty
 * @param keepAlive seconds, 0 (off) to 65,535
 * @param cleanStart whether each connect begins a new session
 * @param sessionExpiry seconds that the broker keeps the session, MQTT 5; 4,294,967,295: for ever
 * @param maxInflight how many messages of QoS 1 and 2 may be unacknowledged; 1 to 16,000
 * @param receiveMaximum how many the broker may leave unacknowledged towards us, MQTT 5; 1 to
 *     65,535
 * @param maximumPacketSize the largest packet we take, in bytes
 * @param resubscribe whether filters are subscribed again after a lost session
 * @param will what the broker publishes if the connection is lost
 */
public record SessionSettings(
    String brokerKey,
    String clientId,
    int keepAlive,
    boolean cleanStart,
    long sessionExpiry,
    int maxInflight,
    int receiveMaximum,
    int maximumPacketSize,
    boolean resubscribe,
    Optional<Will> will) {
  /** Checks that nothing is missing. */
  public SessionSettings {
    Objects.requireNonNull(brokerKey);
    Objects.requireNonNull(clientId);
    Objects.requireNonNull(will);
  }

  /** Returns the same without a will. */
  public SessionSettings withoutWill() {
    return new SessionSettings(
        brokerKey,
        clientId,
        keepAlive,
        cleanStart,
        sessionExpiry,
        maxInflight,
        receiveMaximum,
        maximumPacketSize,
        resubscribe,
        Optional.empty());
  }
}
