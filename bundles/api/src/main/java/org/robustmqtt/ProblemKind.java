package org.robustmqtt;

/**
 * What went wrong. The numbers are stable; {@code docs/configuration.md} maps them to the codes of
 * umqtt.
 */
public enum ProblemKind {
  /** A defect of this program. */
  DEFECT(1),
  /** The configuration is wrong. */
  SETTINGS_FAULTY(10),
  /** Another configuration has the name of this connection. */
  NAME_TAKEN(11),
  /** A password could not be read before the connect; tried again as usual. */
  CREDENTIALS_UNREADABLE(12),
  /** No journal service is there. */
  STORE_MISSING(20),
  /** The journal is used by another process. */
  STORE_LOCKED(21),
  /** The journal has a format that is not known, or cannot be opened. */
  STORE_UNREADABLE(22),
  /** The journal cannot be written. */
  STORE_DEGRADED(23),
  /** Damage was found in the journal and set aside. */
  STORE_DAMAGED(24),
  /** The broker's name cannot be resolved. */
  HOST_UNKNOWN(30),
  /** The broker's host refused the connection. */
  CONNECTION_REFUSED(31),
  /** The connection could not be opened in time. */
  CONNECT_TIMEOUT(32),
  /** There is no way to the broker's host. */
  NETWORK_UNREACHABLE(33),
  /** The connection was closed or reset by the other side. */
  CONNECTION_LOST(34),
  /** The TLS handshake failed. */
  TLS_FAILED(35),
  /** No CONNACK came in time. */
  CONNACK_TIMEOUT(40),
  /** What came instead of a CONNACK is none. */
  CONNACK_MALFORMED(41),
  /** The broker does not speak this version of MQTT. */
  VERSION_REFUSED(42),
  /** The broker refused the client identifier. */
  IDENTIFIER_REFUSED(43),
  /** The broker says that it cannot serve now. */
  BROKER_UNAVAILABLE(44),
  /** The broker refused user name or password. */
  BAD_CREDENTIALS(45),
  /** The broker says that this client is not authorised. */
  NOT_AUTHORIZED(46),
  /** The broker refused the connection for another reason. */
  CONNECT_DENIED(47),
  /** The broker did not answer a ping in time. */
  KEEP_ALIVE_TIMEOUT(50),
  /** The broker did not acknowledge in time. */
  ACK_TIMEOUT(51),
  /** The connection takes no bytes any more. */
  WRITE_STALLED(52),
  /** The broker broke a rule of the protocol. */
  PROTOCOL_ERROR(53),
  /** The broker disconnected us. */
  DISCONNECTED_BY_BROKER(54),
  /** Another client uses the same client identifier. */
  SESSION_TAKEN_OVER(55),
  /** The broker has a session that we know nothing of. */
  SESSION_UNKNOWN(56),
  /** The broker refused a subscription. */
  SUBSCRIPTION_REFUSED(60),
  /** The answer to a subscription does not fit it. */
  SUBACK_MALFORMED(61),
  /** A listener threw. */
  LISTENER_FAILED(70),
  /** A listener did not finish in time. */
  HANDLER_TIMEOUT(71),
  /** A listener's service properties are wrong. */
  LISTENER_FAULTY(72),
  /**
   * A service of another bundle that decides for us is not there, or did not answer as it should.
   */
  EXTENSION_FAILED(73),
  /** A file of certificates or keys cannot be read or used. */
  TLS_FILE(80),
  /** The broker's certificate leads to no CA that is trusted. */
  TLS_UNTRUSTED(81),
  /** The broker's certificate has expired. */
  TLS_EXPIRED(82),
  /** The broker's certificate is not valid yet, or the hub's clock is behind. */
  TLS_NOT_YET_VALID(83),
  /** The broker's certificate is for other names. */
  TLS_WRONG_HOST(84),
  /** The broker asks for a client certificate and got none, or refused ours. */
  TLS_CLIENT_REFUSED(85),
  /** The two sides have no version or cipher suite of TLS in common. */
  TLS_VERSION(86),
  /** The other side does not speak TLS. */
  TLS_NOT_SPOKEN(87),
  /** The TLS handshake did not finish in time. */
  TLS_STALLED(88);

  private final int code;

  ProblemKind(int code) {
    this.code = code;
  }

  /** Returns the stable number. */
  public int code() {
    return code;
  }
}
