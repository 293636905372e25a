package org.robustmqtt.client.session;

import java.util.Optional;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Will;

/** CONNECT, CONNACK and DISCONNECT: what we ask of the broker, and why it does not serve us. */
final class Handshake {
  /** What the codec makes of the return codes 1 to 5 of MQTT 3.1.1. */
  private static final int[] RETURN_CODES = {0x84, 0x85, 0x88, 0x86, 0x87};

  private static final String[] RETURN_CODE_NAMES = {
    "unacceptable protocol version",
    "identifier rejected",
    "server unavailable",
    "bad user name or password",
    "not authorized"
  };

  private SessionSettings settings;
  private final Connection connection;
  private boolean cleanStart;

  /** Whether the session ends with its connection: by configuration, or it can have no record. */
  private boolean endsWithLink;

  /** Whether the broker claimed the last time to know a session that we do not know. */
  private boolean unknownBefore;

  Handshake(SessionSettings settings, Connection connection) {
    this.settings = settings;
    this.connection = connection;
  }

  /** The next CONNECT is made with these. */
  void settings(SessionSettings other) {
    settings = other;
  }

  /**
   * Returns the CONNECT. Clean start is 0 only if there is a session that we remember; one that can
   * have no record ends with its connection.
   */
  Connect connect(
      ProtocolVersion version,
      Optional<String> username,
      Optional<byte[]> password,
      boolean remembered,
      boolean withoutRecord) {
    endsWithLink = settings.cleanStart() || withoutRecord;
    cleanStart = settings.cleanStart() || !remembered;
    boolean mqtt5 = version == ProtocolVersion.MQTT_5;
    // In MQTT 3.1.1 a password needs a user name, which may be empty (MQTT-3.1.2-22).
    boolean noName = !mqtt5 && password.isPresent() && username.isEmpty();
    return new Connect(
        version,
        cleanStart,
        settings.keepAlive(),
        settings.clientId(),
        will(mqtt5),
        noName ? Optional.of("") : username,
        password,
        mqtt5 ? properties() : Properties.NONE);
  }

  /**
   * Returns whether the session that begins with the CONNACK ends with its connection although it
   * is to last. In MQTT 3.1.1 a session that begins with CleanSession 1 does (MQTT-3.1.2-6); in
   * MQTT 5 only the session expiry counts.
   */
  boolean passing() {
    return cleanStart && !endsWithLink && !connection.mqtt5();
  }

  private Optional<Will> will(boolean mqtt5) {
    if (passing()) {
      // That connection ends as soon as it has begun: nobody is to take this for our death.
      return Optional.empty();
    }
    return mqtt5 ? settings.will() : settings.will().map(Handshake::withoutProperties);
  }

  /** Judges the CONNACK: returns what the broker can do, or closes and returns nothing. */
  Optional<BrokerCapabilities> judge(Connack connack) {
    if (connack.reasonCode() != 0) {
      // Also where it says that it kept a session, which it must not (MQTT-3.2.2-6): the reason
      // tells a person more than the breach.
      refused(connack);
      return Optional.empty();
    }
    if (connack.sessionPresent() && cleanStart) {
      unknownSession();
      return Optional.empty();
    }
    unknownBefore = false;
    BrokerCapabilities capabilities =
        connection.mqtt5()
            ? Capabilities.of(connack.properties(), settings.keepAlive(), sessionExpiry())
            : Capabilities.standard(settings.keepAlive(), sessionExpiry());
    if (capabilities.receiveMaximum() == 0 || capabilities.maximumPacketSize() == 0) {
      connection.breach(
          Place.CONNECT,
          "The broker's CONNACK has a receive maximum or a maximum packet size of 0");
      return Optional.empty();
    }
    return Optional.of(capabilities);
  }

  private void unknownSession() {
    String text =
        "The broker says that it kept a session, but none is remembered here and a new one was"
            + " asked for";
    if (unknownBefore) {
      // It was asked for a new session because of this, and says it again: no third time.
      connection.breach(Place.CONNECT, text + ", for the second time (MQTT-3.2.2-2)");
    } else {
      unknownBefore = true;
      connection.closeWith(
          Place.CONNECT, ProblemKind.SESSION_UNKNOWN, ReasonCode.PROTOCOL_ERROR, text);
    }
  }

  private void refused(Connack connack) {
    int code = connack.reasonCode();
    // An answer in the words of 3.1.1 comes from a broker that does not speak 5.
    ProblemKind kind =
        connack.foreign()
            ? ProblemKind.VERSION_REFUSED
            : ReasonCode.of(code).map(Handshake::kind).orElse(ProblemKind.CONNECT_DENIED);
    String words =
        connection.mqtt5() && !connack.foreign()
            ? ReasonCode.describe(code) + reason(connack.properties())
            : returnCode(code)
                + (connack.foreign() ? "; it does not know MQTT 5, in which it was asked" : "");
    connection.close(Place.CONNECT, kind, code, "The broker refused the connection: " + words);
  }

  /** Returns the name that a refusal has in MQTT 3.1.1 (section 3.2.2.3). */
  private static String returnCode(int reasonCode) {
    for (int i = 0; i < RETURN_CODES.length; i++) {
      if (RETURN_CODES[i] == reasonCode) {
        return "return code " + (i + 1) + " of MQTT 3.1.1, " + RETURN_CODE_NAMES[i];
      }
    }
    return "a return code that MQTT 3.1.1 does not have";
  }

  /** The broker says goodbye; false if it may not, or not so. It is not answered. */
  boolean ended(Disconnect packet) {
    if (!connection.mqtt5()
        || packet.properties().number(Property.SESSION_EXPIRY_INTERVAL).isPresent()) {
      // MQTT-3.14.2-2: the session expiry interval is not the broker's to set.
      return false;
    }
    int code = packet.reasonCode();
    connection.close(
        Place.WAIT_MESSAGE,
        code == ReasonCode.SESSION_TAKEN_OVER.value()
            ? ProblemKind.SESSION_TAKEN_OVER
            : ProblemKind.DISCONNECTED_BY_BROKER,
        code,
        "The broker ended the connection: "
            + ReasonCode.describe(code)
            + reason(packet.properties()));
    return true;
  }

  /** Returns the broker's own words, to be appended to ours. */
  private static String reason(Properties properties) {
    return properties.string(Property.REASON_STRING).map(text -> " (" + text + ")").orElse("")
        + properties
            .string(Property.SERVER_REFERENCE)
            .map(server -> "; it names another server: " + server)
            .orElse("");
  }

  private static ProblemKind kind(ReasonCode code) {
    if (code == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
      return ProblemKind.VERSION_REFUSED;
    }
    if (code == ReasonCode.CLIENT_IDENTIFIER_NOT_VALID) {
      return ProblemKind.IDENTIFIER_REFUSED;
    }
    if (code == ReasonCode.BAD_USER_NAME_OR_PASSWORD) {
      return ProblemKind.BAD_CREDENTIALS;
    }
    if (code == ReasonCode.NOT_AUTHORIZED) {
      return ProblemKind.NOT_AUTHORIZED;
    }
    boolean later =
        code == ReasonCode.SERVER_UNAVAILABLE
            || code == ReasonCode.SERVER_BUSY
            || code == ReasonCode.QUOTA_EXCEEDED
            || code == ReasonCode.CONNECTION_RATE_EXCEEDED;
    return later ? ProblemKind.BROKER_UNAVAILABLE : ProblemKind.CONNECT_DENIED;
  }

  private long sessionExpiry() {
    return endsWithLink ? 0 : settings.sessionExpiry();
  }

  private Properties properties() {
    Properties.Builder builder = Properties.builder();
    if (sessionExpiry() > 0) {
      builder.number(Property.SESSION_EXPIRY_INTERVAL, sessionExpiry());
    }
    return builder
        .number(Property.RECEIVE_MAXIMUM, settings.receiveMaximum())
        .number(Property.MAXIMUM_PACKET_SIZE, settings.maximumPacketSize())
        .number(Property.TOPIC_ALIAS_MAXIMUM, connection.aliasesTaken())
        .build();
  }

  private static Will withoutProperties(Will will) {
    return new Will(will.topic(), will.payload(), will.qos(), will.retain(), Properties.NONE);
  }
}
