package org.robustmqtt.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Strict UTF-8 (RFC 3629) by hand: nothing is replaced, normalised or left out, U+0000 and
 * surrogates do not pass (3.1.1: MQTT-1.5.3-1 to -3; 5.0: MQTT-1.5.4-1 to -3).
 */
final class Utf8 {
  /** The longest string of the protocol, in bytes. */
  static final int MAX_BYTES = 65_535;

  /** Eight bytes at once. */
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** An odd number without a pattern: a product with it has its high bits from all of the other. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TOPS = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /**
   * Returns whether a string is a topic name of ASCII only, as nearly all are: well formed, without
   * wildcards, and as many bytes as characters. One pass tells what otherwise takes several.
   */
  static boolean plainName(String s) {
    int length = s.length();
    if (length == 0 || length > MAX_BYTES) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = s.charAt(i);
      if (c >= 0x80 || c == 0 || c == '+' || c == '#') {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the size of a string in bytes, or {@code -1 - i} if the character at index i is U+0000
   * or an unpaired surrogate.
   */
  static long size(String s) {
    int length = s.length();
    int i = 0;
    while (i < length) {
      char c = s.charAt(i);
      if (c >= 0x80 || c == 0) {
        break;
      }
      i++;
    }
    return i == length ? length : sizeFrom(s, i);
  }

  private static long sizeFrom(String s, int from) {
    int length = s.length();
    long size = from;
    for (int i = from; i < length; i++) {
      char c = s.charAt(i);
      if (c == 0) {
        return -1L - i;
      } else if (c < 0x80) {
        size++;
      } else if (c < 0x800) {
        size += 2;
      } else if (!Character.isSurrogate(c)) {
        size += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(s.charAt(i + 1))) {
        size += 4;
        i++;
      } else {
        return -1L - i;
      }
    }
    return size;
  }

  /** Writes a string that {@link #size} has accepted, and returns the index behind it. */
  static int write(String s, byte[] out, int at) {
    int length = s.length();
    int p = at;
    for (int i = 0; i < length; i++) {
      char c = s.charAt(i);
      if (c < 0x80) {
        out[p++] = (byte) c;
      } else if (c < 0x800) {
        out[p++] = (byte) (0xC0 | c >> 6);
        out[p++] = (byte) (0x80 | c & 0x3F);
      } else if (!Character.isSurrogate(c)) {
        out[p++] = (byte) (0xE0 | c >> 12);
        out[p++] = (byte) (0x80 | c >> 6 & 0x3F);
        out[p++] = (byte) (0x80 | c & 0x3F);
      } else {
        int point = Character.toCodePoint(c, s.charAt(++i));
        out[p++] = (byte) (0xF0 | point >> 18);
        out[p++] = (byte) (0x80 | point >> 12 & 0x3F);
        out[p++] = (byte) (0x80 | point >> 6 & 0x3F);
        out[p++] = (byte) (0x80 | point & 0x3F);
      }
    }
    return p;
  }

  /** Returns the index of the first byte of the range that is not 0x01 to 0x7F, or the end. */
  static int asciiEnd(byte[] in, int from, int to) {
    int i = from;
    while (to - i >= Long.BYTES) {
      long word = (long) WORDS.get(in, i);
      if (((word | zeros(word)) & TOPS) != 0) {
        break;
      }
      i += Long.BYTES;
    }
    while (i < to && in[i] > 0) {
      i++;
    }
    return i;
  }

  /** As {@link #plainName(String)}, of bytes. */
  static boolean plainName(byte[] in, int from, int to) {
    int i = from;
    long found = 0;
    for (; to - i >= Long.BYTES; i += Long.BYTES) {
      long word = (long) WORDS.get(in, i);
      found |= word | zeros(word) | zeros(word ^ '+' * ONES) | zeros(word ^ '#' * ONES);
    }
    if ((found & TOPS) != 0) {
      return false;
    }
    for (; i < to; i++) {
      byte b = in[i];
      if (b <= 0 || b == '+' || b == '#') {
        return false;
      }
    }
    return to > from;
  }

  /** Returns a number that is the same for the same bytes. */
  static int hash(byte[] in, int from, int to) {
    long hash = to - from;
    int i = from;
    for (; to - i >= Long.BYTES; i += Long.BYTES) {
      hash = (hash ^ (long) WORDS.get(in, i)) * SPREAD;
    }
    for (; i < to; i++) {
      hash = (hash ^ in[i]) * SPREAD;
    }
    return (int) (hash >>> Integer.SIZE);
  }

  /** Returns a word in which a top bit is 1 if and only if one of eight bytes is 0. */
  private static long zeros(long word) {
    return word - ONES & ~word & TOPS;
  }

  /** Returns where the first sequence begins that is not allowed, or the end if all are. */
  static int validEnd(byte[] in, int from, int to) {
    int i = from;
    while (i < to) {
      int lead = in[i];
      if (lead > 0) {
        i++;
        continue;
      }
      int size = sequence(in, i, to);
      if (size == 0) {
        return i;
      }
      i += size;
    }
    return to;
  }

  /**
   * Returns the length of the allowed sequence of several bytes at an index, 0 if there is none.
   */
  private static int sequence(byte[] in, int at, int to) {
    int lead = in[at] & 0xFF;
    if (lead < 0xC2 || lead > 0xF4) {
      // U+0000, a continuation byte, an overlong form of ASCII, or beyond U+10FFFF
      return 0;
    }
    int size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (to - at < size) {
      return 0;
    }
    int second = in[at + 1] & 0xFF;
    int low = 0x80;
    int high = 0xBF;
    if (lead == 0xE0) {
      low = 0xA0; // overlong below
    } else if (lead == 0xED) {
      high = 0x9F; // surrogates above
    } else if (lead == 0xF0) {
      low = 0x90; // overlong below
    } else if (lead == 0xF4) {
      high = 0x8F; // beyond U+10FFFF above
    }
    if (second < low || second > high) {
      return 0;
    }
    for (int i = at + 2; i < at + size; i++) {
      if ((in[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return size;
  }

  /** Makes a string of a range that {@link #validEnd} has accepted. */
  static String read(byte[] in, int from, int to) {
    return new String(in, from, to - from, StandardCharsets.UTF_8);
  }
}
