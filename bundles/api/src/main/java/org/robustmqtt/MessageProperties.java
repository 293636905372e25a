package org.robustmqtt;

import java.util.List;
import java.util.Optional;

/**
 * The properties of an MQTT 5 message that belong to the application (5.0, section 3.3.2.3).
 * Immutable.
 */
public final class MessageProperties {
  /** No properties. */
  public static final MessageProperties NONE =
      new MessageProperties(false, Optional.empty(), Optional.empty(), Optional.empty(), List.of());

  private final boolean utf8;
  private final Optional<String> contentType;
  private final Optional<String> responseTopic;
  private final Optional<byte[]> correlationData;
  private final List<UserProperty> userProperties;

  private MessageProperties(
      boolean utf8,
      Optional<String> contentType,
      Optional<String> responseTopic,
      Optional<byte[]> correlationData,
      List<UserProperty> userProperties) {
    this.utf8 = utf8;
    this.contentType = contentType;
    this.responseTopic = responseTopic;
    this.correlationData = correlationData;
    this.userProperties = userProperties;
  }

  /** Returns the properties with the payload format indicator set or not: 1 says UTF-8 text. */
  public MessageProperties withUtf8(boolean other) {
    return new MessageProperties(
        other, contentType, responseTopic, correlationData, userProperties);
  }

  /** Returns the properties with a content type (MQTT-3.3.2-19). */
  public MessageProperties withContentType(String other) {
    return new MessageProperties(
        utf8,
        Optional.of(MqttString.check("content type", other)),
        responseTopic,
        correlationData,
        userProperties);
  }

  /** Returns the properties with a response topic (MQTT-3.3.2-13, -14). */
  public MessageProperties withResponseTopic(String other) {
    return new MessageProperties(
        utf8,
        contentType,
        Optional.of(new TopicName(other).value()),
        correlationData,
        userProperties);
  }

  /**
   * Returns the properties with correlation data.
   *
   * @param other at most 65,535 bytes; not copied
   */
  public MessageProperties withCorrelationData(byte[] other) {
    if (other.length > MqttString.MAX_BYTES) {
      throw new IllegalArgumentException(
          "correlation data: " + other.length + " bytes, allowed are " + MqttString.MAX_BYTES);
    }
    return new MessageProperties(
        utf8, contentType, responseTopic, Optional.of(other), userProperties);
  }

  /** Returns the properties with these user properties, in this order. */
  public MessageProperties withUserProperties(List<UserProperty> other) {
    return new MessageProperties(
        utf8, contentType, responseTopic, correlationData, List.copyOf(other));
  }

  /** Returns whether the payload is said to be UTF-8 text. */
  public boolean utf8() {
    return utf8;
  }

  /** Returns the content type. */
  public Optional<String> contentType() {
    return contentType;
  }

  /** Returns the response topic. */
  public Optional<String> responseTopic() {
    return responseTopic;
  }

  /** Returns the correlation data, not copied. */
  public Optional<byte[]> correlationData() {
    return correlationData;
  }

  /** Returns the user properties in their order. */
  public List<UserProperty> userProperties() {
    return userProperties;
  }

  /** Returns whether there is nothing in it. */
  public boolean isEmpty() {
    return !utf8
        && contentType.isEmpty()
        && responseTopic.isEmpty()
        && correlationData.isEmpty()
        && userProperties.isEmpty();
  }
}
