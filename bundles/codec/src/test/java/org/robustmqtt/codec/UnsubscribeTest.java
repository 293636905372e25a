package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.ReasonCode.TOPIC_FILTER_INVALID;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.List;
import org.junit.jupiter.api.Test;

class UnsubscribeTest {
  @Test
  @Clause(v311 = "MQTT-3.10.3-2", v5 = "MQTT-3.10.3-2")
  void at_least_one_filter_is_named() {
    Unsubscribe none = new Unsubscribe(1, List.of(), Properties.NONE);
    Wire.refused(MQTT_3_1_1, CLIENT, "A2020001", PROTOCOL_ERROR, "MQTT-3.10.3-2");
    Wire.refused(MQTT_5, CLIENT, "A203000100", PROTOCOL_ERROR, "MQTT-3.10.3-2");
    Wire.notWritten(MQTT_3_1_1, none, PROTOCOL_ERROR, "MQTT-3.10.3-2");
    Wire.notWritten(MQTT_5, none, PROTOCOL_ERROR, "MQTT-3.10.3-2");
  }

  @Test
  @Clause(v311 = "MQTT-2.3.1-1", v5 = "MQTT-2.2.1-3")
  void the_packet_id_is_never_0() {
    Unsubscribe zero = new Unsubscribe(0, List.of("a"), Properties.NONE);
    Wire.refused(MQTT_3_1_1, CLIENT, "A2050000000161", PROTOCOL_ERROR, "MQTT-2.3.1-1");
    Wire.refused(MQTT_5, CLIENT, "A206000000000161", PROTOCOL_ERROR, "MQTT-2.2.1-3");
    Wire.notWritten(MQTT_5, zero, PROTOCOL_ERROR, "MQTT-2.2.1-3");
  }

  @Test
  void filters_are_read_in_order_and_must_be_filters() throws CodecException {
    Unsubscribe read = (Unsubscribe) Wire.read(MQTT_5, CLIENT, "A20B 0001 00 0001 62 0003 2B2F61");
    assertEquals(List.of("b", "+/a"), read.filters());
    Wire.refused(MQTT_5, CLIENT, "A2070001000002612B", TOPIC_FILTER_INVALID, "section 4.7");
  }
}
