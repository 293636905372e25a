package org.robustmqtt.client.policy;

import java.util.List;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;

/**
 * How large a message is.
 *
 * @param queued bytes of topic and payload, what counts against {@link Limits#maxBytes()}
 * @param packet an upper bound of the bytes of its PUBLISH in MQTT 3.1.1 and 5 (5.0, section 3.3):
 *     with all its properties and, if it has a deadline, the message expiry
 */
public record MessageSize(int queued, long packet) {
  private static final int EXPIRY = 1 + 4;

  /**
   * Measures a message.
   *
   * @param expires whether it has a deadline, its own or that of its policy
   */
  public static MessageSize of(Message message, boolean expires) {
    int topic = utf8(message.topic());
    int payload = message.payload().length;
    long properties = properties(message.properties());
    if (expires) {
      properties += EXPIRY;
    }
    long remaining = 2L + topic + variableInteger(properties) + properties + payload;
    if (message.qos() != QoS.AT_MOST_ONCE) {
      remaining += 2;
    }
    return new MessageSize(
        (int) Math.min(Integer.MAX_VALUE, (long) topic + payload),
        1 + variableInteger(remaining) + remaining);
  }

  /** Returns the bytes of topic and payload, what counts against {@link Limits#maxBytes()}. */
  public static int queued(Message message) {
    return (int)
        Math.min(Integer.MAX_VALUE, (long) utf8(message.topic()) + message.payload().length);
  }

  private static long properties(MessageProperties properties) {
    if (properties.isEmpty()) {
      return 0;
    }
    long size = properties.utf8() ? 2 : 0;
    size += properties.contentType().map(text -> 3L + utf8(text)).orElse(0L);
    size += properties.responseTopic().map(text -> 3L + utf8(text)).orElse(0L);
    size += properties.correlationData().map(bytes -> 3L + bytes.length).orElse(0L);
    List<UserProperty> users = properties.userProperties();
    for (UserProperty user : users) {
      size += 5L + utf8(user.name()) + utf8(user.value());
    }
    return size;
  }

  private static int variableInteger(long value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }

  /** Strings of messages are well formed, so each surrogate stands for half of four bytes. */
  private static int utf8(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}
