package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SubackTest {
  @Test
  @Clause(v311 = "MQTT-3.9.3-2")
  void MQTT_3_1_1_has_the_return_codes_0_1_2_and_0x80_only() throws CodecException {
    for (int code = 0; code < 256; code++) {
      String wire = "90030001" + String.format("%02X", code);
      Suback suback = new Suback(1, List.of(code), Properties.NONE);
      if (code <= 2 || code == 0x80) {
        assertEquals(suback, Wire.read(MQTT_3_1_1, BROKER, wire));
        assertEquals(wire, Wire.written(MQTT_3_1_1, suback));
      } else {
        Wire.refused(MQTT_3_1_1, BROKER, wire, MALFORMED_PACKET, "MQTT-3.9.3-2");
        Wire.notWritten(MQTT_3_1_1, suback, MALFORMED_PACKET, "MQTT-3.9.3-2");
      }
    }
  }

  @Test
  @Clause(v5 = "MQTT-3.9.3-2")
  void every_reason_code_of_MQTT_5_is_read_and_only_the_listed_ones_are_written()
      throws CodecException {
    Set<Integer> listed =
        Set.of(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2);
    for (int code = 0; code < 256; code++) {
      String wire = "9004000100" + String.format("%02X", code);
      Suback suback = new Suback(1, List.of(code), Properties.NONE);
      assertEquals(suback, Wire.read(MQTT_5, BROKER, wire));
      if (listed.contains(code)) {
        assertEquals(wire, Wire.written(MQTT_5, suback));
      } else {
        Wire.notWritten(MQTT_5, suback, MALFORMED_PACKET, "MQTT-3.9.3-2");
      }
    }
  }

  @Test
  @Clause(v311 = "MQTT-3.9.3-1", v5 = "MQTT-3.9.3-1")
  void the_codes_keep_their_order_and_are_never_none() throws CodecException {
    Suback suback = (Suback) Wire.read(MQTT_5, BROKER, "9006000100" + "028001");
    assertEquals(List.of(2, 0x80, 1), suback.reasonCodes());
    Suback none = new Suback(1, List.of(), Properties.NONE);
    Wire.refused(MQTT_5, BROKER, "9003000100", PROTOCOL_ERROR, "MQTT-3.9.3-1");
    Wire.refused(MQTT_3_1_1, BROKER, "90020001", PROTOCOL_ERROR, "MQTT-3.9.3-1");
    Wire.notWritten(MQTT_5, none, PROTOCOL_ERROR, "MQTT-3.9.3-1");
    Wire.notWritten(MQTT_3_1_1, none, PROTOCOL_ERROR, "MQTT-3.9.3-1");
  }

  @Test
  void the_packet_id_is_never_0() {
    Suback suback = new Suback(0, List.of(0), Properties.NONE);
    Wire.refused(MQTT_5, BROKER, "900400000000", PROTOCOL_ERROR, "MQTT-2.2.1-3");
    Wire.refused(MQTT_3_1_1, BROKER, "9003000000", PROTOCOL_ERROR, "MQTT-2.3.1-1");
    Wire.notWritten(MQTT_5, suback, PROTOCOL_ERROR, "MQTT-2.2.1-3");
  }
}
