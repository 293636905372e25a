package org.robustmqtt.codec;

/**
 * A control packet, as a value: what stands in it, not how it is written. Both versions of the
 * protocol share these types; what only version 5 has is empty or zero in 3.1.1.
 */
public sealed interface Packet
    permits Connect,
        Connack,
        Publish,
        Puback,
        Pubrec,
        Pubrel,
        Pubcomp,
        Subscribe,
        Suback,
        Unsubscribe,
        Unsuback,
        Pingreq,
        Pingresp,
        Disconnect,
        Auth {
  /** Returns the type, to be switched over. */
  PacketType type();
}
