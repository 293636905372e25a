package org.robustmqtt.client.link;

import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.client.transport.TlsSettings;

/**
 * What a link needs to know of its connection. Two equal settings need no reconnect.
 *
 * @param enabled whether it connects at all; if not, it is CLOSED and queues
 * @param broker where to connect to
 * @param version which versions of the protocol may be spoken
 * @param username the user name
 * @param password the password; never shown
 * @param connectTimeoutNanos from resolving the name to CONNACK
 * @param handshakeTimeoutNanos from CONNECT to CONNACK; 0: what is left of that
 * @param writeTimeoutNanos how long the other side may take no byte
 * @param ackTimeoutNanos how long an acknowledgement may be out
 * @param connectDelayNanos settle time before the first dial
 * @param session the session's part
 * @param presence what is published at connect and at a clean stop
 * @param retry the waits between attempts
 * @param energy when the link is open
 * @param outageWarnAfterNanos after how long offline one WARN is logged
 * @param source where user name, passwords and keys are read anew before each connect; empty: they
 *     stay as they are
 */
public record LinkSettings(
    boolean enabled,
    BrokerAddress broker,
    Version version,
    Optional<String> username,
    Optional<Secret> password,
    long connectTimeoutNanos,
    long handshakeTimeoutNanos,
    long writeTimeoutNanos,
    long ackTimeoutNanos,
    long connectDelayNanos,
    SessionSettings session,
    Presence presence,
    RetrySettings retry,
    EnergySettings energy,
    long outageWarnAfterNanos,
    Optional<CredentialSource> source) {
  /** Checks that nothing is missing. */
  public LinkSettings {
    Objects.requireNonNull(broker);
    Objects.requireNonNull(version);
    Objects.requireNonNull(session);
    Objects.requireNonNull(presence);
    Objects.requireNonNull(retry);
    Objects.requireNonNull(energy);
  }

  /** Returns the same settings with other credentials. */
  public LinkSettings with(
      Optional<String> otherUsername, Optional<Secret> otherPassword, Optional<TlsSettings> tls) {
    return new LinkSettings(
        enabled,
        new BrokerAddress(broker.uri(), broker.host(), broker.port(), tls),
        version,
        otherUsername,
        otherPassword,
        connectTimeoutNanos,
        handshakeTimeoutNanos,
        writeTimeoutNanos,
        ackTimeoutNanos,
        connectDelayNanos,
        session,
        presence,
        retry,
        energy,
        outageWarnAfterNanos,
        source);
  }

  /** Which versions of the protocol may be spoken. */
  public enum Version {
    /** 5; 3.1.1 where the broker refuses it. */
    AUTO,
    /** 3.1.1 only. */
    MQTT_3_1_1,
    /** 5 only. */
    MQTT_5
  }
}
