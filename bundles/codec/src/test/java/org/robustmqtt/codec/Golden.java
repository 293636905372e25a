package org.robustmqtt.codec;

import static org.robustmqtt.codec.Hex.bytes;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_3_1_1;
import static org.robustmqtt.codec.ProtocolVersion.MQTT_5;
import static org.robustmqtt.codec.Sender.BROKER;
import static org.robustmqtt.codec.Sender.CLIENT;

import java.util.List;
import java.util.Optional;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;

/**
 * Packets and their bytes, written out by hand from the standards: what is encoded must be these
 * bytes, and these bytes must be read as these packets.
 *
 * @param name what it shows
 * @param version the version spoken
 * @param sender who sends it
 * @param hex its bytes
 * @param packet the packet
 */
record Golden(String name, ProtocolVersion version, Sender sender, String hex, Packet packet) {
  private static final Properties EXPIRY_1 =
      Properties.builder().number(Property.MESSAGE_EXPIRY_INTERVAL, 1).build();
  private static final Properties REASON =
      Properties.builder().string(Property.REASON_STRING, "no").build();
  private static final Properties USER =
      Properties.builder().user(new UserProperty("k", "v")).build();

  static final List<Golden> ALL =
      List.of(
          new Golden(
              "CONNECT, least",
              MQTT_3_1_1,
              CLIENT,
              "10 0D 0004 4D515454 04 02 003C 0001 61",
              connect(MQTT_3_1_1, true, 60, "a", Properties.NONE)),
          new Golden(
              "CONNECT with everything",
              MQTT_3_1_1,
              CLIENT,
              "10 1E 0004 4D515454 04 F4 0000 0002 6964 0002 772F 0001 FF 0002 C3A9 0003 000102",
              new Connect(
                  MQTT_3_1_1,
                  false,
                  0,
                  "id",
                  Optional.of(new Will("w/", bytes("FF"), QoS.EXACTLY_ONCE, true, Properties.NONE)),
                  Optional.of("\u00e9"),
                  Optional.of(bytes("000102")),
                  Properties.NONE)),
          new Golden(
              "CONNACK, accepted, session present",
              MQTT_3_1_1,
              BROKER,
              "20 02 01 00",
              new Connack(true, 0, Properties.NONE)),
          new Golden(
              "CONNACK, refused",
              MQTT_3_1_1,
              BROKER,
              "20 02 00 05",
              new Connack(false, 0x87, Properties.NONE)),
          new Golden(
              "PUBLISH, QoS 0",
              MQTT_3_1_1,
              BROKER,
              "31 06 0003 612F62 01",
              publish(false, QoS.AT_MOST_ONCE, true, "a/b", 0, Properties.NONE, "01")),
          new Golden(
              "PUBLISH, QoS 1, re-delivered",
              MQTT_3_1_1,
              CLIENT,
              "3A 06 0001 61 000A 01",
              publish(true, QoS.AT_LEAST_ONCE, false, "a", 10, Properties.NONE, "01")),
          new Golden(
              "PUBLISH, QoS 2, empty",
              MQTT_3_1_1,
              CLIENT,
              "34 05 0001 61 FFFF",
              publish(false, QoS.EXACTLY_ONCE, false, "a", 65535, Properties.NONE, "")),
          new Golden(
              "PUBACK", MQTT_3_1_1, CLIENT, "40 02 0102", new Puback(0x102, 0, Properties.NONE)),
          new Golden(
              "PUBREC", MQTT_3_1_1, CLIENT, "50 02 0102", new Pubrec(0x102, 0, Properties.NONE)),
          new Golden(
              "PUBREL", MQTT_3_1_1, CLIENT, "62 02 0102", new Pubrel(0x102, 0, Properties.NONE)),
          new Golden(
              "PUBCOMP", MQTT_3_1_1, CLIENT, "70 02 0102", new Pubcomp(0x102, 0, Properties.NONE)),
          new Golden(
              "SUBSCRIBE",
              MQTT_3_1_1,
              CLIENT,
              "82 0D 0007 0003 612F23 01 0002 2B2F 02",
              new Subscribe(
                  7,
                  List.of(
                      subscription("a/#", QoS.AT_LEAST_ONCE), subscription("+/", QoS.EXACTLY_ONCE)),
                  Properties.NONE)),
          new Golden(
              "SUBACK",
              MQTT_3_1_1,
              BROKER,
              "90 06 0007 00 01 02 80",
              new Suback(7, List.of(0, 1, 2, 0x80), Properties.NONE)),
          new Golden(
              "UNSUBSCRIBE",
              MQTT_3_1_1,
              CLIENT,
              "A2 08 0007 0001 61 0001 62",
              new Unsubscribe(7, List.of("a", "b"), Properties.NONE)),
          new Golden(
              "UNSUBACK",
              MQTT_3_1_1,
              BROKER,
              "B0 02 0007",
              new Unsuback(7, List.of(), Properties.NONE)),
          new Golden("PINGREQ", MQTT_3_1_1, CLIENT, "C0 00", new Pingreq()),
          new Golden("PINGRESP", MQTT_3_1_1, BROKER, "D0 00", new Pingresp()),
          new Golden("DISCONNECT", MQTT_3_1_1, CLIENT, "E0 00", new Disconnect(0, Properties.NONE)),
          new Golden(
              "CONNECT, least",
              MQTT_5,
              CLIENT,
              "10 0D 0004 4D515454 05 00 0000 00 0000",
              connect(MQTT_5, false, 0, "", Properties.NONE)),
          new Golden(
              "CONNECT with everything",
              MQTT_5,
              CLIENT,
              "10 43 0004 4D515454 05 CE 003C"
                  + "1C 11 FFFFFFFF 15 0001 6D 16 0001 00 17 00 19 01 21 0014 22 000A 27 00000400"
                  + "0002 6964"
                  + "0B 01 01 03 0001 74 18 0000000A"
                  + "0001 77 0001 FF 0001 75 0001 70",
              new Connect(
                  MQTT_5,
                  true,
                  60,
                  "id",
                  Optional.of(
                      new Will(
                          "w",
                          bytes("FF"),
                          QoS.AT_LEAST_ONCE,
                          false,
                          Properties.builder()
                              .number(Property.WILL_DELAY_INTERVAL, 10)
                              .number(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                              .string(Property.CONTENT_TYPE, "t")
                              .build())),
                  Optional.of("u"),
                  Optional.of(bytes("70")),
                  Properties.builder()
                      .number(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                      .string(Property.AUTHENTICATION_METHOD, "m")
                      .binary(Property.AUTHENTICATION_DATA, bytes("00"))
                      .number(Property.REQUEST_PROBLEM_INFORMATION, 0)
                      .number(Property.REQUEST_RESPONSE_INFORMATION, 1)
                      .number(Property.RECEIVE_MAXIMUM, 20)
                      .number(Property.TOPIC_ALIAS_MAXIMUM, 10)
                      .number(Property.MAXIMUM_PACKET_SIZE, 1024)
                      .build())),
          new Golden(
              "CONNECT, password alone",
              MQTT_5,
              CLIENT,
              "10 10 0004 4D515454 05 42 0000 00 0000 0001 70",
              new Connect(
                  MQTT_5,
                  true,
                  0,
                  "",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(bytes("70")),
                  Properties.NONE)),
          new Golden(
              "CONNACK, accepted",
              MQTT_5,
              BROKER,
              "20 03 00 00 00",
              new Connack(false, 0, Properties.NONE)),
          new Golden(
              "CONNACK with everything",
              MQTT_5,
              BROKER,
              "20 37 01 00 34 11 00000001 12 0001 69 13 003C 1A 0001 72 1C 0001 73 1F 0001 6F"
                  + "21 0001 22 FFFF 24 01 25 00 26 0001 6B 0001 76 27 00000014 28 00 29 01 2A 00",
              new Connack(
                  true,
                  0,
                  Properties.builder()
                      .number(Property.SESSION_EXPIRY_INTERVAL, 1)
                      .string(Property.ASSIGNED_CLIENT_IDENTIFIER, "i")
                      .number(Property.SERVER_KEEP_ALIVE, 60)
                      .string(Property.RESPONSE_INFORMATION, "r")
                      .string(Property.SERVER_REFERENCE, "s")
                      .string(Property.REASON_STRING, "o")
                      .number(Property.RECEIVE_MAXIMUM, 1)
                      .number(Property.TOPIC_ALIAS_MAXIMUM, 65535)
                      .number(Property.MAXIMUM_QOS, 1)
                      .number(Property.RETAIN_AVAILABLE, 0)
                      .user(new UserProperty("k", "v"))
                      .number(Property.MAXIMUM_PACKET_SIZE, 20)
                      .number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0)
                      .number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1)
                      .number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0)
                      .build())),
          new Golden(
              "PUBLISH, QoS 0",
              MQTT_5,
              CLIENT,
              "30 06 0003 612F62 00",
              publish(false, QoS.AT_MOST_ONCE, false, "a/b", 0, Properties.NONE, "")),
          new Golden(
              "PUBLISH, QoS 1, with expiry",
              MQTT_5,
              CLIENT,
              "3B 0C 0001 61 000A 05 02 00000001 FF",
              publish(true, QoS.AT_LEAST_ONCE, true, "a", 10, EXPIRY_1, "FF")),
          new Golden(
              "PUBLISH with everything",
              MQTT_5,
              BROKER,
              "34 24 0000 0001 1D 01 01 03 0001 74 08 0001 72 09 0001 63 0B 01 0B 8001"
                  + "23 0001 26 0001 6B 0001 76 6869",
              publish(
                  false,
                  QoS.EXACTLY_ONCE,
                  false,
                  "",
                  1,
                  Properties.builder()
                      .number(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                      .string(Property.CONTENT_TYPE, "t")
                      .string(Property.RESPONSE_TOPIC, "r")
                      .binary(Property.CORRELATION_DATA, bytes("63"))
                      .number(Property.SUBSCRIPTION_IDENTIFIER, 1)
                      .number(Property.SUBSCRIPTION_IDENTIFIER, 128)
                      .number(Property.TOPIC_ALIAS, 1)
                      .user(new UserProperty("k", "v"))
                      .build(),
                  "6869")),
          new Golden("PUBACK", MQTT_5, CLIENT, "40 02 0102", new Puback(0x102, 0, Properties.NONE)),
          new Golden(
              "PUBACK with code",
              MQTT_5,
              BROKER,
              "40 03 0102 10",
              new Puback(0x102, 0x10, Properties.NONE)),
          new Golden(
              "PUBACK with properties",
              MQTT_5,
              CLIENT,
              "40 09 0102 00 05 1F 0002 6E6F",
              new Puback(0x102, 0, REASON)),
          new Golden(
              "PUBREC with code",
              MQTT_5,
              CLIENT,
              "50 03 0102 97",
              new Pubrec(0x102, 0x97, Properties.NONE)),
          new Golden("PUBREL", MQTT_5, CLIENT, "62 02 0102", new Pubrel(0x102, 0, Properties.NONE)),
          new Golden(
              "PUBREL with everything",
              MQTT_5,
              BROKER,
              "62 09 0102 92 05 1F 0002 6E6F",
              new Pubrel(0x102, 0x92, REASON)),
          new Golden(
              "PUBCOMP with code",
              MQTT_5,
              CLIENT,
              "70 03 0102 92",
              new Pubcomp(0x102, 0x92, Properties.NONE)),
          new Golden(
              "SUBSCRIBE",
              MQTT_5,
              CLIENT,
              "82 13 0007 05 0B FFFFFF7F 0001 61 2E 0004 622F632F 11",
              new Subscribe(
                  7,
                  List.of(
                      new Subscription("a", QoS.EXACTLY_ONCE, true, true, RetainHandling.NEVER),
                      new Subscription(
                          "b/c/", QoS.AT_LEAST_ONCE, false, false, RetainHandling.IF_NEW)),
                  Properties.builder()
                      .number(Property.SUBSCRIPTION_IDENTIFIER, 268_435_455)
                      .build())),
          new Golden(
              "SUBACK",
              MQTT_5,
              BROKER,
              "90 0B 0007 05 1F 0002 6E6F 00 02 A2",
              new Suback(7, List.of(0, 2, 0xA2), REASON)),
          new Golden(
              "UNSUBSCRIBE",
              MQTT_5,
              CLIENT,
              "A2 0D 0007 07 26 0001 6B 0001 76 0001 61",
              new Unsubscribe(7, List.of("a"), USER)),
          new Golden(
              "UNSUBACK",
              MQTT_5,
              BROKER,
              "B0 05 0007 00 00 11",
              new Unsuback(7, List.of(0, 0x11), Properties.NONE)),
          new Golden("PINGREQ", MQTT_5, CLIENT, "C0 00", new Pingreq()),
          new Golden("PINGRESP", MQTT_5, BROKER, "D0 00", new Pingresp()),
          new Golden("DISCONNECT", MQTT_5, CLIENT, "E0 00", new Disconnect(0, Properties.NONE)),
          new Golden(
              "DISCONNECT with code",
              MQTT_5,
              BROKER,
              "E0 01 8E",
              new Disconnect(0x8E, Properties.NONE)),
          new Golden(
              "DISCONNECT with everything",
              MQTT_5,
              CLIENT,
              "E0 11 04 0F 11 00000000 1F 0000 26 0001 6B 0001 76",
              new Disconnect(
                  4,
                  Properties.builder()
                      .number(Property.SESSION_EXPIRY_INTERVAL, 0)
                      .string(Property.REASON_STRING, "")
                      .user(new UserProperty("k", "v"))
                      .build())),
          new Golden("AUTH, success", MQTT_5, BROKER, "F0 00", new Auth(0, Properties.NONE)),
          new Golden(
              "AUTH, continued",
              MQTT_5,
              CLIENT,
              "F0 0A 18 08 15 0001 6D 16 0001 FF",
              new Auth(
                  0x18,
                  Properties.builder()
                      .string(Property.AUTHENTICATION_METHOD, "m")
                      .binary(Property.AUTHENTICATION_DATA, bytes("FF"))
                      .build())));

  static Connect connect(
      ProtocolVersion version, boolean clean, int keepAlive, String id, Properties properties) {
    return new Connect(
        version,
        clean,
        keepAlive,
        id,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        properties);
  }

  static Publish publish(
      boolean duplicate,
      QoS qos,
      boolean retain,
      String topic,
      int id,
      Properties properties,
      String payload) {
    return new Publish(duplicate, qos, retain, topic, id, properties, bytes(payload));
  }

  static Subscription subscription(String filter, QoS qos) {
    return new Subscription(filter, qos, false, false, RetainHandling.ALWAYS);
  }

  byte[] wire() {
    return bytes(hex);
  }

  Decoder decoder() {
    return new Decoder(version, sender, 1 << 20);
  }

  @Override
  public String toString() {
    return version + " " + name;
  }
}
