package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;

class PublishTest {
  private static Publish publish(boolean dup, QoS qos, String topic, int id, Properties p) {
    return Golden.publish(dup, qos, false, topic, id, p, "");
  }

  private static String properties(ProtocolVersion version) {
    return version == MQTT_5 ? "00" : "";
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-2.3.1-1", "MQTT-2.3.1-5"},
      v5 = {"MQTT-2.2.1-2", "MQTT-2.2.1-3"})
  void a_packet_id_stands_with_QoS_1_and_2_only_and_is_never_0(ProtocolVersion version)
      throws CodecException {
    String p = properties(version);
    String zero = version == MQTT_5 ? "MQTT-2.2.1-3" : "MQTT-2.3.1-1";
    assertEquals(
        publish(false, QoS.AT_MOST_ONCE, "t", 0, Properties.NONE),
        Wire.read(version, BROKER, Wire.frame(0x30, "000174" + p)));
    Wire.notWritten(
        version,
        publish(false, QoS.AT_MOST_ONCE, "t", 1, Properties.NONE),
        PROTOCOL_ERROR,
        version == MQTT_5 ? "MQTT-2.2.1-2" : "MQTT-2.3.1-5");
    for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
      int first = 0x30 | qos.level() << 1;
      Wire.refused(version, BROKER, Wire.frame(first, "000174 0000" + p), PROTOCOL_ERROR, zero);
      for (int id : new int[] {-1, 0, 65_536}) {
        Wire.notWritten(
            version, publish(false, qos, "t", id, Properties.NONE), PROTOCOL_ERROR, zero);
      }
      for (int id : new int[] {1, 255, 256, 65_535}) {
        Publish publish = publish(false, qos, "t", id, Properties.NONE);
        String wire = Wire.frame(first, "000174" + String.format("%04X", id) + p);
        assertEquals(wire, Wire.written(version, publish));
        assertEquals(publish, Wire.read(version, BROKER, wire));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-3.3.1-2",
      v5 = {"MQTT-3.3.1-1", "MQTT-3.3.1-2", "MQTT-3.3.1-3"})
  void DUP_is_written_as_the_caller_says_and_never_with_QoS_0(ProtocolVersion version)
      throws CodecException {
    for (boolean dup : new boolean[] {false, true}) {
      Publish publish = publish(dup, QoS.AT_LEAST_ONCE, "t", 1, Properties.NONE);
      String wire = Wire.written(version, publish);
      assertEquals(dup ? "3A" : "32", wire.substring(0, 2));
      assertEquals(dup, ((Publish) Wire.read(version, BROKER, wire)).duplicate());
    }
    Wire.notWritten(
        version,
        publish(true, QoS.AT_MOST_ONCE, "t", 0, Properties.NONE),
        MALFORMED_PACKET,
        "MQTT-3.3.1-2");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.2-1", "MQTT-3.3.2-2", "MQTT-4.7.1-1", "MQTT-4.7.3-1"},
      v5 = {"MQTT-3.3.2-1", "MQTT-3.3.2-2", "MQTT-4.7.3-1"})
  void the_topic_is_first_has_no_wildcard_and_is_not_empty(ProtocolVersion version)
      throws CodecException {
    String p = properties(version);
    for (String topic : List.of("#", "+", "a/#", "a/+/b", "a#", "+a")) {
      StringBuilder hex = new StringBuilder();
      topic.chars().forEach(c -> hex.append(String.format("%02X", c)));
      String wire = Wire.frame(0x30, Hex.string(hex.toString()) + p);
      Wire.refused(version, BROKER, wire, MALFORMED_PACKET, "MQTT-3.3.2-2");
      Wire.notWritten(
          version,
          publish(false, QoS.AT_MOST_ONCE, topic, 0, Properties.NONE),
          MALFORMED_PACKET,
          "MQTT-3.3.2-2");
    }
    String empty = version == MQTT_5 ? "section 3.3.2.1" : "MQTT-4.7.3-1";
    Wire.refused(version, BROKER, Wire.frame(0x30, "0000" + p), PROTOCOL_ERROR, empty);
    Wire.notWritten(
        version, publish(false, QoS.AT_MOST_ONCE, "", 0, Properties.NONE), PROTOCOL_ERROR, empty);
    Publish slash = (Publish) Wire.read(version, BROKER, Wire.frame(0x30, "00012F" + p));
    assertEquals("/", slash.topic());
  }

  @Test
  @Clause(v5 = "MQTT-3.3.2-8")
  void a_topic_alias_may_stand_for_the_topic_and_is_never_0() throws CodecException {
    Properties alias = Properties.builder().number(Property.TOPIC_ALIAS, 7).build();
    Publish publish = publish(false, QoS.AT_MOST_ONCE, "", 0, alias);
    assertEquals("3006000003230007", Wire.written(MQTT_5, publish));
    assertEquals(publish, Wire.read(MQTT_5, BROKER, "3006000003230007"));
    Wire.refused(MQTT_5, BROKER, "3006000003230000", TOPIC_ALIAS_INVALID, "MQTT-3.3.2-8");
    Properties zero = Properties.builder().number(Property.TOPIC_ALIAS, 0).build();
    Wire.notWritten(
        MQTT_5,
        publish(false, QoS.AT_MOST_ONCE, "t", 0, zero),
        TOPIC_ALIAS_INVALID,
        "MQTT-3.3.2-8");
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.2-13", "MQTT-3.3.2-14"})
  void a_response_topic_is_a_topic_name() throws CodecException {
    for (String hex : List.of("23", "2B", "612F23", "")) {
      String property = "08" + Hex.string(hex);
      String body = "000174" + String.format("%02X", property.length() / 2) + property;
      Wire.refused(MQTT_5, BROKER, Wire.frame(0x30, body), PROTOCOL_ERROR, "MQTT-3.3.2-14");
    }
    for (String topic : List.of("#", "a/+", "")) {
      Properties p = Properties.builder().string(Property.RESPONSE_TOPIC, topic).build();
      Wire.notWritten(
          MQTT_5, publish(false, QoS.AT_MOST_ONCE, "t", 0, p), PROTOCOL_ERROR, "MQTT-3.3.2-14");
    }
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
  void user_properties_keep_their_order_and_their_duplicates() throws CodecException {
    List<UserProperty> users =
        List.of(
            new UserProperty("b", "1"),
            new UserProperty("a", "2"),
            new UserProperty("b", "1"),
            new UserProperty("", ""));
    Properties.Builder builder = Properties.builder();
    users.forEach(builder::user);
    Publish publish = publish(false, QoS.AT_MOST_ONCE, "t", 0, builder.build());
    Publish read = (Publish) Wire.read(MQTT_5, BROKER, Wire.written(MQTT_5, publish));
    assertEquals(users, read.properties().userProperties());
  }

  @Test
  @Clause(v5 = {"MQTT-3.3.4-4", "MQTT-3.3.4-5"})
  void several_subscription_identifiers_may_come_in_any_order() throws CodecException {
    Publish read =
        (Publish) Wire.read(MQTT_5, BROKER, Wire.frame(0x30, "000174 09 0B8001 0B01 01 00 0B01"));
    assertEquals(List.of(128, 1, 1), read.properties().subscriptionIdentifiers());
    assertEquals(128, read.properties().number(Property.SUBSCRIPTION_IDENTIFIER).getAsLong());
  }

  @Test
  @Clause(v5 = "MQTT-3.3.4-6")
  void a_client_sends_no_subscription_identifier() {
    Wire.refused(
        MQTT_5, CLIENT, Wire.frame(0x30, "000174 02 0B01"), PROTOCOL_ERROR, "MQTT-3.3.4-6");
    Properties p = Properties.builder().number(Property.SUBSCRIPTION_IDENTIFIER, 1).build();
    Wire.notWritten(
        new Encoder(MQTT_5, CLIENT),
        publish(false, QoS.AT_MOST_ONCE, "t", 0, p),
        PROTOCOL_ERROR,
        "MQTT-3.3.4-6");
  }

  @Test
  @Clause(v5 = "MQTT-2.2.2-1")
  void no_properties_are_written_as_length_0_and_must_be_told_so() throws CodecException {
    Publish publish = publish(false, QoS.AT_MOST_ONCE, "t", 0, Properties.NONE);
    assertEquals("300400017400", Wire.written(MQTT_5, publish));
    Publish read = (Publish) Wire.read(MQTT_5, BROKER, "300400017400");
    assertSame(Properties.NONE, read.properties());
    Wire.refused(MQTT_5, BROKER, "3003000174", MALFORMED_PACKET, "section 2.1.4");
  }

  @Test
  void publishes_are_equal_by_content_and_tell_the_size_of_their_payload() {
    Publish publish =
        Golden.publish(false, QoS.AT_LEAST_ONCE, true, "t", 1, Properties.NONE, "68756E746572");
    assertEquals(
        publish,
        Golden.publish(false, QoS.AT_LEAST_ONCE, true, "t", 1, Properties.NONE, "68756E746572"));
    assertNotEquals(
        publish,
        Golden.publish(false, QoS.AT_LEAST_ONCE, true, "t", 1, Properties.NONE, "68756E746573"));
    assertTrue(publish.toString().contains("payload=6 bytes"), publish.toString());
  }
}
