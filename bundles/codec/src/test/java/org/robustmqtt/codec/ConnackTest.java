package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ReasonCode;

class ConnackTest {
  private static final Map<Integer, Integer> RETURN_CODES =
      Map.of(0, 0x00, 1, 0x84, 2, 0x85, 3, 0x88, 4, 0x86, 5, 0x87);

  @Test
  @Clause(v311 = "MQTT-3.2.2-5")
  void return_codes_of_MQTT_3_1_1_are_told_as_reason_codes_and_others_as_a_refusal()
      throws CodecException {
    for (int code = 0; code < 256; code++) {
      String wire = "2002" + String.format("00%02X", code);
      Connack connack = (Connack) Wire.read(MQTT_3_1_1, BROKER, wire);
      int told = RETURN_CODES.getOrDefault(code, 0x80);
      assertEquals(new Connack(false, told, Properties.NONE), connack);
      assertEquals(code != 0, ReasonCode.failure(connack.reasonCode()));
      if (code <= 5) {
        assertEquals(wire, Wire.written(MQTT_3_1_1, connack));
      }
    }
    for (int code = 1; code < 256; code++) {
      if (!RETURN_CODES.containsValue(code)) {
        Wire.notWritten(
            MQTT_3_1_1, new Connack(false, code, Properties.NONE), PROTOCOL_ERROR, "MQTT-3.2.2-6");
      }
    }
  }

  @Test
  @Clause(v5 = {"MQTT-3.2.2-7", "MQTT-3.2.2-8"})
  void every_reason_code_of_MQTT_5_is_read_and_only_the_listed_ones_are_written()
      throws CodecException {
    Set<Integer> listed =
        Set.of(
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90,
            0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F);
    for (int code = 0; code < 256; code++) {
      String wire = "2003" + String.format("00%02X00", code);
      Connack connack = (Connack) Wire.read(MQTT_5, BROKER, wire);
      boolean foreign = RETURN_CODES.containsKey(code) && code > 0;
      assertEquals(foreign, connack.foreign());
      assertEquals(foreign ? RETURN_CODES.get(code) : code, connack.reasonCode());
      if (foreign) {
        continue;
      }
      assertEquals(code >= 0x80, ReasonCode.failure(connack.reasonCode()));
      if (listed.contains(code)) {
        assertEquals(wire, Wire.written(MQTT_5, connack));
      } else {
        Wire.notWritten(MQTT_5, connack, PROTOCOL_ERROR, "MQTT-3.2.2-8");
      }
    }
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-1")
  void reserved_flags_are_refused() throws CodecException {
    for (int flags = 0; flags < 256; flags++) {
      String flag = String.format("%02X", flags);
      if (flags < 2) {
        assertEquals(
            new Connack(flags == 1, 0, Properties.NONE),
            Wire.read(MQTT_5, BROKER, "2003" + flag + "0000"));
      } else {
        Wire.refused(MQTT_5, BROKER, "2003" + flag + "0000", MALFORMED_PACKET, "MQTT-3.2.2-1");
        Wire.refused(MQTT_3_1_1, BROKER, "2002" + flag + "00", MALFORMED_PACKET, "section 3.2.2.1");
      }
    }
  }

  @Test
  void a_refusal_in_the_form_of_3_1_1_is_read_by_a_client_of_MQTT_5() throws CodecException {
    for (int code = 1; code <= 5; code++) {
      Connack foreign = new Connack(false, RETURN_CODES.get(code), Properties.NONE, true);
      assertEquals(foreign, Wire.read(MQTT_5, BROKER, "2002000" + code));
      assertEquals(foreign, Wire.read(MQTT_5, BROKER, "2003000" + code + "00"));
    }
    Wire.refused(MQTT_5, BROKER, "20020000", MALFORMED_PACKET, "section 2.1.4");
    Wire.refused(MQTT_5, BROKER, "20020006", MALFORMED_PACKET, "section 2.1.4");
  }

  @Test
  void session_present_with_a_refusal_is_left_to_the_session() throws CodecException {
    Connack connack = (Connack) Wire.read(MQTT_5, BROKER, "2003018700");
    assertTrue(connack.sessionPresent());
    assertEquals(0x87, connack.reasonCode());
    assertEquals("2003018700", Wire.written(MQTT_5, connack));
  }
}
