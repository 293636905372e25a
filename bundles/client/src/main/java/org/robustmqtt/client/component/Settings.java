package org.robustmqtt.client.component;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.client.door.UserFiles;
import org.robustmqtt.client.link.BrokerAddress;
import org.robustmqtt.client.link.CredentialSource;
import org.robustmqtt.client.link.EnergySettings;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.link.Presence;
import org.robustmqtt.client.link.RetrySettings;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.InboundRules;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.codec.Will;
import org.robustmqtt.journal.JournalSettings;

/**
 * What one configuration says. Equal by value, so that a configuration that says the same again is
 * noticed.
 *
 * @param enabled whether the connection connects at all
 * @param broker where to; empty only if the configuration is faulty
 * @param version which versions of the protocol may be spoken
 * @param clientId the client identifier; empty: a generated one
 * @param username the user name
 * @param password the password
 * @param elsewhere what is read anew before each connect
 * @param keepAlive seconds, 0 is off
 * @param connectTimeout from resolving the name to CONNACK
 * @param handshakeTimeout from CONNECT to CONNACK; zero: what is left of {@code connectTimeout}
 * @param writeTimeout how long no byte may be taken; zero: as {@code ackTimeout}
 * @param ackTimeout how long an acknowledgement may be out
 * @param connectDelay the settle time before the first dial
 * @param session the session group
 * @param presence the presence group
 * @param retry the retry group
 * @param energy the energy group
 * @param limits what the queue may hold, and how often a message is tried
 * @param policies what is done with which message
 * @param inbound what is wanted of received messages where listeners do not say it
 * @param admission the name of the service that decides of each message before it is accepted
 * @param clock what is believed of a clock that is behind
 * @param journal where the queue is on disk
 * @param outageWarnAfter after how long offline one WARN is logged
 */
record Settings(
    boolean enabled,
    Optional<BrokerAddress> broker,
    LinkSettings.Version version,
    Optional<String> clientId,
    Optional<String> username,
    Optional<Secret> password,
    Elsewhere elsewhere,
    int keepAlive,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration writeTimeout,
    Duration ackTimeout,
    Duration connectDelay,
    SessionPart session,
    PresenceSettings presence,
    RetrySettings retry,
    EnergySettings energy,
    Limits limits,
    PolicyTable policies,
    InboundRules inbound,
    Optional<String> admission,
    ClockRules clock,
    JournalSettings journal,
    Duration outageWarnAfter) {
  /** How many messages the broker may leave unacknowledged towards us. */
  static final int RECEIVE_MAXIMUM = 100;

  private static final long HANDLER_NANOS = Duration.ofSeconds(30).toNanos();

  /** What an empty configuration says; it lacks the broker. */
  static final Settings DEFAULT = SettingsParser.parse("default~default", Map.of()).settings();

  /**
   * The session group.
   *
   * @param cleanStart whether each connect begins a new session
   * @param expiry seconds that the broker keeps the session
   * @param maxInflight how many messages may be unacknowledged
   * @param resubscribe whether filters are subscribed again after a lost session
   * @param unsubscribeAfter time without a listener after which a filter is given back
   * @param parkTimeout how long a message without a listener is kept
   * @param inboundMaxBytes how many bytes of received messages may wait
   */
  record SessionPart(
      boolean cleanStart,
      long expiry,
      int maxInflight,
      boolean resubscribe,
      Duration unsubscribeAfter,
      Duration parkTimeout,
      long inboundMaxBytes) {}

  /**
   * What is read anew before each connect.
   *
   * @param pid the configuration
   * @param configuration the configuration, if the hub takes values of it from elsewhere
   * @param passwordFile the file with the password
   */
  record Elsewhere(String pid, Optional<Resolved> configuration, Optional<Path> passwordFile) {
    private Optional<CredentialSource> source(UserFiles files) {
      return configuration.isEmpty() && passwordFile.isEmpty()
          ? Optional.empty()
          : Optional.of(new FreshCredentials(pid, configuration, passwordFile, files));
    }
  }

  /** Checks that nothing is missing. */
  Settings {
    Objects.requireNonNull(broker);
    Objects.requireNonNull(session);
    Objects.requireNonNull(presence);
    Objects.requireNonNull(journal);
  }

  /**
   * Returns the link's part.
   *
   * @param files where the file with the password is
   * @param id the client identifier where the configuration gives none
   * @param before the link's part that is in force, if there is one: where the presence says the
   *     same, its very messages are used again, since messages are not equal by value
   */
  Optional<LinkSettings> link(UserFiles files, String id, Optional<Before> before) {
    Optional<LinkSettings> same =
        before.filter(old -> old.presence.equals(presence)).map(Before::link);
    Optional<Will> will =
        same.map(old -> old.session().will()).orElseGet(() -> presence.will().map(Statement::will));
    Presence said =
        same.map(LinkSettings::presence)
            .orElseGet(
                () ->
                    new Presence(
                        presence.birth().map(Statement::message),
                        presence.shutdown().map(Statement::message)));
    return broker.map(
        address ->
            new LinkSettings(
                enabled,
                address,
                version,
                username,
                password,
                connectTimeout.toNanos(),
                handshakeTimeout.toNanos(),
                (writeTimeout.isZero() ? ackTimeout : writeTimeout).toNanos(),
                ackTimeout.toNanos(),
                connectDelay.toNanos(),
                session(address, clientId.orElse(id), will),
                said,
                retry,
                energy,
                outageWarnAfter.toNanos(),
                elsewhere.source(files)));
  }

  /**
   * What is in force.
   *
   * @param presence the presence as configured
   * @param link the link's part made of it
   */
  record Before(PresenceSettings presence, LinkSettings link) {}

  /** Returns the listeners' part. */
  Dispatcher.Times times() {
    return new Dispatcher.Times(
        session.unsubscribeAfter.toNanos(),
        session.parkTimeout.toNanos(),
        RECEIVE_MAXIMUM * 3 / 4,
        HANDLER_NANOS,
        session.inboundMaxBytes);
  }

  private SessionSettings session(BrokerAddress address, String id, Optional<Will> will) {
    return new SessionSettings(
        address.host() + ":" + address.port(),
        id,
        keepAlive,
        session.cleanStart,
        session.expiry,
        session.maxInflight,
        RECEIVE_MAXIMUM,
        limits.maximumPacketSize(),
        session.resubscribe,
        will);
  }
}
