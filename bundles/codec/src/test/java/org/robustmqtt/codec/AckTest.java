package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PUBACK, PUBREC, PUBREL and PUBCOMP. */
class AckTest {
  enum Kind {
    PUBACK(0x40, "MQTT-3.4.2-1", 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    PUBREC(0x50, "MQTT-3.5.2-1", 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    PUBREL(0x62, "MQTT-3.6.2-1", 0x00, 0x92),
    PUBCOMP(0x70, "MQTT-3.7.2-1", 0x00, 0x92);

    final int firstByte;
    final String clause;
    final Set<Integer> codes;

    Kind(int firstByte, String clause, Integer... codes) {
      this.firstByte = firstByte;
      this.clause = clause;
      this.codes = Set.of(codes);
    }

    Packet packet(int id, int code, Properties properties) {
      return switch (this) {
        case PUBACK -> new Puback(id, code, properties);
        case PUBREC -> new Pubrec(id, code, properties);
        case PUBREL -> new Pubrel(id, code, properties);
        case PUBCOMP -> new Pubcomp(id, code, properties);
      };
    }
  }

  private static final Properties REASON =
      Properties.builder().string(Property.REASON_STRING, "r").build();

  @ParameterizedTest
  @EnumSource(Kind.class)
  @Clause(
      v311 = "MQTT-3.6.1-1",
      v5 = {"section 3.4.2.1", "MQTT-3.6.1-1"})
  void all_three_forms_are_read_and_the_shortest_is_written(Kind kind) throws CodecException {
    Packet success = kind.packet(0x0102, 0, Properties.NONE);
    String shortest = Wire.frame(kind.firstByte, "0102");
    for (String body : new String[] {"0102", "0102 00", "0102 00 00"}) {
      assertEquals(success, Wire.read(MQTT_5, BROKER, Wire.frame(kind.firstByte, body)));
    }
    assertEquals(shortest, Wire.written(MQTT_5, success));
    assertEquals(shortest, Wire.written(MQTT_3_1_1, success));
    assertEquals(success, Wire.read(MQTT_3_1_1, CLIENT, shortest));

    int code = kind.codes.contains(0x92) ? 0x92 : 0x90;
    Packet coded = kind.packet(0x0102, code, REASON);
    String full =
        Wire.frame(kind.firstByte, "0102" + String.format("%02X", code) + "04 1F 0001 72");
    assertEquals(full, Wire.written(MQTT_5, coded));
    assertEquals(coded, Wire.read(MQTT_5, BROKER, full));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @Clause(v5 = {"MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1"})
  void only_the_reason_codes_of_the_packet_are_read_and_written(Kind kind) throws CodecException {
    for (Sender sender : Sender.values()) {
      for (int code = 0; code < 256; code++) {
        // "no matching subscribers" is the broker's to say
        boolean allowed = kind.codes.contains(code) && !(code == 0x10 && sender == CLIENT);
        Packet packet = kind.packet(1, code, Properties.NONE);
        String wire = Wire.frame(kind.firstByte, "0001" + String.format("%02X", code));
        Encoder encoder = new Encoder(MQTT_5, sender);
        if (allowed) {
          assertEquals(packet, Wire.read(MQTT_5, sender, wire));
          assertEquals(code == 0 ? 4 : 5, encoder.encode(packet, new WriteBuffer(8)));
        } else {
          Wire.refused(MQTT_5, sender, wire, PROTOCOL_ERROR, kind.clause);
          Wire.notWritten(encoder, packet, PROTOCOL_ERROR, kind.clause);
        }
      }
      Wire.notWritten(MQTT_5, kind.packet(1, 256, REASON), PROTOCOL_ERROR, kind.clause);
      Wire.notWritten(MQTT_5, kind.packet(1, -1, REASON), PROTOCOL_ERROR, kind.clause);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @Clause(v311 = "MQTT-2.3.1-1", v5 = "MQTT-2.2.1-3")
  void the_packet_id_is_never_0(Kind kind) {
    String wire = Wire.frame(kind.firstByte, "0000");
    Wire.refused(MQTT_5, BROKER, wire, PROTOCOL_ERROR, "MQTT-2.2.1-3");
    Wire.refused(MQTT_3_1_1, BROKER, wire, PROTOCOL_ERROR, "MQTT-2.3.1-1");
    for (int id : new int[] {-1, 0, 65_536}) {
      Packet packet = kind.packet(id, 0, Properties.NONE);
      Wire.notWritten(MQTT_5, packet, PROTOCOL_ERROR, "MQTT-2.2.1-3");
      Wire.notWritten(MQTT_3_1_1, packet, PROTOCOL_ERROR, "MQTT-2.3.1-1");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void MQTT_3_1_1_has_neither_code_nor_properties(Kind kind) {
    String three = Wire.frame(kind.firstByte, "0001 00");
    Wire.refused(MQTT_3_1_1, BROKER, three, MALFORMED_PACKET, "section 2.2.3");
    Packet coded = kind.packet(1, 0x92, Properties.NONE);
    Wire.notWritten(MQTT_3_1_1, coded, PROTOCOL_ERROR, "section 2.1");
    Packet reasoned = kind.packet(1, 0, REASON);
    Wire.notWritten(MQTT_3_1_1, reasoned, PROTOCOL_ERROR, "section 2.1");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_body_that_is_too_short_or_too_long_is_refused(Kind kind) {
    for (String body : new String[] {"", "00", "0001 00 00 00", "0001 00 01", "0001 00 03 1F 00"}) {
      String wire = Wire.frame(kind.firstByte, body);
      Wire.refused(MQTT_5, BROKER, wire, MALFORMED_PACKET, "section 2.1.4");
    }
  }
}
