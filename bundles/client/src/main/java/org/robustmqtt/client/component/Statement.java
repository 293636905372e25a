package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Will;

/**
 * Something that a connection says of itself: will, birth or shutdown.
 *
 * @param topic a valid topic name
 * @param text the payload
 * @param qos its quality of service
 * @param retain whether the broker retains it
 */
record Statement(String topic, String text, QoS qos, boolean retain) {
  /** Returns it as what the broker says when the connection is lost. */
  Will will() {
    return new Will(topic, text.getBytes(StandardCharsets.UTF_8), qos, retain, Properties.NONE);
  }

  /** Returns it as a message of our own. */
  Message message() {
    return Message.text(topic, text).withQos(qos).withRetain(retain);
  }
}
