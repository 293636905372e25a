package org.robustmqtt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * An application message to be published. Immutable; the {@code with} methods return changed
 * copies.
 *
 * <p>Without {@link #withQos} the quality of service is {@link QoS#AT_LEAST_ONCE}. Durability and
 * deadline are the policy's unless given here.
 */
public final class Message {
  private final String topic;
  private final byte[] payload;
  private final QoS qos;
  private final boolean retain;
  private final Optional<Durability> durability;
  private final Optional<Duration> deadline;
  private final Optional<String> policy;
  private final MessageProperties properties;

  private Message(
      String topic,
      byte[] payload,
      QoS qos,
      boolean retain,
      Optional<Durability> durability,
      Optional<Duration> deadline,
      Optional<String> policy,
      MessageProperties properties) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.durability = durability;
    this.deadline = deadline;
    this.policy = policy;
    this.properties = properties;
  }

  /**
   * Returns a message with QoS 1, not retained.
   *
   * @param topic a valid topic name, see {@link TopicName}
   * @param payload the bytes; not copied, so it must not be changed afterwards
   * @throws IllegalArgumentException if the topic is not valid, naming the rule
   */
  public static Message of(String topic, byte[] payload) {
    return new Message(
        new TopicName(topic).value(),
        Objects.requireNonNull(payload, "payload"),
        QoS.AT_LEAST_ONCE,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        MessageProperties.NONE);
  }

  /** Returns a message whose payload is the text in UTF-8; otherwise as {@link #of}. */
  public static Message text(String topic, String text) {
    return of(topic, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the message with another quality of service. */
  public Message withQos(QoS other) {
    return new Message(
        topic,
        payload,
        Objects.requireNonNull(other),
        retain,
        durability,
        deadline,
        policy,
        properties);
  }

  /**
   * Returns the message with another quality of service.
   *
   * @param level 0, 1 or 2
   * @throws IllegalArgumentException if the level is another number
   */
  public Message withQos(int level) {
    return withQos(QoS.of(level));
  }

  /** Returns the message with another retain flag. */
  public Message withRetain(boolean other) {
    return new Message(topic, payload, qos, other, durability, deadline, policy, properties);
  }

  /** Returns the message with a durability of its own instead of the policy's. */
  public Message withDurability(Durability other) {
    return new Message(
        topic, payload, qos, retain, Optional.of(other), deadline, policy, properties);
  }

  /**
   * Returns the message with a deadline of its own: not sent later than this after it was accepted,
   * with outcome {@link DropReason#EXPIRED}. What is left of it goes along as message expiry in
   * MQTT 5.
   *
   * @param other more than zero
   * @throws IllegalArgumentException if the duration is zero or negative
   */
  public Message withDeadline(Duration other) {
    if (other.isNegative() || other.isZero()) {
      throw new IllegalArgumentException("deadline " + other + ": must be more than zero");
    }
    return new Message(
        topic, payload, qos, retain, durability, Optional.of(other), policy, properties);
  }

  /**
   * Returns the message under a policy that it names itself, whatever its topic says.
   *
   * @param label the label of a {@code policy.<label>} of the connection that publishes it, or
   *     {@code default}; another connection may not have it and refuses the message
   */
  public Message withPolicy(String label) {
    return new Message(
        topic, payload, qos, retain, durability, deadline, Optional.of(label), properties);
  }

  /**
   * Returns the message with other MQTT 5 properties; a broker that speaks 3.1.1 does not get them.
   */
  public Message withProperties(MessageProperties other) {
    return new Message(
        topic, payload, qos, retain, durability, deadline, policy, Objects.requireNonNull(other));
  }

  /** Returns the topic name. */
  public String topic() {
    return topic;
  }

  /** Returns the payload itself, not a copy: it must not be changed. */
  public byte[] payload() {
    return payload;
  }

  /** Returns the quality of service asked for. */
  public QoS qos() {
    return qos;
  }

  /** Returns whether the broker is asked to retain the message. */
  public boolean retain() {
    return retain;
  }

  /** Returns the durability of its own, empty if the policy decides. */
  public Optional<Durability> durability() {
    return durability;
  }

  /** Returns the deadline of its own, counted from acceptance, empty if the policy decides. */
  public Optional<Duration> deadline() {
    return deadline;
  }

  /** Returns the label of the policy that it names itself, empty if its topic decides. */
  public Optional<String> policy() {
    return policy;
  }

  /** Returns the MQTT 5 properties. */
  public MessageProperties properties() {
    return properties;
  }

  /** Returns topic, size, QoS and flags; never the payload. */
  @Override
  public String toString() {
    return "Message["
        + topic
        + ", "
        + payload.length
        + " bytes, QoS "
        + qos.level()
        + (retain ? ", retain]" : "]");
  }
}
