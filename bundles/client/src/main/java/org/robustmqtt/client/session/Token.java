package org.robustmqtt.client.session;

/**
 * Numbers that the session gives out and gets back: 44 bits of serial number, 4 bits of kind, 16
 * bits of packet id. So what is waited for is found by its packet id, without a map of its own, and
 * an answer that comes too late is told by its serial number.
 */
final class Token {
  /** What a number was given out for. */
  enum Kind {
    /** The record before a PUBLISH. */
    SENT,
    /** The record before a PUBREL. */
    RELEASED,
    /** The record before a PUBREC. */
    RECEIVED,
    /** The record before a PUBCOMP. */
    COMPLETED,
    /** The record of the session. */
    SESSION,
    /** A message of QoS 0 given to the listeners. */
    DELIVERED_0,
    /** A message of QoS 1 given to the listeners. */
    DELIVERED_1,
    /** A message of QoS 2 given to the listeners. */
    DELIVERED_2;

    private static final Kind[] KINDS = values();
  }

  private static final int ID_BITS = 16;
  private static final int KIND_BITS = 4;

  private Token() {}

  /** Returns the number; a serial of 1 and more makes it differ from 0. */
  static long of(Kind kind, int packetId, long serial) {
    return serial << (ID_BITS + KIND_BITS) | (long) kind.ordinal() << ID_BITS | packetId;
  }

  /** Returns what the number was given out for. */
  static Kind kind(long token) {
    return Kind.KINDS[(int) (token >> ID_BITS) & ((1 << KIND_BITS) - 1)];
  }

  /** Returns the packet id in the number. */
  static int packetId(long token) {
    return (int) token & ((1 << ID_BITS) - 1);
  }
}
