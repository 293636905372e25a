package org.robustmqtt.codec;

/** Checks and sizes of single fields before they are written. */
final class Check {
  private Check() {}

  /** Returns the size of a string with its length, or says why it cannot be written. */
  static long string(Dialect dialect, Place place, String what, String value)
      throws CodecException {
    long size = Utf8.size(value);
    if (size < 0) {
      int at = (int) (-1 - size);
      boolean zero = value.charAt(at) == 0;
      throw (zero ? Rule.STRING_NULL : Rule.STRING)
          .broken(
              dialect,
              place
                  + ": "
                  + what
                  + (zero ? " has U+0000" : " has an unpaired surrogate")
                  + " at index "
                  + at
                  + "; it is not allowed");
    }
    return 2 + length(dialect, place, what, size);
  }

  /** Returns the size of bytes with their length, or says why they cannot be written. */
  static long binary(Dialect dialect, Place place, String what, byte[] value)
      throws CodecException {
    return 2 + length(dialect, place, what, value.length);
  }

  private static long length(Dialect dialect, Place place, String what, long size)
      throws CodecException {
    if (size > Utf8.MAX_BYTES) {
      throw Rule.FIELD_LENGTH.broken(
          dialect, place + ": " + what + " has " + size + " bytes; allowed are 65535");
    }
    return size;
  }

  static void packetId(Dialect dialect, Place place, int id) throws CodecException {
    if (id < 1 || id > 0xFFFF) {
      throw Rule.PACKET_ID.broken(
          dialect, place + ": packet identifier " + id + "; allowed are 1 to 65535");
    }
  }

  /** Returns the index of the first wildcard in a topic name, -1 if there is none. */
  static int wildcard(String topic) {
    for (int i = 0; i < topic.length(); i++) {
      char c = topic.charAt(i);
      if (c == '+' || c == '#') {
        return i;
      }
    }
    return -1;
  }
}
