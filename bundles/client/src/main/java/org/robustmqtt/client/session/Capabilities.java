package org.robustmqtt.client.session;

import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;

/** What a CONNACK says that the broker can do, or the standard where it says nothing. */
final class Capabilities {
  /** The largest packet that can be: 5 bytes of fixed header and 268,435,455 of the rest. */
  static final long UNLIMITED = 268_435_460;

  private static final int RECEIVE_MAXIMUM = 65_535;

  private Capabilities() {}

  /** Returns what a broker can do that says nothing about it. */
  static BrokerCapabilities standard(int keepAlive, long sessionExpiry) {
    return new BrokerCapabilities(
        RECEIVE_MAXIMUM,
        QoS.EXACTLY_ONCE,
        true,
        UNLIMITED,
        true,
        true,
        true,
        keepAlive,
        sessionExpiry);
  }

  /** Returns what a CONNACK of MQTT 5 says; the arguments are what we asked for. */
  static BrokerCapabilities of(Properties properties, int keepAlive, long sessionExpiry) {
    return new BrokerCapabilities(
        (int) properties.number(Property.RECEIVE_MAXIMUM).orElse(RECEIVE_MAXIMUM),
        QoS.of((int) properties.number(Property.MAXIMUM_QOS).orElse(2)),
        flag(properties, Property.RETAIN_AVAILABLE),
        properties.number(Property.MAXIMUM_PACKET_SIZE).orElse(UNLIMITED),
        flag(properties, Property.WILDCARD_SUBSCRIPTION_AVAILABLE),
        flag(properties, Property.SHARED_SUBSCRIPTION_AVAILABLE),
        flag(properties, Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE),
        (int) properties.number(Property.SERVER_KEEP_ALIVE).orElse(keepAlive),
        properties.number(Property.SESSION_EXPIRY_INTERVAL).orElse(sessionExpiry));
  }

  /** Returns how many topic aliases the broker takes; 0 if it says nothing (MQTT-3.2.2-18). */
  static int topicAliases(Properties properties) {
    return (int) properties.number(Property.TOPIC_ALIAS_MAXIMUM).orElse(0);
  }

  private static boolean flag(Properties properties, Property property) {
    return properties.number(property).orElse(1) != 0;
  }
}
