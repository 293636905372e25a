package org.robustmqtt.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes strings of topic names, once for the same bytes while they are remembered: a broker sends
 * the same few topics again and again. Only {@linkplain Utf8#plainName plain} ones that are short
 * are remembered, at most {@value #SIZE} of them. Not safe for several threads.
 */
final class ReadTopics {
  private static final int SIZE = 64;
  private static final int LONGEST = 256;

  /** Shared by those that have read nothing yet; never written to. */
  private static final byte[][] NOTHING = new byte[SIZE][];

  private byte[][] bytes = NOTHING;
  private String[] strings = {};

  /** Returns the string of a range that is a plain topic name; the empty string of any other. */
  String plain(byte[] in, int from, int to) {
    int length = to - from;
    int place = Utf8.hash(in, from, to) & SIZE - 1;
    byte[] known = bytes[place];
    if (known != null && Arrays.equals(known, 0, known.length, in, from, to)) {
      return strings[place];
    }
    if (!Utf8.plainName(in, from, to)) {
      return "";
    }
    String topic = new String(in, from, length, StandardCharsets.ISO_8859_1);
    if (length <= LONGEST) {
      if (bytes == NOTHING) {
        bytes = new byte[SIZE][];
        strings = new String[SIZE];
      }
      bytes[place] = Arrays.copyOfRange(in, from, to);
      strings[place] = topic;
    }
    return topic;
  }
}
