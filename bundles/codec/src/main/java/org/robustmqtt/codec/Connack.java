package org.robustmqtt.codec;

import java.util.Objects;

/**
 * CONNACK (section 3.2). The return codes of MQTT 3.1.1 are told as the reason codes of MQTT 5 of
 * the same meaning: 1 as 0x84, 2 as 0x85, 3 as 0x88, 4 as 0x86, 5 as 0x87, others as 0x80. A broker
 * that does not speak MQTT 5 refuses with one of 1 to 5, in the form of 3.1.1 or with an empty list
 * of properties; that is read in both versions.
 *
 * @param sessionPresent whether the broker kept the session
 * @param reasonCode see {@link org.robustmqtt.ReasonCode}; codes that the standard does not know
 *     are told as they came, 0x80 and above refuse
 * @param properties the properties; empty in MQTT 3.1.1
 * @param foreign whether a CONNECT of MQTT 5 was answered with a return code of MQTT 3.1.1; never
 *     written
 */
public record Connack(
    boolean sessionPresent, int reasonCode, Properties properties, boolean foreign)
    implements Packet {
  /** The reason code for each return code of MQTT 3.1.1 (section 3.2.2.3). */
  private static final int[] RETURN_CODES = {0x00, 0x84, 0x85, 0x88, 0x86, 0x87};

  private static final int OTHER_REFUSAL = 0x80;

  /** Checks that nothing is null. */
  public Connack {
    Objects.requireNonNull(properties, "properties");
  }

  /** Makes one in the words of the version spoken. */
  public Connack(boolean sessionPresent, int reasonCode, Properties properties) {
    this(sessionPresent, reasonCode, properties, false);
  }

  @Override
  public PacketType type() {
    return PacketType.CONNACK;
  }

  static Connack read(ReadBuffer in) throws CodecException {
    int flags = in.u8("flags");
    if (flags > 1) {
      throw in.broken(Rule.CONNACK_FLAGS, "flags " + flags + "; allowed are 0 and 1");
    }
    int code = in.u8("reason code");
    boolean foreign = in.v5() && code > 0 && code < RETURN_CODES.length;
    if (!in.v5() || foreign && in.remaining() == 0) {
      int reasonCode = code < RETURN_CODES.length ? RETURN_CODES[code] : OTHER_REFUSAL;
      return new Connack(flags == 1, reasonCode, Properties.NONE, foreign);
    }
    if (foreign) {
      PropertyCodec.read(in, Place.CONNACK);
      return new Connack(flags == 1, RETURN_CODES[code], Properties.NONE, true);
    }
    return new Connack(flags == 1, code, PropertyCodec.read(in, Place.CONNACK));
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    if (foreign) {
      throw Rule.CONNACK_CODE.broken(
          dialect, "CONNACK: a return code of MQTT 3.1.1; allowed are the codes of MQTT 5");
    }
    if (dialect.v5()) {
      ReasonCodes.check(dialect, Place.CONNACK, reasonCode, Rule.CONNACK_CODE);
    } else if (returnCode() < 0) {
      throw Rule.CONNACK_CODE.broken(
          dialect,
          "CONNACK: reason code "
              + reasonCode
              + "; MQTT 3.1.1 has only 0x00, 0x84, 0x85, 0x86, 0x87 and 0x88");
    }
    return 2 + PropertyCodec.size(properties, Place.CONNACK, dialect);
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.u8(sessionPresent ? 1 : 0);
    out.u8(dialect.v5() ? reasonCode : returnCode());
    PropertyCodec.write(properties, out, dialect);
  }

  private int returnCode() {
    for (int i = 0; i < RETURN_CODES.length; i++) {
      if (RETURN_CODES[i] == reasonCode) {
        return i;
      }
    }
    return -1;
  }
}
