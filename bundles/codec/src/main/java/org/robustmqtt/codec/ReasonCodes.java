package org.robustmqtt.codec;

import static org.robustmqtt.codec.Dialect.BROKER;
import static org.robustmqtt.codec.Dialect.CLIENT;
import static org.robustmqtt.codec.Dialect.EITHER;

/** Which reason code may stand in which packet, and from whom (5.0: section 2.4 and chapter 3). */
final class ReasonCodes {
  /** For each place and code the set of sides that may write it. */
  private static final byte[][] WRITERS = new byte[Place.values().length][256];

  static {
    allow(
        Place.CONNACK,
        BROKER,
        0x00,
        0x80,
        0x81,
        0x82,
        0x83,
        0x84,
        0x85,
        0x86,
        0x87,
        0x88,
        0x89,
        0x8A,
        0x8C,
        0x90,
        0x95,
        0x97,
        0x99,
        0x9A,
        0x9B,
        0x9C,
        0x9D,
        0x9F);
    for (Place place : new Place[] {Place.PUBACK, Place.PUBREC}) {
      allow(place, EITHER, 0x00, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
      allow(place, BROKER, 0x10);
    }
    allow(Place.PUBREL, EITHER, 0x00, 0x92);
    allow(Place.PUBCOMP, EITHER, 0x00, 0x92);
    allow(
        Place.SUBACK,
        BROKER,
        0x00,
        0x01,
        0x02,
        0x80,
        0x83,
        0x87,
        0x8F,
        0x91,
        0x97,
        0x9E,
        0xA1,
        0xA2);
    allow(Place.UNSUBACK, BROKER, 0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91);
    // 0x00 is the client's in the standard's table, but it harms nobody from a broker: the
    // connection ends either way, and "malformed" would hide that nothing was wrong.
    allow(
        Place.DISCONNECT,
        EITHER,
        0x00,
        0x80,
        0x81,
        0x82,
        0x83,
        0x90,
        0x93,
        0x94,
        0x95,
        0x96,
        0x97,
        0x98,
        0x99);
    allow(Place.DISCONNECT, CLIENT, 0x04);
    allow(
        Place.DISCONNECT,
        BROKER,
        0x87,
        0x89,
        0x8B,
        0x8C,
        0x8D,
        0x8E,
        0x8F,
        0x9A,
        0x9B,
        0x9C,
        0x9D,
        0x9E,
        0x9F,
        0xA0,
        0xA1,
        0xA2);
    allow(Place.AUTH, BROKER, 0x00);
    allow(Place.AUTH, EITHER, 0x18);
    allow(Place.AUTH, CLIENT, 0x19);
  }

  private ReasonCodes() {}

  private static void allow(Place place, int writers, int... codes) {
    for (int code : codes) {
      WRITERS[place.ordinal()][code] = (byte) writers;
    }
  }

  static boolean allowed(Dialect dialect, Place place, int code) {
    return code >= 0 && code <= 0xFF && dialect.permits(WRITERS[place.ordinal()][code]);
  }

  /** Checks a code of a place. */
  static void check(Dialect dialect, Place place, int code, Rule rule) throws CodecException {
    if (!allowed(dialect, place, code)) {
      StringBuilder codes = new StringBuilder();
      for (int c = 0; c <= 0xFF; c++) {
        if (allowed(dialect, place, c)) {
          codes.append(String.format(codes.length() == 0 ? "0x%02X" : ", 0x%02X", c));
        }
      }
      throw rule.broken(
          dialect,
          String.format(
              "%s: reason code 0x%02X from %s; allowed are %s",
              place, code, dialect.writer(), codes));
    }
  }
}
