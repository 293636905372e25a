package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;

class ConnectTest {
  private static final String NAME = "0004 4D515454";

  /** A CONNECT with these flags: keep alive 0, client id "c", then the rest. */
  private static String connect(ProtocolVersion version, int flags, String rest) {
    String level = version == MQTT_5 ? "05" : "04";
    String properties = version == MQTT_5 ? "00" : "";
    return Wire.frame(
        0x10, NAME + level + String.format("%02X", flags) + "0000" + properties + "0001 63" + rest);
  }

  @Test
  @Clause(v311 = "MQTT-3.1.2-1", v5 = "MQTT-3.1.2-1")
  void another_protocol_name_is_refused_as_an_unsupported_version() {
    String clause = "MQTT-3.1.2-1";
    for (String name : new String[] {"0006 4D5149736470 03", "0004 6D717474 04", "0000 04"}) {
      String wire = Wire.frame(0x10, name + "02 003C 0001 61");
      Wire.refused(MQTT_3_1_1, CLIENT, wire, UNSUPPORTED_PROTOCOL_VERSION, clause);
      Wire.refused(MQTT_5, CLIENT, wire, UNSUPPORTED_PROTOCOL_VERSION, clause);
    }
  }

  @Test
  @Clause(v311 = "MQTT-3.1.2-2", v5 = "MQTT-3.1.2-2")
  void every_level_but_4_and_5_is_refused_as_an_unsupported_version() throws CodecException {
    for (int level = 0; level < 256; level++) {
      String rest = level == 5 ? "00 0001 63" : "0001 63";
      String wire = Wire.frame(0x10, NAME + String.format("%02X", level) + "02 0000" + rest);
      if (level == 4 || level == 5) {
        Connect connect = (Connect) Wire.read(MQTT_3_1_1, CLIENT, wire);
        assertEquals(level, connect.version().level());
        assertEquals(connect, Wire.read(MQTT_5, CLIENT, wire));
      } else {
        Wire.refused(MQTT_5, CLIENT, wire, UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-2");
      }
    }
  }

  @Test
  @Clause(v311 = "MQTT-3.1.2-2", v5 = "MQTT-3.1.2-2")
  void a_connect_is_written_only_by_an_encoder_of_its_own_version() {
    Connect connect = Golden.connect(MQTT_5, true, 0, "c", Properties.NONE);
    Wire.notWritten(MQTT_3_1_1, connect, UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-2");
  }

  @Test
  @Clause(v5 = {"MQTT-3.1.2-18", "MQTT-3.1.2-19"})
  void a_password_without_a_user_name_is_for_MQTT_5_only() throws CodecException {
    Connect connect = withPassword(MQTT_5, Optional.empty());
    assertEquals(connect, Wire.read(MQTT_5, CLIENT, Wire.written(MQTT_5, connect)));
    Wire.notWritten(
        MQTT_3_1_1, withPassword(MQTT_3_1_1, Optional.empty()), MALFORMED_PACKET, "MQTT-3.1.2-22");
  }

  @Test
  @Clause(
      v311 = "MQTT-3.1.3-7",
      v5 = {"MQTT-3.1.3-2", "MQTT-3.1.3-6"})
  void an_empty_client_id_needs_a_clean_session_in_MQTT_3_1_1_only() throws CodecException {
    for (boolean clean : new boolean[] {true, false}) {
      Connect connect = Golden.connect(MQTT_5, clean, 0, "", Properties.NONE);
      assertEquals(connect, Wire.read(MQTT_5, CLIENT, Wire.written(MQTT_5, connect)));
    }
    Connect clean = Golden.connect(MQTT_3_1_1, true, 0, "", Properties.NONE);
    assertEquals(clean, Wire.read(MQTT_3_1_1, CLIENT, Wire.written(MQTT_3_1_1, clean)));
    Wire.notWritten(
        MQTT_3_1_1,
        Golden.connect(MQTT_3_1_1, false, 0, "", Properties.NONE),
        CLIENT_IDENTIFIER_NOT_VALID,
        "MQTT-3.1.3-7");
    Wire.refused(
        MQTT_3_1_1,
        CLIENT,
        Wire.frame(0x10, NAME + "04 00 0000 0000"),
        CLIENT_IDENTIFIER_NOT_VALID,
        "MQTT-3.1.3-7");
  }

  @Test
  @Clause(v311 = "MQTT-4.7.1-1")
  void a_will_topic_is_a_topic_name() {
    for (String hex : new String[] {"23", "612F2B", ""}) {
      Wire.refused(
          MQTT_3_1_1,
          CLIENT,
          connect(MQTT_3_1_1, 0x06, Hex.string(hex) + "0000"),
          MALFORMED_PACKET,
          "MQTT-4.7.1-1");
      Wire.refused(
          MQTT_5,
          CLIENT,
          connect(MQTT_5, 0x06, "00" + Hex.string(hex) + "0000"),
          MALFORMED_PACKET,
          "MQTT-4.7.0-1");
    }
    for (String topic : new String[] {"#", "a/+", ""}) {
      Will will = new Will(topic, new byte[0], QoS.AT_MOST_ONCE, false, Properties.NONE);
      Wire.notWritten(MQTT_5, withWill(MQTT_5, will), MALFORMED_PACKET, "MQTT-4.7.0-1");
    }
  }

  @Test
  void keep_alive_and_binary_fields_have_their_limits() throws CodecException {
    for (int keepAlive : new int[] {-1, 65_536}) {
      Wire.notWritten(
          MQTT_5,
          Golden.connect(MQTT_5, true, keepAlive, "c", Properties.NONE),
          MALFORMED_PACKET,
          "section 3.1.2.10");
    }
    Connect longest = Golden.connect(MQTT_5, true, 65_535, "c", Properties.NONE);
    assertEquals(longest, Wire.read(MQTT_5, CLIENT, Wire.written(MQTT_5, longest)));
    for (int size : new int[] {65_535, 65_536}) {
      Will will = new Will("w", new byte[size], QoS.AT_MOST_ONCE, false, Properties.NONE);
      Connect connect = withWill(MQTT_5, will);
      if (size == 65_535) {
        assertEquals(connect, Wire.read(MQTT_5, CLIENT, Wire.written(MQTT_5, connect)));
      } else {
        Wire.notWritten(MQTT_5, connect, MALFORMED_PACKET, "section 1.5.4");
      }
    }
  }

  @Test
  void authentication_data_needs_a_method() {
    Wire.refused(
        MQTT_5,
        CLIENT,
        Wire.frame(0x10, NAME + "05 02 0000 04 16 0001 00 0001 63"),
        PROTOCOL_ERROR,
        "section 3.1.2.11.10");
    Properties data =
        Properties.builder().binary(Property.AUTHENTICATION_DATA, Hex.bytes("00")).build();
    Wire.notWritten(
        MQTT_5, Golden.connect(MQTT_5, true, 0, "c", data), PROTOCOL_ERROR, "section 3.1.2.11.10");
  }

  @Test
  void properties_are_not_written_in_MQTT_3_1_1() {
    Properties properties = Properties.builder().number(Property.RECEIVE_MAXIMUM, 1).build();
    Wire.notWritten(
        MQTT_3_1_1,
        Golden.connect(MQTT_3_1_1, true, 0, "c", properties),
        PROTOCOL_ERROR,
        "section 2.1");
  }

  @Test
  void text_never_tells_the_password_or_authentication_data_or_a_payload() {
    byte[] secret = "hunter2".getBytes(StandardCharsets.UTF_8);
    Properties properties =
        Properties.builder()
            .string(Property.AUTHENTICATION_METHOD, "SCRAM")
            .binary(Property.AUTHENTICATION_DATA, secret)
            .build();
    Connect connect =
        new Connect(
            MQTT_5,
            true,
            0,
            "c",
            Optional.of(new Will("w", secret, QoS.AT_MOST_ONCE, false, Properties.NONE)),
            Optional.of("u"),
            Optional.of(secret),
            properties);
    String text = connect.toString();
    assertFalse(text.contains("hunter2") || text.contains("68756E") || text.contains("[B@"), text);
    assertFalse(text.contains("104, 117"), text);
    assertTrue(text.contains("password=given"), text);
    assertTrue(text.contains("AUTHENTICATION_DATA=7 bytes"), text);
  }

  @Test
  void connects_are_equal_by_content() {
    Connect connect = withPassword(MQTT_5, Optional.of("u"));
    assertEquals(connect, withPassword(MQTT_5, Optional.of("u")));
    assertNotEquals(connect, withPassword(MQTT_5, Optional.of("v")));
    assertNotEquals(
        connect,
        new Connect(
            MQTT_5,
            true,
            0,
            "c",
            Optional.empty(),
            Optional.of("u"),
            Optional.of(Hex.bytes("71")),
            Properties.NONE));
  }

  private static Connect withPassword(ProtocolVersion version, Optional<String> user) {
    return new Connect(
        version,
        true,
        0,
        "c",
        Optional.empty(),
        user,
        Optional.of(Hex.bytes("70")),
        Properties.NONE);
  }

  private static Connect withWill(ProtocolVersion version, Will will) {
    return new Connect(
        version,
        true,
        0,
        "c",
        Optional.of(will),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }
}
