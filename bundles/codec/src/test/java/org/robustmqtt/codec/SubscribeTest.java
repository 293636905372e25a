package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.ReasonCode.TOPIC_FILTER_INVALID;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;

class SubscribeTest {
  private static String properties(ProtocolVersion version) {
    return version == MQTT_5 ? "00" : "";
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-3.8.3-3", v5 = "MQTT-3.8.3-2")
  void at_least_one_filter_is_asked_for(ProtocolVersion version) {
    String clause = version == MQTT_5 ? "MQTT-3.8.3-2" : "MQTT-3.8.3-3";
    String wire = Wire.frame(0x82, "0001" + properties(version));
    Wire.refused(version, CLIENT, wire, PROTOCOL_ERROR, clause);
    Wire.notWritten(version, new Subscribe(1, List.of(), Properties.NONE), PROTOCOL_ERROR, clause);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = "MQTT-3.8.3-4",
      v5 = {"MQTT-3.8.3-5", "MQTT-3.8.3-4"})
  void of_all_256_options_only_those_of_the_version_are_read(ProtocolVersion version)
      throws CodecException {
    for (int options = 0; options < 256; options++) {
      String body = "0001" + properties(version) + "000161" + String.format("%02X", options);
      String wire = Wire.frame(0x82, body);
      boolean qos3 = (options & 3) == 3;
      if (version == MQTT_3_1_1 && (options > 3 || qos3)) {
        Wire.refused(version, CLIENT, wire, MALFORMED_PACKET, "MQTT-3.8.3-4");
      } else if (options > 0x3F || qos3) {
        Wire.refused(version, CLIENT, wire, MALFORMED_PACKET, "MQTT-3.8.3-5");
      } else if (options >= 0x30) {
        Wire.refused(version, CLIENT, wire, PROTOCOL_ERROR, "section 3.8.3.1");
      } else {
        Subscribe subscribe = (Subscribe) Wire.read(version, CLIENT, wire);
        assertEquals(
            new Subscription(
                "a",
                QoS.of(options & 3),
                (options & 4) != 0,
                (options & 8) != 0,
                RetainHandling.values()[options >> 4]),
            subscribe.subscriptions().get(0));
        assertEquals(wire, Wire.written(version, subscribe));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "MQTT-2.3.1-1", v5 = "MQTT-2.2.1-3")
  void the_packet_id_is_never_0(ProtocolVersion version) {
    String clause = version == MQTT_5 ? "MQTT-2.2.1-3" : "MQTT-2.3.1-1";
    String wire = Wire.frame(0x82, "0000" + properties(version) + "000161 00");
    Wire.refused(version, CLIENT, wire, PROTOCOL_ERROR, clause);
    List<Subscription> one = List.of(Golden.subscription("a", QoS.AT_MOST_ONCE));
    Wire.notWritten(version, new Subscribe(0, one, Properties.NONE), PROTOCOL_ERROR, clause);
  }

  @Test
  void options_of_MQTT_5_are_not_written_in_MQTT_3_1_1() {
    for (Subscription subscription :
        List.of(
            new Subscription("a", QoS.AT_MOST_ONCE, true, false, RetainHandling.ALWAYS),
            new Subscription("a", QoS.AT_MOST_ONCE, false, true, RetainHandling.ALWAYS),
            new Subscription("a", QoS.AT_MOST_ONCE, false, false, RetainHandling.NEVER))) {
      Subscribe subscribe = new Subscribe(1, List.of(subscription), Properties.NONE);
      Wire.notWritten(MQTT_3_1_1, subscribe, PROTOCOL_ERROR, "section 2.1");
    }
  }

  @Test
  @Clause(v5 = "MQTT-3.8.3-4")
  void no_local_does_not_go_with_a_shared_filter() {
    Subscription shared =
        new Subscription("$share/g/a", QoS.AT_MOST_ONCE, true, false, RetainHandling.ALWAYS);
    Subscribe subscribe = new Subscribe(1, List.of(shared), Properties.NONE);
    Wire.notWritten(MQTT_5, subscribe, PROTOCOL_ERROR, "MQTT-3.8.3-4");
    String wire = Wire.frame(0x82, "0001 00 000A 24736861 72652F67 2F61 04");
    Wire.refused(MQTT_5, CLIENT, wire, PROTOCOL_ERROR, "MQTT-3.8.3-4");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1"},
      v5 = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1"})
  void a_filter_that_is_none_is_refused(ProtocolVersion version) {
    for (String filter : List.of("", "a#", "#/a", "a+", "+a/b")) {
      StringBuilder hex = new StringBuilder();
      filter.chars().forEach(c -> hex.append(String.format("%02X", c)));
      String wire =
          Wire.frame(0x82, "0001" + properties(version) + Hex.string(hex.toString()) + "00");
      Wire.refused(version, CLIENT, wire, TOPIC_FILTER_INVALID, "section 4.7");
      List<Subscription> one = List.of(Golden.subscription(filter, QoS.AT_MOST_ONCE));
      Wire.notWritten(
          version, new Subscribe(1, one, Properties.NONE), TOPIC_FILTER_INVALID, "section 4.7");
      Wire.notWritten(
          version,
          new Unsubscribe(1, List.of(filter), Properties.NONE),
          TOPIC_FILTER_INVALID,
          "section 4.7");
    }
  }

  @Test
  void the_list_cannot_be_changed_afterwards() {
    List<Subscription> list = new ArrayList<>();
    list.add(Golden.subscription("a", QoS.AT_MOST_ONCE));
    Subscribe subscribe = new Subscribe(1, list, Properties.NONE);
    list.clear();
    assertEquals(1, subscribe.subscriptions().size());
    assertThrows(UnsupportedOperationException.class, () -> subscribe.subscriptions().remove(0));
  }
}
