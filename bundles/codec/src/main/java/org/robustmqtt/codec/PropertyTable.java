package org.robustmqtt.codec;

import static org.robustmqtt.codec.Place.AUTH;
import static org.robustmqtt.codec.Place.CONNACK;
import static org.robustmqtt.codec.Place.CONNECT;
import static org.robustmqtt.codec.Place.DISCONNECT;
import static org.robustmqtt.codec.Place.PUBACK;
import static org.robustmqtt.codec.Place.PUBCOMP;
import static org.robustmqtt.codec.Place.PUBLISH;
import static org.robustmqtt.codec.Place.PUBREC;
import static org.robustmqtt.codec.Place.PUBREL;
import static org.robustmqtt.codec.Place.SUBACK;
import static org.robustmqtt.codec.Place.SUBSCRIBE;
import static org.robustmqtt.codec.Place.UNSUBACK;
import static org.robustmqtt.codec.Place.WILL;

import java.util.Optional;

/** Which property may stand where, how often, and with which values (5.0: section 2.2.2.2). */
final class PropertyTable {
  private static final Property[] BY_ID = new Property[0x2B];

  static {
    for (Property property : Property.values()) {
      BY_ID[property.id()] = property;
    }
  }

  private PropertyTable() {}

  static Optional<Property> byId(int id) {
    return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.ofNullable(BY_ID[id]);
  }

  /** Returns whether a property can stand in a place at all. */
  static boolean allowed(Property property, Place place) {
    return (places(property) & place.bit()) != 0;
  }

  private static int places(Property property) {
    return switch (property) {
      case PAYLOAD_FORMAT_INDICATOR,
          MESSAGE_EXPIRY_INTERVAL,
          CONTENT_TYPE,
          RESPONSE_TOPIC,
          CORRELATION_DATA ->
          set(PUBLISH, WILL);
      case SUBSCRIPTION_IDENTIFIER -> set(PUBLISH, SUBSCRIBE);
      case SESSION_EXPIRY_INTERVAL -> set(CONNECT, CONNACK, DISCONNECT);
      case ASSIGNED_CLIENT_IDENTIFIER, SERVER_KEEP_ALIVE, RESPONSE_INFORMATION -> set(CONNACK);
      case AUTHENTICATION_METHOD, AUTHENTICATION_DATA -> set(CONNECT, CONNACK, AUTH);
      case REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION -> set(CONNECT);
      case WILL_DELAY_INTERVAL -> set(WILL);
      case SERVER_REFERENCE -> set(CONNACK, DISCONNECT);
      case REASON_STRING ->
          set(CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH);
      case RECEIVE_MAXIMUM, TOPIC_ALIAS_MAXIMUM, MAXIMUM_PACKET_SIZE -> set(CONNECT, CONNACK);
      case TOPIC_ALIAS -> set(PUBLISH);
      case MAXIMUM_QOS,
          RETAIN_AVAILABLE,
          WILDCARD_SUBSCRIPTION_AVAILABLE,
          SUBSCRIPTION_IDENTIFIER_AVAILABLE,
          SHARED_SUBSCRIPTION_AVAILABLE ->
          set(CONNACK);
      case USER_PROPERTY -> set(Place.values());
    };
  }

  private static int set(Place... places) {
    int bits = 0;
    for (Place place : places) {
      bits |= place.bit();
    }
    return bits;
  }

  /** Returns whether a property may occur more than once in a place. */
  static boolean repeatable(Property property, Place place) {
    return property == Property.USER_PROPERTY
        || property == Property.SUBSCRIPTION_IDENTIFIER && place == PUBLISH;
  }

  /** Checks that the side that writes may use a property in this place. */
  static void writer(Dialect dialect, Place place, Property property) throws CodecException {
    if (property == Property.SUBSCRIPTION_IDENTIFIER
        && place == PUBLISH
        && !dialect.permits(Dialect.BROKER)) {
      throw Rule.NO_SUBSCRIPTION_IDENTIFIER.broken(
          dialect, place + ": SUBSCRIPTION_IDENTIFIER; allowed only if a broker sends it");
    }
    if (property == Property.SESSION_EXPIRY_INTERVAL
        && place == DISCONNECT
        && !dialect.permits(Dialect.CLIENT)) {
      throw Rule.NO_SESSION_EXPIRY.broken(
          dialect, place + ": SESSION_EXPIRY_INTERVAL; allowed only if a client sends it");
    }
  }

  /** Checks the value of a numeric property, which is in the range of its type. */
  static void number(Dialect dialect, Place place, Property property, long value)
      throws CodecException {
    switch (property) {
      case PAYLOAD_FORMAT_INDICATOR -> range(dialect, place, property, value, 0, 1);
      case REQUEST_PROBLEM_INFORMATION,
          REQUEST_RESPONSE_INFORMATION,
          MAXIMUM_QOS,
          RETAIN_AVAILABLE,
          WILDCARD_SUBSCRIPTION_AVAILABLE,
          SUBSCRIPTION_IDENTIFIER_AVAILABLE,
          SHARED_SUBSCRIPTION_AVAILABLE ->
          range(dialect, place, property, value, 0, 1);
      case SUBSCRIPTION_IDENTIFIER ->
          range(dialect, place, property, value, 1, VariableByteInteger.MAX);
      case RECEIVE_MAXIMUM, TOPIC_ALIAS -> range(dialect, place, property, value, 1, 0xFFFF);
      case MAXIMUM_PACKET_SIZE -> range(dialect, place, property, value, 1, 0xFFFF_FFFFL);
      case MESSAGE_EXPIRY_INTERVAL,
          SESSION_EXPIRY_INTERVAL,
          SERVER_KEEP_ALIVE,
          WILL_DELAY_INTERVAL,
          TOPIC_ALIAS_MAXIMUM -> {
        // every value of the type
      }
      case CONTENT_TYPE,
          RESPONSE_TOPIC,
          CORRELATION_DATA,
          ASSIGNED_CLIENT_IDENTIFIER,
          AUTHENTICATION_METHOD,
          AUTHENTICATION_DATA,
          RESPONSE_INFORMATION,
          SERVER_REFERENCE,
          REASON_STRING,
          USER_PROPERTY ->
          throw new IllegalStateException(property + " is no number");
    }
  }

  private static void range(
      Dialect dialect, Place place, Property property, long value, long min, long max)
      throws CodecException {
    if (value < min || value > max) {
      throw rule(property)
          .broken(
              dialect,
              place + ": " + property + " " + value + "; allowed are " + min + " to " + max);
    }
  }

  private static Rule rule(Property property) {
    if (property == Property.SUBSCRIPTION_IDENTIFIER) {
      return Rule.SUBSCRIPTION_IDENTIFIER;
    } else if (property == Property.TOPIC_ALIAS) {
      return Rule.TOPIC_ALIAS;
    } else if (property == Property.RECEIVE_MAXIMUM) {
      return Rule.RECEIVE_MAXIMUM;
    } else if (property == Property.MAXIMUM_PACKET_SIZE) {
      return Rule.PACKET_SIZE_PROPERTY;
    } else if (property == Property.PAYLOAD_FORMAT_INDICATOR) {
      return Rule.PAYLOAD_FORMAT;
    } else if (property == Property.REQUEST_PROBLEM_INFORMATION) {
      return Rule.PROBLEM_INFORMATION;
    } else if (property == Property.REQUEST_RESPONSE_INFORMATION) {
      return Rule.RESPONSE_INFORMATION;
    }
    return Rule.AVAILABILITY;
  }

  /** Checks the value of a string property, which is well formed. */
  static void string(Dialect dialect, Place place, Property property, String value)
      throws CodecException {
    if (property == Property.RESPONSE_TOPIC && (value.isEmpty() || Check.wildcard(value) >= 0)) {
      throw Rule.RESPONSE_TOPIC.broken(
          dialect,
          place
              + ": RESPONSE_TOPIC is empty or has a wildcard; allowed is a topic name of at least"
              + " one character without '+' and '#'");
    }
  }
}
