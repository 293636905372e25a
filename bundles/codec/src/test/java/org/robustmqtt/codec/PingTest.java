package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import org.junit.jupiter.api.Test;

/** PINGREQ and PINGRESP. */
class PingTest {
  @Test
  void nothing_follows_the_fixed_header() throws CodecException {
    assertEquals(new Pingreq(), Wire.read(MQTT_5, CLIENT, "C000"));
    assertEquals(new Pingresp(), Wire.read(MQTT_3_1_1, BROKER, "D000"));
    Wire.refused(MQTT_5, CLIENT, "C00100", MALFORMED_PACKET, "section 2.1.4");
    Wire.refused(MQTT_5, BROKER, "D00100", MALFORMED_PACKET, "section 2.1.4");
    Wire.refused(MQTT_3_1_1, BROKER, "D00100", MALFORMED_PACKET, "section 2.2.3");
  }
}
