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

class UnsubackTest {
  @Test
  @Clause(v5 = "MQTT-3.11.3-2")
  void every_reason_code_of_MQTT_5_is_read_and_only_the_listed_ones_are_written()
      throws CodecException {
    Set<Integer> listed = Set.of(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91);
    for (int code = 0; code < 256; code++) {
      String wire = "B004000100" + String.format("%02X", code);
      Unsuback unsuback = new Unsuback(1, List.of(code), Properties.NONE);
      assertEquals(unsuback, Wire.read(MQTT_5, BROKER, wire));
      if (listed.contains(code)) {
        assertEquals(wire, Wire.written(MQTT_5, unsuback));
      } else {
        Wire.notWritten(MQTT_5, unsuback, MALFORMED_PACKET, "MQTT-3.11.3-2");
      }
    }
  }

  @Test
  @Clause(v5 = {"MQTT-3.11.3-1", "MQTT-3.11.3-2"})
  void there_are_codes_in_MQTT_5_and_none_in_MQTT_3_1_1() throws CodecException {
    Unsuback none = new Unsuback(1, List.of(), Properties.NONE);
    assertEquals(none, Wire.read(MQTT_3_1_1, BROKER, "B0020001"));
    Wire.refused(MQTT_3_1_1, BROKER, "B003000100", MALFORMED_PACKET, "section 2.2.3");
    Wire.refused(MQTT_5, BROKER, "B003000100", PROTOCOL_ERROR, "MQTT-3.11.3-1");
    Wire.notWritten(MQTT_5, none, PROTOCOL_ERROR, "MQTT-3.11.3-1");
    Unsuback one = new Unsuback(1, List.of(0), Properties.NONE);
    Wire.notWritten(MQTT_3_1_1, one, PROTOCOL_ERROR, "section 2.1");
  }

  @Test
  void the_packet_id_is_never_0() {
    Wire.refused(MQTT_5, BROKER, "B00400000000", PROTOCOL_ERROR, "MQTT-2.2.1-3");
    Wire.refused(MQTT_3_1_1, BROKER, "B0020000", PROTOCOL_ERROR, "MQTT-2.3.1-1");
    Unsuback zero = new Unsuback(0, List.of(0), Properties.NONE);
    Wire.notWritten(MQTT_5, zero, PROTOCOL_ERROR, "MQTT-2.2.1-3");
  }
}
