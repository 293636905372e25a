package org.robustmqtt.client.component;

import java.util.Optional;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicName;

/**
 * The presence group.
 *
 * @param will what the broker says when the connection is lost
 * @param birth what is said on every connect
 * @param shutdown what is said before a clean stop
 */
record PresenceSettings(
    Optional<Statement> will, Optional<Statement> birth, Optional<Statement> shutdown) {

  private record Keys(Key topic, Key message, Key qos, Key retain, String text) {}

  private static final Keys WILL =
      new Keys(Key.LWT_TOPIC, Key.LWT_MESSAGE, Key.LWT_QOS, Key.LWT_RETAIN, "offline");
  private static final Keys BIRTH =
      new Keys(Key.BIRTH_TOPIC, Key.BIRTH_MESSAGE, Key.BIRTH_QOS, Key.BIRTH_RETAIN, "online");
  private static final Keys SHUTDOWN =
      new Keys(
          Key.SHUTDOWN_TOPIC,
          Key.SHUTDOWN_MESSAGE,
          Key.SHUTDOWN_QOS,
          Key.SHUTDOWN_RETAIN,
          "offline");

  /** Reads the group and reports what contradicts itself. */
  static PresenceSettings read(PropertyReader reader) {
    Optional<String> common = topic(reader, Key.PRESENCE_TOPIC);
    if (reader.has(Key.PRESENCE_TOPIC)) {
      return new PresenceSettings(
          together(reader, common, WILL),
          together(reader, common, BIRTH),
          together(reader, common, SHUTDOWN));
    }
    return new PresenceSettings(alone(reader, WILL), alone(reader, BIRTH), alone(reader, SHUTDOWN));
  }

  /** With {@code presenceTopic} only the texts may be chosen; the rest is the same for all. */
  private static Optional<Statement> together(
      PropertyReader reader, Optional<String> topic, Keys keys) {
    for (Key key : new Key[] {keys.topic, keys.qos, keys.retain}) {
      if (reader.has(key)) {
        reader.fault(key, "contradicts presenceTopic, which sets it; remove one of the two");
      }
    }
    String text = text(reader, keys);
    return topic.map(name -> new Statement(name, text, QoS.AT_LEAST_ONCE, true));
  }

  private static Optional<Statement> alone(PropertyReader reader, Keys keys) {
    if (!reader.has(keys.topic)) {
      for (Key key : new Key[] {keys.message, keys.qos, keys.retain}) {
        if (reader.has(key)) {
          reader.fault(
              key, "nothing to say it on; set " + keys.topic.text() + " or presenceTopic too");
        }
      }
      return Optional.empty();
    }
    String text = text(reader, keys);
    QoS qos = reader.qos(keys.qos, QoS.AT_LEAST_ONCE);
    boolean retain = reader.flag(keys.retain, true);
    return topic(reader, keys.topic).map(name -> new Statement(name, text, qos, retain));
  }

  private static String text(PropertyReader reader, Keys keys) {
    return reader.mqttText(keys.message).orElse(keys.text);
  }

  private static Optional<String> topic(PropertyReader reader, Key key) {
    Optional<String> text = reader.text(key);
    try {
      return text.map(value -> new TopicName(value).value());
    } catch (IllegalArgumentException e) {
      reader.fault(key, e.getMessage());
      return Optional.empty();
    }
  }
}
