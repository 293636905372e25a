package org.robustmqtt.client.session;

import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** Makes the PUBLISH of a message. */
final class Publishes {
  private Publishes() {}

  /** Returns the packet of an exchange, in MQTT 5 with the properties of its message. */
  static Publish of(Exchange exchange, boolean retain, boolean mqtt5) {
    Message message = exchange.message;
    boolean duplicate = exchange.written && exchange.qos != QoS.AT_MOST_ONCE;
    return new Publish(
        duplicate,
        exchange.qos,
        retain,
        message.topic(),
        exchange.packetId,
        mqtt5 ? properties(message.properties(), exchange.expirySeconds) : Properties.NONE,
        message.payload());
  }

  private static Properties properties(MessageProperties of, long expirySeconds) {
    if (of.isEmpty() && expirySeconds == 0) {
      return Properties.NONE;
    }
    Properties.Builder builder = Properties.builder();
    if (of.utf8()) {
      builder.number(Property.PAYLOAD_FORMAT_INDICATOR, 1);
    }
    if (expirySeconds > 0) {
      builder.number(Property.MESSAGE_EXPIRY_INTERVAL, expirySeconds);
    }
    of.contentType().ifPresent(text -> builder.string(Property.CONTENT_TYPE, text));
    of.responseTopic().ifPresent(topic -> builder.string(Property.RESPONSE_TOPIC, topic));
    of.correlationData().ifPresent(bytes -> builder.binary(Property.CORRELATION_DATA, bytes));
    for (UserProperty property : of.userProperties()) {
      builder.user(property);
    }
    return builder.build();
  }
}
