package org.robustmqtt.codec;

import java.util.Objects;

/**
 * AUTH (section 3.15), MQTT 5 only.
 *
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; 0x00 in MQTT 3.1.1
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Auth(int reasonCode, Properties properties) implements Packet {
  /** Checks that nothing is null. */
  public Auth {
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.AUTH;
  }

  static Auth read(ReadBuffer in) throws CodecException {
    if (in.remaining() == 0) {
      ReasonCodes.check(in.dialect(), Place.AUTH, 0, Rule.AUTH_CODE);
      return new Auth(0, Properties.NONE);
    }
    int reasonCode = in.u8("reason code");
    ReasonCodes.check(in.dialect(), Place.AUTH, reasonCode, Rule.AUTH_CODE);
    Properties properties = PropertyCodec.read(in, Place.AUTH);
    checkMethod(in.dialect(), properties);
    return new Auth(reasonCode, properties);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    if (!dialect.v5()) {
      throw Rule.PACKET_TYPE.broken(dialect, "AUTH; allowed in MQTT 5 only");
    }
    long size = Ack.tailSize(dialect, Place.AUTH, Rule.AUTH_CODE, reasonCode, properties);
    if (size > 0) {
      checkMethod(dialect, properties);
    }
    return size;
  }

  void write(Dialect dialect, WriteBuffer out) {
    Ack.writeTail(dialect, out, reasonCode, properties);
  }

  private static void checkMethod(Dialect dialect, Properties properties) throws CodecException {
    if (!properties.has(Property.AUTHENTICATION_METHOD)) {
      throw Rule.AUTHENTICATION_METHOD.broken(
          dialect, "AUTH: no AUTHENTICATION_METHOD; it is required");
    }
  }
}
