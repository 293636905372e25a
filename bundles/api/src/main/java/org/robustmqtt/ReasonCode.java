package org.robustmqtt;

import java.util.Optional;

/**
 * The reason codes of MQTT 5 (5.0, section 2.4). The return codes of MQTT 3.1.1 are told in the
 * same words. A value below 0x80 means that what was asked for was done.
 */
public enum ReasonCode {
  /** Success. */
  SUCCESS(0x00, "success"),
  /** Granted QoS 1. */
  GRANTED_QOS_1(0x01, "granted QoS 1"),
  /** Granted QoS 2. */
  GRANTED_QOS_2(0x02, "granted QoS 2"),
  /** Disconnect with will message. */
  DISCONNECT_WITH_WILL_MESSAGE(0x04, "disconnect with will message"),
  /** No matching subscribers. */
  NO_MATCHING_SUBSCRIBERS(0x10, "no matching subscribers"),
  /** No subscription existed. */
  NO_SUBSCRIPTION_EXISTED(0x11, "no subscription existed"),
  /** Continue authentication. */
  CONTINUE_AUTHENTICATION(0x18, "continue authentication"),
  /** Re-authenticate. */
  RE_AUTHENTICATE(0x19, "re-authenticate"),
  /** Unspecified error. */
  UNSPECIFIED_ERROR(0x80, "unspecified error"),
  /** Malformed packet. */
  MALFORMED_PACKET(0x81, "malformed packet"),
  /** Protocol error. */
  PROTOCOL_ERROR(0x82, "protocol error"),
  /** Implementation specific error. */
  IMPLEMENTATION_SPECIFIC_ERROR(0x83, "implementation specific error"),
  /** Unsupported protocol version. */
  UNSUPPORTED_PROTOCOL_VERSION(0x84, "unsupported protocol version"),
  /** Client identifier not valid. */
  CLIENT_IDENTIFIER_NOT_VALID(0x85, "client identifier not valid"),
  /** Bad user name or password. */
  BAD_USER_NAME_OR_PASSWORD(0x86, "bad user name or password"),
  /** Not authorized. */
  NOT_AUTHORIZED(0x87, "not authorized"),
  /** Server unavailable. */
  SERVER_UNAVAILABLE(0x88, "server unavailable"),
  /** Server busy. */
  SERVER_BUSY(0x89, "server busy"),
  /** Banned. */
  BANNED(0x8A, "banned"),
  /** Server shutting down. */
  SERVER_SHUTTING_DOWN(0x8B, "server shutting down"),
  /** Bad authentication method. */
  BAD_AUTHENTICATION_METHOD(0x8C, "bad authentication method"),
  /** Keep alive timeout. */
  KEEP_ALIVE_TIMEOUT(0x8D, "keep alive timeout"),
  /** Session taken over. */
  SESSION_TAKEN_OVER(0x8E, "session taken over"),
  /** Topic filter invalid. */
  TOPIC_FILTER_INVALID(0x8F, "topic filter invalid"),
  /** Topic name invalid. */
  TOPIC_NAME_INVALID(0x90, "topic name invalid"),
  /** Packet identifier in use. */
  PACKET_IDENTIFIER_IN_USE(0x91, "packet identifier in use"),
  /** Packet identifier not found. */
  PACKET_IDENTIFIER_NOT_FOUND(0x92, "packet identifier not found"),
  /** Receive maximum exceeded. */
  RECEIVE_MAXIMUM_EXCEEDED(0x93, "receive maximum exceeded"),
  /** Topic alias invalid. */
  TOPIC_ALIAS_INVALID(0x94, "topic alias invalid"),
  /** Packet too large. */
  PACKET_TOO_LARGE(0x95, "packet too large"),
  /** Message rate too high. */
  MESSAGE_RATE_TOO_HIGH(0x96, "message rate too high"),
  /** Quota exceeded. */
  QUOTA_EXCEEDED(0x97, "quota exceeded"),
  /** Administrative action. */
  ADMINISTRATIVE_ACTION(0x98, "administrative action"),
  /** Payload format invalid. */
  PAYLOAD_FORMAT_INVALID(0x99, "payload format invalid"),
  /** Retain not supported. */
  RETAIN_NOT_SUPPORTED(0x9A, "retain not supported"),
  /** QoS not supported. */
  QOS_NOT_SUPPORTED(0x9B, "QoS not supported"),
  /** Use another server. */
  USE_ANOTHER_SERVER(0x9C, "use another server"),
  /** Server moved. */
  SERVER_MOVED(0x9D, "server moved"),
  /** Shared subscriptions not supported. */
  SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, "shared subscriptions not supported"),
  /** Connection rate exceeded. */
  CONNECTION_RATE_EXCEEDED(0x9F, "connection rate exceeded"),
  /** Maximum connect time. */
  MAXIMUM_CONNECT_TIME(0xA0, "maximum connect time"),
  /** Subscription identifiers not supported. */
  SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1, "subscription identifiers not supported"),
  /** Wildcard subscriptions not supported. */
  WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2, "wildcard subscriptions not supported");

  private static final int FIRST_FAILURE = 0x80;
  private static final ReasonCode[] BY_VALUE = new ReasonCode[256];

  static {
    for (ReasonCode code : values()) {
      BY_VALUE[code.value] = code;
    }
  }

  private final int value;
  private final String text;

  ReasonCode(int value, String text) {
    this.value = value;
    this.text = text;
  }

  /** Returns the code as it stands in a packet: 0 to 255. */
  public int value() {
    return value;
  }

  /** Returns the standard's name of the code, in lower case. */
  public String text() {
    return text;
  }

  /** Returns whether the code refuses what was asked for: 0x80 and above. */
  public boolean failure() {
    return failure(value);
  }

  /** Returns whether a code, known or not, refuses what was asked for: 0x80 and above. */
  public static boolean failure(int value) {
    return value >= FIRST_FAILURE;
  }

  /** Returns the code with this value, empty if the standard knows none. */
  public static Optional<ReasonCode> of(int value) {
    return value < 0 || value > 0xFF ? Optional.empty() : Optional.ofNullable(BY_VALUE[value]);
  }

  /** Returns the value and, where it is known, its name: {@code 0x87 not authorized}. */
  public static String describe(int value) {
    String number = String.format("0x%02X", value);
    return of(value).map(code -> number + " " + code.text).orElse(number);
  }
}
