package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import org.junit.jupiter.api.Test;

class AuthTest {
  private static final Properties METHOD =
      Properties.builder().string(Property.AUTHENTICATION_METHOD, "m").build();

  @Test
  @Clause(v5 = "MQTT-3.15.2-1")
  void the_codes_are_0x00_of_a_broker_0x19_of_a_client_and_0x18_of_both() throws CodecException {
    for (Sender sender : Sender.values()) {
      for (int code = 0; code < 256; code++) {
        boolean allowed = code == 0x18 || code == (sender == BROKER ? 0x00 : 0x19);
        String wire = "F006" + String.format("%02X", code) + "0415 0001 6D";
        Auth auth = new Auth(code, METHOD);
        Encoder encoder = new Encoder(MQTT_5, sender);
        if (allowed) {
          assertEquals(auth, Wire.read(MQTT_5, sender, wire));
          assertEquals(8, encoder.encode(auth, new WriteBuffer(8)));
        } else {
          Wire.refused(MQTT_5, sender, wire, PROTOCOL_ERROR, "MQTT-3.15.2-1");
          Wire.notWritten(encoder, auth, PROTOCOL_ERROR, "MQTT-3.15.2-1");
        }
      }
    }
  }

  @Test
  void the_method_is_required_unless_all_is_left_out() throws CodecException {
    assertEquals(new Auth(0, Properties.NONE), Wire.read(MQTT_5, BROKER, "F000"));
    Wire.refused(MQTT_5, CLIENT, "F000", PROTOCOL_ERROR, "MQTT-3.15.2-1");
    Wire.refused(MQTT_5, CLIENT, "F0021800", PROTOCOL_ERROR, "section 3.15.2.2.2");
    Wire.refused(MQTT_5, CLIENT, "F00118", MALFORMED_PACKET, "section 2.1.4");
    Auth none = new Auth(0x18, Properties.NONE);
    Wire.notWritten(MQTT_5, none, PROTOCOL_ERROR, "section 3.15.2.2.2");
  }
}
