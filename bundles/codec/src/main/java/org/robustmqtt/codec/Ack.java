package org.robustmqtt.codec;

/**
 * The form that PUBACK, PUBREC, PUBREL and PUBCOMP share: a packet identifier, in MQTT 5 a reason
 * code unless it is 0x00 without properties, and properties unless there are none (5.0: sections
 * 3.4.2.1 and 3.4.2.2.1, and their like).
 */
final class Ack {
  private Ack() {}

  /** Reads the reason code; 0x00 where it is left out, as always in MQTT 3.1.1. */
  static int reasonCode(ReadBuffer in, Place place, Rule rule) throws CodecException {
    if (!in.v5() || in.remaining() == 0) {
      return 0;
    }
    int code = in.u8("reason code");
    ReasonCodes.check(in.dialect(), place, code, rule);
    return code;
  }

  /** Reads the properties; none where their length is left out. */
  static Properties properties(ReadBuffer in, Place place) throws CodecException {
    return in.remaining() == 0 ? Properties.NONE : PropertyCodec.read(in, place);
  }

  static long size(
      Dialect dialect, Place place, Rule rule, int packetId, int code, Properties properties)
      throws CodecException {
    Check.packetId(dialect, place, packetId);
    return 2 + tailSize(dialect, place, rule, code, properties);
  }

  static void write(
      Dialect dialect, WriteBuffer out, int packetId, int code, Properties properties) {
    out.u16(packetId);
    writeTail(dialect, out, code, properties);
  }

  /** Checks a reason code and properties, and returns the size of their shortest form. */
  static long tailSize(Dialect dialect, Place place, Rule rule, int code, Properties properties)
      throws CodecException {
    if (!dialect.v5()) {
      if (code != 0) {
        throw Rule.ONLY_VERSION_5.broken(
            dialect, place + ": reason code " + code + "; MQTT 3.1.1 has none, allowed is 0");
      }
      return PropertyCodec.size(properties, place, dialect);
    }
    ReasonCodes.check(dialect, place, code, rule);
    if (properties.isEmpty()) {
      return code == 0 ? 0 : 1;
    }
    return 1 + PropertyCodec.size(properties, place, dialect);
  }

  /** Writes the shortest form of a reason code and properties. */
  static void writeTail(Dialect dialect, WriteBuffer out, int code, Properties properties) {
    if (!dialect.v5() || code == 0 && properties.isEmpty()) {
      return;
    }
    out.u8(code);
    if (!properties.isEmpty()) {
      PropertyCodec.write(properties, out, dialect);
    }
  }
}
