package org.robustmqtt.client.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;

class MessageSizeTest {
  private static final MessageProperties EVERYTHING =
      MessageProperties.NONE
          .withUtf8(true)
          .withContentType("text/plain")
          .withResponseTopic("answers/ü")
          .withCorrelationData(new byte[17])
          .withUserProperties(
              List.of(new UserProperty("a", "ß"), new UserProperty("name", "value")));

  private static Publish publish(Message message, boolean five) {
    Properties.Builder properties = Properties.builder();
    if (five) {
      MessageProperties from = message.properties();
      message.deadline().ifPresent(d -> properties.number(Property.MESSAGE_EXPIRY_INTERVAL, 1));
      if (from.utf8()) {
        properties.number(Property.PAYLOAD_FORMAT_INDICATOR, 1);
      }
      from.contentType().ifPresent(value -> properties.string(Property.CONTENT_TYPE, value));
      from.responseTopic().ifPresent(value -> properties.string(Property.RESPONSE_TOPIC, value));
      from.correlationData()
          .ifPresent(value -> properties.binary(Property.CORRELATION_DATA, value));
      from.userProperties().forEach(properties::user);
    }
    return new Publish(
        false,
        message.qos(),
        message.retain(),
        message.topic(),
        message.qos() == QoS.AT_MOST_ONCE ? 0 : 1,
        properties.build(),
        message.payload());
  }

  @Test
  void the_size_is_what_mqtt_5_writes_and_never_less_than_what_3_1_1_writes()
      throws CodecException {
    for (int payload : new int[] {0, 100, 127, 128, 16_383, 16_384}) {
      for (int qos = 0; qos <= 2; qos++) {
        for (MessageProperties properties : List.of(MessageProperties.NONE, EVERYTHING)) {
          Message message =
              Message.of("häuser/€/\uD83C\uDFE0", new byte[payload])
                  .withQos(qos)
                  .withProperties(properties);
          for (Message each : List.of(message, message.withDeadline(Duration.ofSeconds(5)))) {
            long size = MessageSize.of(each, each.deadline().isPresent()).packet();
            assertEquals(
                new Encoder(ProtocolVersion.MQTT_5).size(publish(each, true)),
                size,
                each::toString);
            assertTrue(new Encoder(ProtocolVersion.MQTT_3_1_1).size(publish(each, false)) <= size);
          }
        }
      }
    }
  }

  @Test
  void a_queued_message_counts_its_topic_in_utf_8_and_its_payload() {
    assertEquals(2 + 3 + 4 + 10, MessageSize.queued(Message.of("ü€\uD83C\uDFE0", new byte[10])));
  }

  private static Optional<Refusal> refusal(
      Limits limits, int messages, long bytes, MessageSize more) {
    return Refusal.of(limits, DeliveryPolicy.DEFAULT, messages, bytes, 0, 0, more);
  }

  @Test
  void there_is_room_up_to_both_limits_and_not_beyond() {
    Limits limits = new Limits(3, 100, 50, 10);
    assertEquals(Optional.empty(), refusal(limits, 2, 90, new MessageSize(10, 50)));
    Refusal many = refusal(limits, 3, 0, new MessageSize(1, 1)).orElseThrow();
    assertEquals(NotAcceptedException.Reason.QUEUE_FULL, many.cause());
    assertEquals("queue full: 3 messages, allowed are queueMaxMessages = 3", many.why());
    assertTrue(many.mayFitLater());
    Refusal bytes = refusal(limits, 0, 90, new MessageSize(11, 1)).orElseThrow();
    assertEquals("queue full: 90 bytes and 11 more, allowed are queueMaxBytes = 100", bytes.why());
    assertTrue(bytes.mayFitLater());
    assertTrue(refusal(limits, 0, Long.MAX_VALUE, new MessageSize(1, 1)).isPresent());
  }

  @Test
  void what_never_fits_is_refused_for_good() {
    Limits limits = new Limits(3, 100, 50, 10);
    assertFalse(refusal(limits, 0, 0, new MessageSize(101, 1)).orElseThrow().mayFitLater());
    Refusal large = refusal(limits, 0, 0, new MessageSize(1, 51)).orElseThrow();
    assertEquals(NotAcceptedException.Reason.TOO_LARGE, large.cause());
    assertEquals("a packet of 51 bytes, allowed are maximumPacketSize = 50", large.why());
    assertFalse(large.mayFitLater());
  }

  @Test
  void limits_below_one_are_refused() {
    assertThrows(IllegalArgumentException.class, () -> new Limits(0, 1, 1, 10));
    assertThrows(IllegalArgumentException.class, () -> new Limits(1, 0, 1, 10));
    assertThrows(IllegalArgumentException.class, () -> new Limits(1, 1, 0, 10));
  }
}
