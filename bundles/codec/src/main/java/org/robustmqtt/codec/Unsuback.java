package org.robustmqtt.codec;

import java.util.List;
import java.util.Objects;

/**
 * UNSUBACK (section 3.11).
 *
 * @param packetId 1 to 65,535
 * @param reasonCodes one for each filter, in order; empty in MQTT 3.1.1; codes that MQTT 5 does not
 *     know are told as they came
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Unsuback(int packetId, List<Integer> reasonCodes, Properties properties)
    implements Packet {
  /** Copies the list. */
  public Unsuback {
    reasonCodes = List.copyOf(reasonCodes);
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.UNSUBACK;
  }

  static Unsuback read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    if (!in.v5()) {
      return new Unsuback(packetId, List.of(), Properties.NONE);
    }
    Properties properties = PropertyCodec.read(in, Place.UNSUBACK);
    checkCount(in.dialect(), in.remaining());
    Integer[] codes = new Integer[in.remaining()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = in.u8("reason code");
    }
    return new Unsuback(packetId, List.of(codes), properties);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    Check.packetId(dialect, Place.UNSUBACK, packetId);
    checkCount(dialect, reasonCodes.size());
    for (int code : reasonCodes) {
      ReasonCodes.check(dialect, Place.UNSUBACK, code, Rule.UNSUBACK_CODE);
    }
    return 2L + PropertyCodec.size(properties, Place.UNSUBACK, dialect) + reasonCodes.size();
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.u16(packetId);
    PropertyCodec.write(properties, out, dialect);
    for (int code : reasonCodes) {
      out.u8(code);
    }
  }

  private static void checkCount(Dialect dialect, int count) throws CodecException {
    if (dialect.v5() && count == 0) {
      throw Rule.UNSUBACK_EMPTY.broken(
          dialect, "UNSUBACK: no reason code; allowed is at least one");
    }
    if (!dialect.v5() && count != 0) {
      throw Rule.ONLY_VERSION_5.broken(dialect, "UNSUBACK: reason codes; allowed in MQTT 5 only");
    }
  }
}
