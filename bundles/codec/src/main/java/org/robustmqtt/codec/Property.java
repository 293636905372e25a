package org.robustmqtt.codec;

/** The properties of MQTT 5 (5.0, section 2.2.2.2). */
public enum Property {
  /** Payload format indicator. */
  PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE),
  /** Message expiry interval. */
  MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTE_INTEGER),
  /** Content type. */
  CONTENT_TYPE(0x03, Type.STRING),
  /** Response topic. */
  RESPONSE_TOPIC(0x08, Type.STRING),
  /** Correlation data. */
  CORRELATION_DATA(0x09, Type.BINARY),
  /** Subscription identifier. */
  SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE_BYTE_INTEGER),
  /** Session expiry interval. */
  SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTE_INTEGER),
  /** Assigned client identifier. */
  ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING),
  /** Server keep alive. */
  SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTE_INTEGER),
  /** Authentication method. */
  AUTHENTICATION_METHOD(0x15, Type.STRING),
  /** Authentication data. */
  AUTHENTICATION_DATA(0x16, Type.BINARY),
  /** Request problem information. */
  REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE),
  /** Will delay interval. */
  WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTE_INTEGER),
  /** Request response information. */
  REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE),
  /** Response information. */
  RESPONSE_INFORMATION(0x1A, Type.STRING),
  /** Server reference. */
  SERVER_REFERENCE(0x1C, Type.STRING),
  /** Reason string. */
  REASON_STRING(0x1F, Type.STRING),
  /** Receive maximum. */
  RECEIVE_MAXIMUM(0x21, Type.TWO_BYTE_INTEGER),
  /** Topic alias maximum. */
  TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTE_INTEGER),
  /** Topic alias. */
  TOPIC_ALIAS(0x23, Type.TWO_BYTE_INTEGER),
  /** Maximum qos. */
  MAXIMUM_QOS(0x24, Type.BYTE),
  /** Retain available. */
  RETAIN_AVAILABLE(0x25, Type.BYTE),
  /** User property. */
  USER_PROPERTY(0x26, Type.STRING_PAIR),
  /** Maximum packet size. */
  MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTE_INTEGER),
  /** Wildcard subscription available. */
  WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE),
  /** Subscription identifier available. */
  SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE),
  /** Shared subscription available. */
  SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE);

  /** How the value of a property is written. */
  public enum Type {
    /** One byte. */
    BYTE,
    /** Two bytes, unsigned. */
    TWO_BYTE_INTEGER,
    /** Four bytes, unsigned. */
    FOUR_BYTE_INTEGER,
    /** One to four bytes, seven bits in each. */
    VARIABLE_BYTE_INTEGER,
    /** A string. */
    STRING,
    /** Two strings. */
    STRING_PAIR,
    /** Up to 65,535 bytes. */
    BINARY
  }

  private final int id;
  private final Type valueType;

  Property(int id, Type valueType) {
    this.id = id;
    this.valueType = valueType;
  }

  /** Returns the identifier. */
  public int id() {
    return id;
  }

  /** Returns how the value is written. */
  public Type valueType() {
    return valueType;
  }
}
