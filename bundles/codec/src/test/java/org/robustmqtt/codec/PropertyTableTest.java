package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.UserProperty;

/** Table 2-4 of the standard, against every packet. */
class PropertyTableTest {
  /** The places of each property, one letter for each place as in {@link #place}. */
  private static final Map<Integer, String> TABLE =
      Map.ofEntries(
          Map.entry(0x01, "PW"),
          Map.entry(0x02, "PW"),
          Map.entry(0x03, "PW"),
          Map.entry(0x08, "PW"),
          Map.entry(0x09, "PW"),
          Map.entry(0x0B, "PS"),
          Map.entry(0x11, "CcD"),
          Map.entry(0x12, "c"),
          Map.entry(0x13, "c"),
          Map.entry(0x15, "CcA"),
          Map.entry(0x16, "CcA"),
          Map.entry(0x17, "C"),
          Map.entry(0x18, "W"),
          Map.entry(0x19, "C"),
          Map.entry(0x1A, "c"),
          Map.entry(0x1C, "cD"),
          Map.entry(0x1F, "c1234suDA"),
          Map.entry(0x21, "Cc"),
          Map.entry(0x22, "Cc"),
          Map.entry(0x23, "P"),
          Map.entry(0x24, "c"),
          Map.entry(0x25, "c"),
          Map.entry(0x26, "CWcP1234SsUuDA"),
          Map.entry(0x27, "Cc"),
          Map.entry(0x28, "c"),
          Map.entry(0x29, "c"),
          Map.entry(0x2A, "c"));

  private static Place place(char letter) {
    return switch (letter) {
      case 'C' -> Place.CONNECT;
      case 'W' -> Place.WILL;
      case 'c' -> Place.CONNACK;
      case 'P' -> Place.PUBLISH;
      case '1' -> Place.PUBACK;
      case '2' -> Place.PUBREC;
      case '3' -> Place.PUBREL;
      case '4' -> Place.PUBCOMP;
      case 'S' -> Place.SUBSCRIBE;
      case 's' -> Place.SUBACK;
      case 'U' -> Place.UNSUBSCRIBE;
      case 'u' -> Place.UNSUBACK;
      case 'D' -> Place.DISCONNECT;
      default -> Place.AUTH;
    };
  }

  /** The bytes of a property with a value that is always allowed. */
  private static String bytes(int id) {
    String value =
        switch (id) {
          case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> "01";
          case 0x13, 0x21, 0x22, 0x23 -> "0005";
          case 0x02, 0x11, 0x18, 0x27 -> "00000005";
          case 0x0B -> "05";
          case 0x26 -> "0001 6B 0001 76";
          default -> "0001 78";
        };
    return String.format("%02X", id) + value.replace(" ", "");
  }

  private static Properties.Builder add(Properties.Builder builder, Property property) {
    return switch (property.valueType()) {
      case BYTE -> builder.number(property, 1);
      case TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER ->
          builder.number(property, 5);
      case STRING -> builder.string(property, "x");
      case STRING_PAIR -> builder.user(new UserProperty("k", "v"));
      case BINARY -> builder.binary(property, Hex.bytes("78"));
    };
  }

  /** A whole packet whose properties in a place are these bytes. */
  private static String wire(Place place, String properties) {
    String p = String.format("%02X", properties.length() / 2) + properties;
    return switch (place) {
      case CONNECT -> Wire.frame(0x10, "0004 4D515454 05 02 0000" + p + "0001 63");
      case WILL -> Wire.frame(0x10, "0004 4D515454 05 06 0000 00 0001 63" + p + "0001 77 0000");
      case CONNACK -> Wire.frame(0x20, "0000" + p);
      case PUBLISH -> Wire.frame(0x30, "0001 74" + p);
      case PUBACK -> Wire.frame(0x40, "0001 00" + p);
      case PUBREC -> Wire.frame(0x50, "0001 00" + p);
      case PUBREL -> Wire.frame(0x62, "0001 00" + p);
      case PUBCOMP -> Wire.frame(0x70, "0001 00" + p);
      case SUBSCRIBE -> Wire.frame(0x82, "0001" + p + "0001 61 00");
      case SUBACK -> Wire.frame(0x90, "0001" + p + "00");
      case UNSUBSCRIBE -> Wire.frame(0xA2, "0001" + p + "0001 61");
      case UNSUBACK -> Wire.frame(0xB0, "0001" + p + "00");
      case DISCONNECT -> Wire.frame(0xE0, "00" + p);
      case AUTH -> Wire.frame(0xF0, "18" + p);
    };
  }

  private static Packet packet(Place place, Properties p) {
    return switch (place) {
      case CONNECT -> Golden.connect(MQTT_5, true, 0, "c", p);
      case WILL ->
          new Connect(
              MQTT_5,
              true,
              0,
              "c",
              Optional.of(new Will("w", new byte[0], QoS.AT_MOST_ONCE, false, p)),
              Optional.empty(),
              Optional.empty(),
              Properties.NONE);
      case CONNACK -> new Connack(false, 0, p);
      case PUBLISH -> Golden.publish(false, QoS.AT_MOST_ONCE, false, "t", 0, p, "");
      case PUBACK -> new Puback(1, 0, p);
      case PUBREC -> new Pubrec(1, 0, p);
      case PUBREL -> new Pubrel(1, 0, p);
      case PUBCOMP -> new Pubcomp(1, 0, p);
      case SUBSCRIBE -> new Subscribe(1, List.of(Golden.subscription("a", QoS.AT_MOST_ONCE)), p);
      case SUBACK -> new Suback(1, List.of(0), p);
      case UNSUBSCRIBE -> new Unsubscribe(1, List.of("a"), p);
      case UNSUBACK -> new Unsuback(1, List.of(0), p);
      case DISCONNECT -> new Disconnect(0, p);
      case AUTH -> new Auth(0x18, p);
    };
  }

  private static Sender sender(Place place, int id) {
    return switch (place) {
      case CONNACK, SUBACK, UNSUBACK, PUBLISH -> Sender.BROKER;
      case CONNECT, WILL, SUBSCRIBE, UNSUBSCRIBE, PUBACK, PUBREC, PUBREL, PUBCOMP, AUTH ->
          Sender.CLIENT;
      case DISCONNECT -> id == 0x11 ? Sender.CLIENT : Sender.BROKER;
    };
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @Clause(v5 = "section 2.2.2.2")
  void each_property_stands_where_the_table_says_and_as_often(Place place) throws CodecException {
    for (int id = 0; id < 0x80; id++) {
      boolean allowed = TABLE.getOrDefault(id, "").chars().anyMatch(c -> place((char) c) == place);
      Sender sender = sender(place, id);
      // What cannot be without the method gets one, before it in the order of identifiers
      boolean needsMethod = place == Place.AUTH || place == Place.CONNECT && id == 0x16;
      String method = needsMethod && id != 0x15 ? "15000178" : "";
      String once = (id < 0x15 ? bytes(id) + method : method + bytes(id));
      Optional<Property> property = PropertyTable.byId(id);
      assertEquals(TABLE.containsKey(id), property.isPresent());
      if (!allowed) {
        Wire.refused(MQTT_5, sender, wire(place, bytes(id)), MALFORMED_PACKET, "section 2.2.2.2");
        if (property.isPresent()) {
          Properties p = add(Properties.builder(), property.get()).build();
          Wire.notWritten(MQTT_5, packet(place, p), MALFORMED_PACKET, "section 2.2.2.2");
        }
        continue;
      }
      Properties.Builder one = add(Properties.builder(), property.get());
      if (!method.isEmpty()) {
        add(one, Property.AUTHENTICATION_METHOD);
      }
      assertEquals(packet(place, one.build()), Wire.read(MQTT_5, sender, wire(place, once)));
      assertEquals(wire(place, once), Wire.written(MQTT_5, packet(place, one.build())));

      String twice = once + bytes(id);
      if (id == 0x26 || id == 0x0B && place == Place.PUBLISH) {
        Properties two = add(one, property.get()).build();
        assertEquals(packet(place, two), Wire.read(MQTT_5, sender, wire(place, twice)));
        assertEquals(wire(place, twice), Wire.written(MQTT_5, packet(place, two)));
      } else {
        Wire.refused(MQTT_5, sender, wire(place, twice), PROTOCOL_ERROR, "section 2.2.2.2");
      }
    }
  }

  @Test
  @Clause(v5 = "section 2.2.2.2")
  void a_subscription_identifier_is_not_written_twice_in_a_subscribe() {
    Properties two =
        Properties.builder()
            .number(Property.SUBSCRIPTION_IDENTIFIER, 1)
            .number(Property.SUBSCRIPTION_IDENTIFIER, 2)
            .build();
    Wire.notWritten(MQTT_5, packet(Place.SUBSCRIBE, two), PROTOCOL_ERROR, "section 2.2.2.2");
  }

  @ParameterizedTest
  @CsvSource({
    "PUBLISH, 01, PAYLOAD_FORMAT_INDICATOR, section 3.3.2.3.2",
    "WILL, 01, PAYLOAD_FORMAT_INDICATOR, section 3.3.2.3.2",
    "CONNECT, 17, REQUEST_PROBLEM_INFORMATION, section 3.1.2.11.7",
    "CONNECT, 19, REQUEST_RESPONSE_INFORMATION, section 3.1.2.11.6",
    "CONNACK, 24, MAXIMUM_QOS, section 3.2.2.3",
    "CONNACK, 25, RETAIN_AVAILABLE, section 3.2.2.3",
    "CONNACK, 28, WILDCARD_SUBSCRIPTION_AVAILABLE, section 3.2.2.3",
    "CONNACK, 29, SUBSCRIPTION_IDENTIFIER_AVAILABLE, section 3.2.2.3",
    "CONNACK, 2A, SHARED_SUBSCRIPTION_AVAILABLE, section 3.2.2.3"
  })
  void a_byte_is_0_or_1(Place place, String id, Property property, String clause)
      throws CodecException {
    Sender sender = sender(place, property.id());
    for (int value = 0; value < 256; value++) {
      String wire = wire(place, id + String.format("%02X", value));
      Packet packet = packet(place, Properties.builder().number(property, value).build());
      if (value < 2) {
        assertEquals(packet, Wire.read(MQTT_5, sender, wire));
        assertEquals(wire, Wire.written(MQTT_5, packet));
      } else {
        Wire.refused(MQTT_5, sender, wire, PROTOCOL_ERROR, clause);
        Wire.notWritten(MQTT_5, packet, PROTOCOL_ERROR, clause);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 210000, RECEIVE_MAXIMUM, 65535, PROTOCOL_ERROR, section 3.1.2.11.3",
    "CONNACK, 210000, RECEIVE_MAXIMUM, 65535, PROTOCOL_ERROR, section 3.1.2.11.3",
    "CONNECT, 2700000000, MAXIMUM_PACKET_SIZE, 4294967295, PROTOCOL_ERROR, section 3.1.2.11.4",
    "CONNACK, 2700000000, MAXIMUM_PACKET_SIZE, 4294967295, PROTOCOL_ERROR, section 3.1.2.11.4",
    "SUBSCRIBE, 0B00, SUBSCRIPTION_IDENTIFIER, 268435455, PROTOCOL_ERROR, section 3.8.2.1.2",
    "PUBLISH, 0B00, SUBSCRIPTION_IDENTIFIER, 268435455, PROTOCOL_ERROR, section 3.8.2.1.2",
    "PUBLISH, 230000, TOPIC_ALIAS, 65535, TOPIC_ALIAS_INVALID, MQTT-3.3.2-8"
  })
  void some_numbers_are_never_0(
      Place place, String hex, Property property, long max, ReasonCode reason, String clause)
      throws CodecException {
    Sender sender = sender(place, property.id());
    Wire.refused(MQTT_5, sender, wire(place, hex), reason, clause);
    Properties zero = Properties.builder().number(property, 0).build();
    Wire.notWritten(MQTT_5, packet(place, zero), reason, clause);
    for (long value : new long[] {1, max}) {
      Packet packet = packet(place, Properties.builder().number(property, value).build());
      assertEquals(packet, Wire.read(MQTT_5, sender, Wire.written(MQTT_5, packet)));
    }
  }

  @Test
  @Clause(v5 = "MQTT-1.5.5-1")
  void integers_inside_are_in_their_shortest_form() {
    String clause = "MQTT-1.5.5-1";
    String overlong = Wire.frame(0x30, "0001 74 8000");
    Wire.refused(MQTT_5, Sender.BROKER, overlong, MALFORMED_PACKET, clause);
    String identifier = Wire.frame(0x30, "0001 74 03 0B 8100");
    Wire.refused(MQTT_5, Sender.BROKER, identifier, MALFORMED_PACKET, clause);
    String fiveBytes = Wire.frame(0x30, "0001 74 06 0B FFFFFFFF01");
    Wire.refused(MQTT_5, Sender.BROKER, fiveBytes, MALFORMED_PACKET, clause);
    String overlongId = Wire.frame(0x30, "0001 74 03 8100 01");
    Wire.refused(MQTT_5, Sender.BROKER, overlongId, MALFORMED_PACKET, clause);
    String unknown = Wire.frame(0x30, "0001 74 02 FF01");
    Wire.refused(MQTT_5, Sender.BROKER, unknown, MALFORMED_PACKET, "section 2.2.2.2");
  }

  @Test
  @Clause(v5 = "MQTT-2.2.2-1")
  void a_property_that_ends_behind_the_properties_is_refused() {
    // the payload would be long enough for it
    for (String body :
        List.of(
            "0001 74 01 02 00000001",
            "0001 74 03 03 0005 68656C6C6F",
            "0001 74 04 26 0001 61 0001 62",
            "0001 74 7F 00",
            "0001 74 FFFFFF7F 00")) {
      String wire = Wire.frame(0x30, body);
      Wire.refused(MQTT_5, Sender.BROKER, wire, MALFORMED_PACKET, "section 2.1.4");
    }
  }

  @Test
  void unsigned_numbers_are_read_as_such() throws CodecException {
    Connack connack = (Connack) Wire.read(MQTT_5, Sender.BROKER, wire(Place.CONNACK, "11FFFFFFFE"));
    assertEquals(
        OptionalLong.of(0xFFFF_FFFEL),
        connack.properties().number(Property.SESSION_EXPIRY_INTERVAL));
  }
}
