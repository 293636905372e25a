package org.robustmqtt.codec;

import static org.robustmqtt.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PACKET_TOO_LARGE;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.robustmqtt.ReasonCode.TOPIC_FILTER_INVALID;
import static org.robustmqtt.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import org.robustmqtt.ReasonCode;

/**
 * Every rule that the codec checks: what a breach is called, and its number in 3.1.1 and in 5.0,
 * which differ. Rules without a number name their section.
 */
enum Rule {
  PACKET_TYPE(MALFORMED_PACKET, "section 2.2.1", "section 2.1.2"),
  DIRECTION(PROTOCOL_ERROR, "section 2.2.1", "section 2.1.2"),
  RESERVED_FLAGS(MALFORMED_PACKET, "MQTT-2.2.2-2", "MQTT-2.1.3-1"),
  REMAINING_LENGTH(MALFORMED_PACKET, "section 2.2.3", "section 2.1.4"),
  LARGEST_PACKET(PACKET_TOO_LARGE, "section 2.2.3", "section 2.1.4"),
  MAXIMUM_PACKET_SIZE(PACKET_TOO_LARGE, "section 2.2.3", "MQTT-3.1.2-24"),
  VARIABLE_BYTE_INTEGER(MALFORMED_PACKET, "section 2.2.3", "MQTT-1.5.5-1"),
  STRING(MALFORMED_PACKET, "MQTT-1.5.3-1", "MQTT-1.5.4-1"),
  STRING_NULL(MALFORMED_PACKET, "MQTT-1.5.3-2", "MQTT-1.5.4-2"),
  FIELD_LENGTH(MALFORMED_PACKET, "section 1.5.3", "section 1.5.4"),
  ONLY_VERSION_5(PROTOCOL_ERROR, "section 2.1", "section 2.1"),
  PACKET_ID(PROTOCOL_ERROR, "MQTT-2.3.1-1", "MQTT-2.2.1-3"),
  NO_PACKET_ID(PROTOCOL_ERROR, "MQTT-2.3.1-5", "MQTT-2.2.1-2"),

  PROPERTY_PLACE(MALFORMED_PACKET, "section 2.2.2.2", "section 2.2.2.2"),
  PROPERTY_REPEATED(PROTOCOL_ERROR, "section 2.2.2.2", "section 2.2.2.2"),
  PAYLOAD_FORMAT(PROTOCOL_ERROR, "section 3.3.2.3.2", "section 3.3.2.3.2"),
  SUBSCRIPTION_IDENTIFIER(PROTOCOL_ERROR, "section 3.8.2.1.2", "section 3.8.2.1.2"),
  NO_SUBSCRIPTION_IDENTIFIER(PROTOCOL_ERROR, "MQTT-3.3.4-6", "MQTT-3.3.4-6"),
  NO_SESSION_EXPIRY(PROTOCOL_ERROR, "MQTT-3.14.2-2", "MQTT-3.14.2-2"),
  PROBLEM_INFORMATION(PROTOCOL_ERROR, "section 3.1.2.11.7", "section 3.1.2.11.7"),
  RESPONSE_INFORMATION(PROTOCOL_ERROR, "section 3.1.2.11.6", "section 3.1.2.11.6"),
  RECEIVE_MAXIMUM(PROTOCOL_ERROR, "section 3.1.2.11.3", "section 3.1.2.11.3"),
  PACKET_SIZE_PROPERTY(PROTOCOL_ERROR, "section 3.1.2.11.4", "section 3.1.2.11.4"),
  AVAILABILITY(PROTOCOL_ERROR, "section 3.2.2.3", "section 3.2.2.3"),
  TOPIC_ALIAS(TOPIC_ALIAS_INVALID, "MQTT-3.3.2-8", "MQTT-3.3.2-8"),
  RESPONSE_TOPIC(PROTOCOL_ERROR, "MQTT-3.3.2-14", "MQTT-3.3.2-14"),
  AUTHENTICATION_DATA(PROTOCOL_ERROR, "section 3.1.2.11.10", "section 3.1.2.11.10"),

  PROTOCOL_NAME(UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-1", "MQTT-3.1.2-1"),
  PROTOCOL_LEVEL(UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-2", "MQTT-3.1.2-2"),
  CONNECT_FLAG(MALFORMED_PACKET, "MQTT-3.1.2-3", "MQTT-3.1.2-3"),
  KEEP_ALIVE(MALFORMED_PACKET, "section 3.1.2.10", "section 3.1.2.10"),
  NO_WILL_QOS(MALFORMED_PACKET, "MQTT-3.1.2-13", "MQTT-3.1.2-11"),
  WILL_QOS(MALFORMED_PACKET, "MQTT-3.1.2-14", "MQTT-3.1.2-12"),
  NO_WILL_RETAIN(MALFORMED_PACKET, "MQTT-3.1.2-15", "MQTT-3.1.2-13"),
  WILL_TOPIC(MALFORMED_PACKET, "MQTT-4.7.1-1", "MQTT-4.7.0-1"),
  PASSWORD_ALONE(MALFORMED_PACKET, "MQTT-3.1.2-22", "section 3.1.2.9"),
  EMPTY_CLIENT_ID(CLIENT_IDENTIFIER_NOT_VALID, "MQTT-3.1.3-7", "MQTT-3.1.3-6"),

  CONNACK_FLAGS(MALFORMED_PACKET, "section 3.2.2.1", "MQTT-3.2.2-1"),
  CONNACK_CODE(PROTOCOL_ERROR, "MQTT-3.2.2-6", "MQTT-3.2.2-8"),

  DUPLICATE_QOS_0(MALFORMED_PACKET, "MQTT-3.3.1-2", "MQTT-3.3.1-2"),
  QOS_3(MALFORMED_PACKET, "MQTT-3.3.1-4", "MQTT-3.3.1-4"),
  TOPIC_WILDCARD(MALFORMED_PACKET, "MQTT-3.3.2-2", "MQTT-3.3.2-2"),
  TOPIC_EMPTY(PROTOCOL_ERROR, "MQTT-4.7.3-1", "section 3.3.2.1"),

  PUBACK_CODE(PROTOCOL_ERROR, "section 3.4.2", "MQTT-3.4.2-1"),
  PUBREC_CODE(PROTOCOL_ERROR, "section 3.5.2", "MQTT-3.5.2-1"),
  PUBREL_CODE(PROTOCOL_ERROR, "section 3.6.2", "MQTT-3.6.2-1"),
  PUBCOMP_CODE(PROTOCOL_ERROR, "section 3.7.2", "MQTT-3.7.2-1"),

  TOPIC_FILTER(TOPIC_FILTER_INVALID, "section 4.7", "section 4.7"),
  SUBSCRIBE_EMPTY(PROTOCOL_ERROR, "MQTT-3.8.3-3", "MQTT-3.8.3-2"),
  SUBSCRIBE_OPTIONS(MALFORMED_PACKET, "MQTT-3.8.3-4", "MQTT-3.8.3-5"),
  RETAIN_HANDLING(PROTOCOL_ERROR, "MQTT-3.8.3-4", "section 3.8.3.1"),
  NO_LOCAL_SHARED(PROTOCOL_ERROR, "MQTT-3.8.3-4", "MQTT-3.8.3-4"),
  SUBACK_EMPTY(PROTOCOL_ERROR, "MQTT-3.9.3-1", "MQTT-3.9.3-1"),
  SUBACK_CODE(MALFORMED_PACKET, "MQTT-3.9.3-2", "MQTT-3.9.3-2"),
  UNSUBSCRIBE_EMPTY(PROTOCOL_ERROR, "MQTT-3.10.3-2", "MQTT-3.10.3-2"),
  UNSUBACK_EMPTY(PROTOCOL_ERROR, "section 3.11.3", "MQTT-3.11.3-1"),
  UNSUBACK_CODE(MALFORMED_PACKET, "section 3.11.3", "MQTT-3.11.3-2"),
  DISCONNECT_CODE(PROTOCOL_ERROR, "section 3.14", "MQTT-3.14.2-1"),
  AUTH_CODE(PROTOCOL_ERROR, "section 2.2.1", "MQTT-3.15.2-1"),
  AUTHENTICATION_METHOD(PROTOCOL_ERROR, "section 2.2.1", "section 3.15.2.2.2");

  private final ReasonCode reason;
  private final String number311;
  private final String number5;

  Rule(ReasonCode reason, String number311, String number5) {
    this.reason = reason;
    this.number311 = number311;
    this.number5 = number5;
  }

  /**
   * Makes the exception that says that this rule is broken.
   *
   * @param message what is wrong, where, and what is allowed; never a secret
   */
  CodecException broken(Dialect dialect, String message) {
    return new CodecException(reason, dialect.v5() ? number5 : number311, message);
  }
}
