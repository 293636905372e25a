package org.robustmqtt.persistence.inspect;

import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.UserProperty;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/**
 * A message as one line of JSON: {@code sequence, topic, payload} (base64), {@code qos, retain,
 * durability, acceptedAt, deadline} (milliseconds; 0: never), {@code stage, epoch, packetId}, what
 * there is of {@code policy} (only if the message names one itself), {@code contentType,
 * responseTopic, correlationData, userProperties}, and the file name {@code damaged} if it comes
 * from bytes that were set aside.
 */
final class MessageJson {
  private final StringBuilder out = new StringBuilder("{");

  private MessageJson() {}

  static String line(RecoveredMessage found, Optional<String> damaged) {
    StoredMessage stored = found.stored();
    Message message = stored.message();
    MessageJson json = new MessageJson();
    json.number("sequence", stored.sequence());
    json.text("topic", message.topic());
    json.bytes("payload", message.payload());
    json.number("qos", message.qos().level());
    json.raw("retain", Boolean.toString(message.retain()));
    json.text("durability", stored.durability().name().toLowerCase(Locale.ROOT));
    json.number("acceptedAt", stored.acceptedAt());
    json.number("deadline", stored.deadline());
    json.text("stage", found.stage().name());
    json.number("epoch", found.epoch());
    json.number("packetId", found.packetId());
    message.policy().ifPresent(label -> json.text("policy", label));
    json.properties(message.properties());
    damaged.ifPresent(file -> json.text("damaged", file));
    return json.out.append('}').toString();
  }

  private void properties(MessageProperties properties) {
    properties.contentType().ifPresent(value -> text("contentType", value));
    properties.responseTopic().ifPresent(value -> text("responseTopic", value));
    properties.correlationData().ifPresent(value -> bytes("correlationData", value));
    if (!properties.userProperties().isEmpty()) {
      StringBuilder list = new StringBuilder("[");
      for (UserProperty property : properties.userProperties()) {
        list.append(list.length() > 1 ? "," : "");
        list.append('[').append(quoted(property.name())).append(',');
        list.append(quoted(property.value())).append(']');
      }
      raw("userProperties", list.append(']').toString());
    }
  }

  private void number(String name, long value) {
    raw(name, Long.toString(value));
  }

  private void bytes(String name, byte[] value) {
    text(name, Base64.getEncoder().encodeToString(value));
  }

  private void text(String name, String value) {
    raw(name, quoted(value));
  }

  private void raw(String name, String value) {
    out.append(out.length() > 1 ? "," : "").append(quoted(name)).append(':').append(value);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < 0x20 || c >= 0x7f) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
