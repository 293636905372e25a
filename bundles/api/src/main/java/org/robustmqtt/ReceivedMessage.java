package org.robustmqtt;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * A message as it was received. Immutable. To be acknowledged by hand only where the listener asked
 * for it ({@code mqtt.ack=manual}).
 */
public final class ReceivedMessage {
  private final String connection;
  private final String topic;
  private final byte[] payload;
  private final QoS qos;
  private final boolean retained;
  private final boolean duplicate;
  private final boolean stale;
  private final MessageProperties properties;
  private final Instant receivedAt;
  private final BooleanSupplier acknowledgement;

  /**
   * Makes a received message; for those who provide connections, and for tests of listeners.
   *
   * @param connection the name of the connection
   * @param topic the topic name
   * @param payload the bytes, not copied
   * @param qos the quality of service it came with
   * @param retained whether it is an old value that the broker had retained
   * @param duplicate whether the broker says that it may have sent it before
   * @param properties the MQTT 5 properties
   * @param receivedAt when it was read, wall time
   * @param acknowledgement what {@link #acknowledge()} runs and returns
   */
  public ReceivedMessage(
      String connection,
      String topic,
      byte[] payload,
      QoS qos,
      boolean retained,
      boolean duplicate,
      MessageProperties properties,
      Instant receivedAt,
      BooleanSupplier acknowledgement) {
    this(
        connection,
        topic,
        payload,
        qos,
        retained,
        duplicate,
        false,
        properties,
        receivedAt,
        acknowledgement);
  }

  private ReceivedMessage(
      String connection,
      String topic,
      byte[] payload,
      QoS qos,
      boolean retained,
      boolean duplicate,
      boolean stale,
      MessageProperties properties,
      Instant receivedAt,
      BooleanSupplier acknowledgement) {
    this.connection = Objects.requireNonNull(connection);
    this.topic = Objects.requireNonNull(topic);
    this.payload = Objects.requireNonNull(payload);
    this.qos = Objects.requireNonNull(qos);
    this.retained = retained;
    this.duplicate = duplicate;
    this.stale = stale;
    this.properties = Objects.requireNonNull(properties);
    this.receivedAt = Objects.requireNonNull(receivedAt);
    this.acknowledgement = Objects.requireNonNull(acknowledgement);
  }

  /** Returns the name of the connection it came through. */
  public String connection() {
    return connection;
  }

  /** Returns the topic name. */
  public String topic() {
    return topic;
  }

  /** Returns the payload itself, not a copy: it must not be changed, other listeners see it too. */
  public byte[] payload() {
    return payload;
  }

  /** Returns the payload as UTF-8 text; what is no UTF-8 is replaced. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** Returns the quality of service it came with. */
  public QoS qos() {
    return qos;
  }

  /** Returns whether it is an old value that the broker had retained, not an event of now. */
  public boolean retained() {
    return retained;
  }

  /** Returns whether the broker says that it may have sent it before. */
  public boolean duplicate() {
    return duplicate;
  }

  /**
   * Returns whether it tells of something that was, and is not to be acted on: a retained value or
   * a message from before an outage, where the listener asked for these to be marked ({@code
   * mqtt.retained=mark}, {@code mqtt.queued=mark}).
   */
  public boolean stale() {
    return stale;
  }

  /** Returns the same message, marked as {@link #stale()}. */
  public ReceivedMessage asStale() {
    return new ReceivedMessage(
        connection,
        topic,
        payload,
        qos,
        retained,
        duplicate,
        true,
        properties,
        receivedAt,
        acknowledgement);
  }

  /** Returns the MQTT 5 properties. */
  public MessageProperties properties() {
    return properties;
  }

  /** Returns when it was read. */
  public Instant receivedAt() {
    return receivedAt;
  }

  /**
   * Says that the message is dealt with. Any thread, any number of times.
   *
   * @return whether this call counts: only the first one does, and none where there is nothing to
   *     acknowledge, because the listener did not ask for it or the message is of QoS 0
   */
  public boolean acknowledge() {
    return acknowledgement.getAsBoolean();
  }

  /** Returns topic, size, QoS and flags; never the payload. */
  @Override
  public String toString() {
    return "ReceivedMessage["
        + topic
        + ", "
        + payload.length
        + " bytes, QoS "
        + qos.level()
        + (retained ? ", retained" : "")
        + (duplicate ? ", duplicate" : "")
        + (stale ? ", stale]" : "]");
  }
}
