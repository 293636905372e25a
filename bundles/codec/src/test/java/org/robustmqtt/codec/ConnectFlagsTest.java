package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;

/** The flags of a CONNECT and the fields that they tell of. */
class ConnectFlagsTest {
  private static final String NAME = "0004 4D515454";

  /** A CONNECT with these flags: keep alive 0, client id "c", then the rest. */
  private static String connect(ProtocolVersion version, int flags, String rest) {
    String level = version == MQTT_5 ? "05" : "04";
    String properties = version == MQTT_5 ? "00" : "";
    return Wire.frame(
        0x10, NAME + level + String.format("%02X", flags) + "0000" + properties + "0001 63" + rest);
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {
        "MQTT-3.1.2-3",
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-13",
        "MQTT-3.1.2-14",
        "MQTT-3.1.2-15",
        "MQTT-3.1.2-22"
      },
      v5 = {"MQTT-3.1.2-3", "MQTT-3.1.2-11", "MQTT-3.1.2-12", "MQTT-3.1.2-13"})
  void of_all_256_flags_only_those_that_agree_are_read(ProtocolVersion version)
      throws CodecException {
    boolean v5 = version == MQTT_5;
    for (int flags = 0; flags < 256; flags++) {
      boolean will = (flags & 4) != 0;
      boolean user = (flags & 0x80) != 0;
      boolean password = (flags & 0x40) != 0;
      int willQos = flags >> 3 & 3;
      String rest =
          (will ? (v5 ? "00" : "") + "0001 77 0001 FF" : "")
              + (user ? "0001 75" : "")
              + (password ? "0001 70" : "");
      String wire = connect(version, flags, rest);
      String clause;
      if ((flags & 1) != 0) {
        clause = "MQTT-3.1.2-3";
      } else if (willQos == 3) {
        clause = v5 ? "MQTT-3.1.2-12" : "MQTT-3.1.2-14";
      } else if (!will && willQos != 0) {
        clause = v5 ? "MQTT-3.1.2-11" : "MQTT-3.1.2-13";
      } else if (!will && (flags & 0x20) != 0) {
        clause = v5 ? "MQTT-3.1.2-13" : "MQTT-3.1.2-15";
      } else if (password && !user && !v5) {
        clause = "MQTT-3.1.2-22";
      } else {
        Connect connect = (Connect) Wire.read(version, CLIENT, wire);
        assertEquals(will, connect.will().isPresent());
        assertEquals(user, connect.username().isPresent());
        assertEquals(password, connect.password().isPresent());
        assertEquals((flags & 2) != 0, connect.cleanStart());
        assertEquals(will ? willQos : 0, connect.will().map(w -> w.qos().level()).orElse(0));
        assertEquals(wire, Wire.written(version, connect));
        continue;
      }
      Wire.refused(version, CLIENT, wire, MALFORMED_PACKET, clause);
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.2-20",
        "MQTT-3.1.2-21",
        "MQTT-3.1.3-1",
        "MQTT-3.1.3-3"
      },
      v5 = {
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.3-1",
        "MQTT-3.1.3-3"
      })
  void the_payload_has_exactly_the_fields_that_the_flags_tell_in_order(ProtocolVersion version)
      throws CodecException {
    Connect all =
        new Connect(
            version,
            true,
            0,
            "c",
            Optional.of(new Will("w", Hex.bytes("FF"), QoS.AT_LEAST_ONCE, true, Properties.NONE)),
            Optional.of("u"),
            Optional.of(Hex.bytes("70")),
            Properties.NONE);
    String will = version == MQTT_5 ? "00 0001 77 0001 FF" : "0001 77 0001 FF";
    assertEquals(connect(version, 0xEE, will + "0001 75 0001 70"), Wire.written(version, all));
    // a field that a flag promises is missing
    Wire.refused(
        version,
        CLIENT,
        connect(version, 0xEE, will + "0001 75"),
        MALFORMED_PACKET,
        version == MQTT_5 ? "section 2.1.4" : "section 2.2.3");
    Wire.refused(
        version,
        CLIENT,
        connect(version, 0x82, ""),
        MALFORMED_PACKET,
        version == MQTT_5 ? "section 2.1.4" : "section 2.2.3");
    // a field that no flag promises
    Wire.refused(
        version,
        CLIENT,
        connect(version, 0x82, "0001 75 0001 70"),
        MALFORMED_PACKET,
        version == MQTT_5 ? "section 2.1.4" : "section 2.2.3");
  }
}
