package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DisconnectTest {
  private static final Set<Integer> BOTH =
      Set.of(0x00, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);
  private static final Set<Integer> BROKERS =
      Set.of(
          0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1,
          0xA2);

  @Test
  @Clause(v5 = "MQTT-3.14.2-1")
  void each_side_has_its_own_reason_codes() throws CodecException {
    for (Sender sender : Sender.values()) {
      for (int code = 0; code < 256; code++) {
        boolean allowed =
            BOTH.contains(code) || (sender == BROKER ? BROKERS.contains(code) : code == 0x04);
        String wire = "E001" + String.format("%02X", code);
        Disconnect disconnect = new Disconnect(code, Properties.NONE);
        Encoder encoder = new Encoder(MQTT_5, sender);
        if (allowed) {
          assertEquals(disconnect, Wire.read(MQTT_5, sender, wire));
          WriteBuffer out = new WriteBuffer(4);
          encoder.encode(disconnect, out);
          assertEquals(code == 0 ? "E000" : wire, Hex.text(Hex.written(out)));
        } else {
          Wire.refused(MQTT_5, sender, wire, PROTOCOL_ERROR, "MQTT-3.14.2-1");
          Wire.notWritten(encoder, disconnect, PROTOCOL_ERROR, "MQTT-3.14.2-1");
        }
      }
    }
  }

  @Test
  void code_and_properties_may_be_left_out() throws CodecException {
    Disconnect normal = new Disconnect(0, Properties.NONE);
    for (String wire : new String[] {"E000", "E00100", "E0020000"}) {
      assertEquals(normal, Wire.read(MQTT_5, CLIENT, wire));
    }
    assertEquals(normal, Wire.read(MQTT_3_1_1, CLIENT, "E000"));
    Wire.refused(MQTT_3_1_1, CLIENT, "E00100", MALFORMED_PACKET, "section 2.2.3");
    Disconnect coded = new Disconnect(0x81, Properties.NONE);
    Wire.notWritten(MQTT_3_1_1, coded, PROTOCOL_ERROR, "section 2.1");
  }

  @Test
  @Clause(v5 = "MQTT-3.14.2-2")
  void a_broker_sends_no_session_expiry() throws CodecException {
    Disconnect disconnect =
        new Disconnect(0, Properties.builder().number(Property.SESSION_EXPIRY_INTERVAL, 1).build());
    assertEquals(disconnect, Wire.read(MQTT_5, CLIENT, "E00700051100000001"));
    Wire.refused(MQTT_5, BROKER, "E00700051100000001", PROTOCOL_ERROR, "MQTT-3.14.2-2");
    Wire.notWritten(new Encoder(MQTT_5, BROKER), disconnect, PROTOCOL_ERROR, "MQTT-3.14.2-2");
  }
}
