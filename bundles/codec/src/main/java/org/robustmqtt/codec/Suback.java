package org.robustmqtt.codec;

import java.util.List;
import java.util.Objects;

/**
 * SUBACK (section 3.9).
 *
 * @param packetId 1 to 65,535
 * @param reasonCodes one for each filter, in order: the granted QoS, or 0x80 and above; codes that
 *     MQTT 5 does not know are told as they came
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Suback(int packetId, List<Integer> reasonCodes, Properties properties)
    implements Packet {
  private static final int FAILURE = 0x80;

  /** Copies the list. */
  public Suback {
    reasonCodes = List.copyOf(reasonCodes);
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.SUBACK;
  }

  static Suback read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    Properties properties = PropertyCodec.read(in, Place.SUBACK);
    checkCount(in.dialect(), in.remaining());
    Integer[] codes = new Integer[in.remaining()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = in.u8("reason code");
      if (!in.v5()) {
        checkReturnCode(in.dialect(), codes[i]);
      }
    }
    return new Suback(packetId, List.of(codes), properties);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    Check.packetId(dialect, Place.SUBACK, packetId);
    checkCount(dialect, reasonCodes.size());
    for (int code : reasonCodes) {
      if (dialect.v5()) {
        ReasonCodes.check(dialect, Place.SUBACK, code, Rule.SUBACK_CODE);
      } else {
        checkReturnCode(dialect, code);
      }
    }
    return 2L + PropertyCodec.size(properties, Place.SUBACK, dialect) + reasonCodes.size();
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.u16(packetId);
    PropertyCodec.write(properties, out, dialect);
    for (int code : reasonCodes) {
      out.u8(code);
    }
  }

  private static void checkCount(Dialect dialect, int count) throws CodecException {
    if (count == 0) {
      throw Rule.SUBACK_EMPTY.broken(dialect, "SUBACK: no reason code; allowed is at least one");
    }
  }

  private static void checkReturnCode(Dialect dialect, int code) throws CodecException {
    if ((code < 0 || code > 2) && code != FAILURE) {
      throw Rule.SUBACK_CODE.broken(
          dialect, String.format("SUBACK: return code 0x%02X; allowed are 0, 1, 2 and 0x80", code));
    }
  }
}
