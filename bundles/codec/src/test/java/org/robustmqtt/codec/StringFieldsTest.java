package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;

/** What a string may hold, in every string field of every packet, both ways. */
class StringFieldsTest {
  private static final String MARK = "zqqz";
  private static final String MARK_BYTES = "7A71717A";

  private static final List<String> ILL_FORMED =
      List.of(
          "7AC0807A", // U+0000 in two bytes
          "7AC1BF7A", // overlong U+007F
          "E09FBF7A", // overlong U+07FF
          "F08FBFBF", // overlong U+FFFF
          "7AEDA080", // U+D800
          "EDBFBF7A", // U+DFFF
          "F4908080", // U+110000
          "F5808080",
          "FF7A7A7A",
          "7A807A7A", // continuation without a lead
          "7AC37A7A", // lead without a continuation
          "7AE2827A",
          "F09F987A",
          "7A7A7AC3", // cut off at the end
          "7A7AE282",
          "7AF09F98");

  /**
   * A string field.
   *
   * @param property whether it is checked when the packet is built
   */
  record Field(
      String name,
      ProtocolVersion version,
      Sender sender,
      boolean property,
      Function<String, Packet> packet) {
    @Override
    public String toString() {
      return version + " " + name;
    }
  }

  static List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    for (ProtocolVersion v : ProtocolVersion.values()) {
      client(fields, "client id", v, s -> Golden.connect(v, true, 0, s, Properties.NONE));
      client(fields, "will topic", v, s -> connect(v, Optional.of(will(s, Properties.NONE)), "u"));
      client(fields, "user name", v, s -> connect(v, Optional.empty(), s));
      client(
          fields,
          "topic",
          v,
          s -> Golden.publish(false, QoS.AT_MOST_ONCE, false, s, 0, Properties.NONE, ""));
      client(
          fields,
          "subscribed filter",
          v,
          s ->
              new Subscribe(1, List.of(Golden.subscription(s, QoS.AT_MOST_ONCE)), Properties.NONE));
      client(
          fields, "unsubscribed filter", v, s -> new Unsubscribe(1, List.of(s), Properties.NONE));
    }
    for (Property p : List.of(Property.CONTENT_TYPE, Property.RESPONSE_TOPIC)) {
      property(fields, Sender.CLIENT, p.name(), s -> publish(of(p, s)));
      property(
          fields,
          Sender.CLIENT,
          p + " of the will",
          s -> connect(MQTT_5, Optional.of(will("w", of(p, s))), "u"));
    }
    for (Property p :
        List.of(
            Property.ASSIGNED_CLIENT_IDENTIFIER,
            Property.AUTHENTICATION_METHOD,
            Property.RESPONSE_INFORMATION,
            Property.SERVER_REFERENCE,
            Property.REASON_STRING)) {
      property(fields, Sender.BROKER, p.name(), s -> new Connack(false, 0, of(p, s)));
    }
    property(
        fields,
        Sender.CLIENT,
        "name of a user property",
        s -> publish(Properties.builder().user(new UserProperty(s, "v")).build()));
    property(
        fields,
        Sender.CLIENT,
        "value of a user property",
        s -> publish(Properties.builder().user(new UserProperty("n", s)).build()));
    return fields;
  }

  @ParameterizedTest
  @MethodSource("fields")
  @Clause(
      v311 = {
        "MQTT-1.5.3-1",
        "MQTT-1.5.3-2",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-10",
        "MQTT-3.1.3-11",
        "MQTT-3.3.2-1",
        "MQTT-3.8.3-1",
        "MQTT-3.10.3-1",
        "MQTT-4.7.3-2"
      },
      v5 = {
        "MQTT-1.5.4-1",
        "MQTT-1.5.4-2",
        "MQTT-1.5.7-1",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-11",
        "MQTT-3.1.3-12",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-13",
        "MQTT-3.3.2-19",
        "MQTT-3.8.3-1",
        "MQTT-3.10.3-1",
        "MQTT-4.7.3-2"
      })
  void ill_formed_strings_are_refused(Field field) throws CodecException {
    String wire = Wire.written(field.version(), field.packet().apply(MARK));
    assertTrue(wire.contains(MARK_BYTES));
    String illFormed = field.version() == MQTT_5 ? "MQTT-1.5.4-1" : "MQTT-1.5.3-1";
    String zero = field.version() == MQTT_5 ? "MQTT-1.5.4-2" : "MQTT-1.5.3-2";
    for (String bytes : ILL_FORMED) {
      String bad = wire.replace(MARK_BYTES, bytes);
      Wire.refused(field.version(), field.sender(), bad, MALFORMED_PACKET, illFormed);
      // the same through a buffer without an array
      ByteBuffer direct = ByteBuffer.allocateDirect(bad.length() / 2).put(Hex.bytes(bad)).flip();
      Decoder decoder = new Decoder(field.version(), field.sender(), Wire.MAXIMUM);
      assertThrows(CodecException.class, () -> decoder.decode(direct));
    }
    for (String bytes : List.of("007A7A7A", "7A7A7A00", "C3A97A00")) {
      String bad = wire.replace(MARK_BYTES, bytes);
      Wire.refused(field.version(), field.sender(), bad, MALFORMED_PACKET, zero);
    }
  }

  @ParameterizedTest
  @MethodSource("fields")
  @Clause(
      v311 = {"MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-4.7.3-2", "MQTT-4.7.3-3"},
      v5 = {"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-4.7.3-2", "MQTT-4.7.3-3"})
  void strings_that_cannot_be_sent_are_not_written(Field field) {
    String illFormed = field.version() == MQTT_5 ? "MQTT-1.5.4-1" : "MQTT-1.5.3-1";
    String zero = field.version() == MQTT_5 ? "MQTT-1.5.4-2" : "MQTT-1.5.3-2";
    String length = field.version() == MQTT_5 ? "section 1.5.4" : "section 1.5.3";
    for (String bad : List.of("\uD800", "a\uDC00", "\uD83D\uD83D\uDE00", "a\uD83Db")) {
      refused(field, bad, illFormed);
    }
    refused(field, "a\u0000", zero);
    refused(field, "a".repeat(65_536), length);
    refused(field, "\u20AC".repeat(21_845) + "a", length);
  }

  private static void refused(Field field, String bad, String clause) {
    if (field.property()) {
      assertThrows(IllegalArgumentException.class, () -> field.packet().apply(bad));
    } else {
      Wire.notWritten(field.version(), field.packet().apply(bad), MALFORMED_PACKET, clause);
    }
  }

  @ParameterizedTest
  @MethodSource("fields")
  @Clause(
      v311 = {"MQTT-1.5.3-3", "MQTT-4.7.3-3"},
      v5 = {"MQTT-1.5.4-3", "MQTT-4.7.3-3", "MQTT-4.7.3-4"})
  void strings_arrive_character_by_character_as_they_were(Field field) throws CodecException {
    List<String> strings =
        List.of(
            "\uFEFF",
            "\uFEFFa",
            "a\uFEFFb\uFEFF",
            "\u00E9", // composed
            "e\u0301", // decomposed
            "\u0001\u007F\u0080\u07FF\u0800\uFFFF",
            "\uD7FF\uE000\uD800\uDC00\uDBFF\uDFFF",
            "a".repeat(65_535),
            "\u20AC".repeat(21_845));
    for (String string : strings) {
      Packet packet = field.packet().apply(string);
      String wire = Wire.written(field.version(), packet);
      String bytes = Hex.text(string.getBytes(StandardCharsets.UTF_8));
      assertTrue(wire.contains(Hex.string(bytes)), "the bytes of the platform's own encoder");
      assertEquals(packet, Wire.read(field.version(), field.sender(), wire));
    }
  }

  @Test
  @Clause(v5 = "MQTT-4.7.3-4")
  void composed_and_decomposed_characters_stay_two_topics() throws CodecException {
    Packet composed = Wire.read(MQTT_5, Sender.BROKER, Wire.frame(0x30, Hex.string("C3A9") + "00"));
    Packet decomposed =
        Wire.read(MQTT_5, Sender.BROKER, Wire.frame(0x30, Hex.string("65CC81") + "00"));
    assertNotEquals(composed, decomposed);
    assertEquals("e\u0301", ((Publish) decomposed).topic());
  }

  @Test
  void every_code_point_has_the_size_and_bytes_of_the_platforms_encoder() {
    byte[] bytes = new byte[4];
    for (int point = 1; point <= Character.MAX_CODE_POINT; point++) {
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        continue;
      }
      String string = Character.toString(point);
      byte[] expected = string.getBytes(StandardCharsets.UTF_8);
      int end = Utf8.write(string, bytes, 0);
      if (end != expected.length
          || Utf8.size(string) != end
          || !java.util.Arrays.equals(expected, 0, end, bytes, 0, end)
          || Utf8.validEnd(bytes, 0, end) != end) {
        assertEquals(Hex.text(expected), Hex.text(bytes), "U+" + Integer.toHexString(point));
      }
    }
    assertEquals("F48FBFBF", Hex.text(bytes));
  }

  private static void client(
      List<Field> fields, String name, ProtocolVersion v, Function<String, Packet> packet) {
    fields.add(new Field(name, v, Sender.CLIENT, false, packet));
  }

  private static void property(
      List<Field> fields, Sender sender, String name, Function<String, Packet> packet) {
    fields.add(new Field(name, MQTT_5, sender, true, packet));
  }

  private static Properties of(Property property, String value) {
    return Properties.builder().string(property, value).build();
  }

  private static Publish publish(Properties properties) {
    return Golden.publish(false, QoS.AT_MOST_ONCE, false, "t", 0, properties, "");
  }

  private static Will will(String topic, Properties properties) {
    return new Will(topic, new byte[0], QoS.AT_MOST_ONCE, false, properties);
  }

  private static Connect connect(ProtocolVersion version, Optional<Will> will, String user) {
    return new Connect(
        version, true, 0, "c", will, Optional.of(user), Optional.empty(), Properties.NONE);
  }
}
