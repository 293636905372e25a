package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.robustmqtt.ReasonCode.MALFORMED_PACKET;
import static org.robustmqtt.ReasonCode.PACKET_TOO_LARGE;
import static org.robustmqtt.ReasonCode.PROTOCOL_ERROR;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.UserProperty;

class HeaderTest {
  private static final Set<PacketType> CLIENTS =
      EnumSet.of(
          PacketType.CONNECT, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE, PacketType.PINGREQ);
  private static final Set<PacketType> BROKERS =
      EnumSet.of(PacketType.CONNACK, PacketType.SUBACK, PacketType.UNSUBACK, PacketType.PINGRESP);

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-2.2.2-1", "MQTT-2.2.2-2", "MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1"},
      v5 = {
        "MQTT-2.1.3-1",
        "MQTT-3.6.1-1",
        "MQTT-3.8.1-1",
        "MQTT-3.10.1-1",
        "MQTT-3.14.1-1",
        "MQTT-3.15.1-1"
      })
  void flags_other_than_the_listed_ones_are_refused_on_the_first_byte(ProtocolVersion version)
      throws CodecException {
    for (PacketType type : PacketType.values()) {
      for (int flags = 0; flags < 16; flags++) {
        if (type == PacketType.PUBLISH || type == PacketType.AUTH && version == MQTT_3_1_1) {
          continue;
        }
        int listed =
            switch (type) {
              case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> 2;
              default -> 0;
            };
        Sender sender = BROKERS.contains(type) ? BROKER : CLIENT;
        String clause = version == MQTT_5 ? "MQTT-2.1.3-1" : "MQTT-2.2.2-2";
        header(version, sender, type, flags, flags == listed, MALFORMED_PACKET, clause);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(
      v311 = {"MQTT-3.3.1-2", "MQTT-3.3.1-4"},
      v5 = {"MQTT-3.3.1-2", "MQTT-3.3.1-4"})
  void publish_flags_are_refused_with_QoS_3_and_as_malformed_with_DUP_and_QoS_0(
      ProtocolVersion version) throws CodecException {
    for (Sender sender : Sender.values()) {
      for (int flags = 0; flags < 16; flags++) {
        boolean qos3 = (flags & 6) == 6;
        boolean dup0 = (flags & 8) != 0 && (flags & 6) == 0;
        String clause = qos3 ? "MQTT-3.3.1-4" : "MQTT-3.3.1-2";
        header(
            version, sender, PacketType.PUBLISH, flags, !qos3 && !dup0, MALFORMED_PACKET, clause);
      }
    }
  }

  @Test
  void a_side_is_refused_the_packets_of_the_other() throws CodecException {
    for (PacketType type : PacketType.values()) {
      for (ProtocolVersion version : ProtocolVersion.values()) {
        if (type == PacketType.AUTH && version == MQTT_3_1_1) {
          continue;
        }
        boolean broker =
            !CLIENTS.contains(type) && !(type == PacketType.DISCONNECT && version == MQTT_3_1_1);
        boolean client = !BROKERS.contains(type);
        int flags = Header.fixedFlags(type);
        String clause = version == MQTT_5 ? "section 2.1.2" : "section 2.2.1";
        header(version, BROKER, type, flags, broker, PROTOCOL_ERROR, clause);
        header(version, CLIENT, type, flags, client, PROTOCOL_ERROR, clause);
      }
    }
  }

  @Test
  void an_encoder_of_one_side_refuses_the_packets_of_the_other() {
    for (Golden golden : Golden.ALL) {
      PacketType type = golden.packet().type();
      Sender other = golden.sender() == CLIENT ? BROKER : CLIENT;
      if ((golden.sender() == CLIENT ? CLIENTS : BROKERS).contains(type)) {
        Wire.notWritten(
            new Encoder(golden.version(), other),
            golden.packet(),
            PROTOCOL_ERROR,
            golden.version() == MQTT_5 ? "section 2.1.2" : "section 2.2.1");
      }
    }
    Wire.notWritten(
        new Encoder(MQTT_3_1_1, BROKER),
        new Disconnect(0, Properties.NONE),
        PROTOCOL_ERROR,
        "section 2.2.1");
  }

  @Test
  void the_reserved_types_are_refused() {
    Wire.refused(MQTT_3_1_1, BROKER, "0000", MALFORMED_PACKET, "section 2.2.1");
    Wire.refused(MQTT_3_1_1, BROKER, "F000", MALFORMED_PACKET, "section 2.2.1");
    Wire.refused(MQTT_5, BROKER, "0000", MALFORMED_PACKET, "section 2.1.2");
    Wire.notWritten(MQTT_3_1_1, new Auth(0, Properties.NONE), MALFORMED_PACKET, "section 2.2.1");
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "section 2.2.3", v5 = "MQTT-1.5.5-1")
  void remaining_lengths_are_read_and_written_at_every_border(ProtocolVersion version)
      throws CodecException {
    Decoder decoder = new Decoder(version, CLIENT, Integer.MAX_VALUE);
    List<String> forms =
        List.of("00", "7F", "8001", "FF7F", "808001", "FFFF7F", "80808001", "FFFFFF7F");
    int[] values = {0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455};
    for (int i = 0; i < values.length; i++) {
      byte[] header = Hex.bytes("30" + forms.get(i));
      assertEquals(values[i] + header.length, decoder.frameLength(ByteBuffer.wrap(header)));
      for (int length = 0; length < header.length; length++) {
        ByteBuffer prefix = ByteBuffer.wrap(header, 0, length);
        assertEquals(Decoder.HEADER_INCOMPLETE, decoder.frameLength(prefix));
      }
      WriteBuffer out = new WriteBuffer(4);
      out.variable(values[i]);
      assertEquals(forms.get(i), Hex.text(Hex.written(out)));
      assertEquals(out.length(), VariableByteInteger.size(values[i]));
    }
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v311 = "section 2.2.3", v5 = "MQTT-1.5.5-1")
  void packets_of_every_border_size_are_written_and_read_again(ProtocolVersion version)
      throws CodecException {
    int overhead = version == MQTT_5 ? 4 : 3;
    for (int remaining : new int[] {127, 128, 16_383, 16_384, 2_097_151, 2_097_152}) {
      Publish publish =
          new Publish(
              false,
              QoS.AT_MOST_ONCE,
              false,
              "t",
              0,
              Properties.NONE,
              new byte[remaining - overhead]);
      WriteBuffer out = new WriteBuffer(0);
      int size = new Encoder(version).encode(publish, out);
      assertEquals(1 + VariableByteInteger.size(remaining) + remaining, size);
      ByteBuffer in = ByteBuffer.wrap(out.array(), 0, size);
      assertEquals(publish, new Decoder(version, BROKER, size).decode(in));
      assertEquals(size, in.position());
    }
  }

  @Test
  @Clause(v311 = "section 2.2.3", v5 = "MQTT-1.5.5-1")
  void a_remaining_length_of_five_bytes_is_refused_before_the_fifth_has_come() {
    Wire.refused(MQTT_3_1_1, BROKER, "30FFFFFFFF", MALFORMED_PACKET, "section 2.2.3");
    Wire.refused(MQTT_5, BROKER, "30FFFFFFFF", MALFORMED_PACKET, "section 2.1.4");
    Wire.refused(MQTT_5, BROKER, "308080808001", MALFORMED_PACKET, "section 2.1.4");
  }

  @Test
  @Clause(v5 = "MQTT-1.5.5-1")
  void a_remaining_length_that_is_longer_than_needed_is_refused_in_MQTT_5_only()
      throws CodecException {
    Wire.refused(MQTT_5, BROKER, "D08000", MALFORMED_PACKET, "MQTT-1.5.5-1");
    Wire.refused(MQTT_5, BROKER, "408280800001", MALFORMED_PACKET, "MQTT-1.5.5-1");
    assertEquals(new Pingresp(), Wire.read(MQTT_3_1_1, BROKER, "D0808000"));
    assertEquals(
        new Puback(1, 0, Properties.NONE), Wire.read(MQTT_3_1_1, BROKER, "40828000" + "0001"));
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  @Clause(v5 = "MQTT-3.1.2-24")
  void a_packet_above_the_maximum_is_refused_on_its_header(ProtocolVersion version)
      throws CodecException {
    Decoder decoder = new Decoder(version, BROKER, 20);
    assertEquals(20, decoder.frameLength(ByteBuffer.wrap(Hex.bytes("3012"))));
    for (String header : List.of("3013", "308001", "30FFFFFF7F")) {
      CodecException e =
          assertThrows(
              CodecException.class, () -> decoder.frameLength(ByteBuffer.wrap(Hex.bytes(header))));
      assertEquals(PACKET_TOO_LARGE, e.reason());
      assertEquals(version == MQTT_5 ? "MQTT-3.1.2-24" : "section 2.2.3", e.clause());
    }
    assertThrows(IllegalArgumentException.class, () -> new Decoder(version, BROKER, 1));
  }

  @Test
  void a_packet_that_no_remaining_length_can_tell_is_not_written() {
    // Nothing of this size is in memory: one string stands for all of them.
    String longest = "f".repeat(65_535);
    UserProperty user = new UserProperty(longest, longest);
    Properties.Builder properties = Properties.builder();
    for (int i = 0; i < 2047; i++) {
      properties.user(user);
    }
    Wire.notWritten(
        MQTT_5,
        new Unsubscribe(1, Collections.nCopies(3, longest), properties.build()),
        PACKET_TOO_LARGE,
        "section 2.1.4");
    properties.user(user);
    Wire.notWritten(
        MQTT_5, new Puback(1, 0, properties.build()), PACKET_TOO_LARGE, "section 2.1.4");
  }

  private static void header(
      ProtocolVersion version,
      Sender sender,
      PacketType type,
      int flags,
      boolean allowed,
      ReasonCode reason,
      String clause)
      throws CodecException {
    ByteBuffer in = ByteBuffer.wrap(new byte[] {(byte) (type.code() << 4 | flags)});
    Decoder decoder = new Decoder(version, sender, Wire.MAXIMUM);
    if (allowed) {
      assertEquals(Decoder.HEADER_INCOMPLETE, decoder.frameLength(in));
    } else {
      String what = version + " " + sender + " " + type + " " + flags;
      CodecException e = assertThrows(CodecException.class, () -> decoder.frameLength(in), what);
      assertEquals(reason, e.reason(), what);
      assertEquals(clause, e.clause(), what);
    }
  }
}
