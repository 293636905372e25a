package org.robustmqtt.client.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** PEM (RFC 7468): labelled blocks of Base64 between lines of dashes; other text is passed over. */
final class Pem {
  /** The most blocks that are read of one file. */
  private static final int MOST = 10_000;

  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Pem() {}

  /**
   * A block.
   *
   * @param label what stands behind BEGIN
   * @param content its bytes; empty if it is encrypted in the way of old (RFC 1421)
   * @param encrypted whether it is
   */
  record Block(String label, byte[] content, boolean encrypted) {}

  /** Returns whether there is a block in these bytes. */
  static boolean is(byte[] bytes) {
    return text(bytes).contains(BEGIN);
  }

  /**
   * Returns the blocks in their order.
   *
   * @throws IllegalArgumentException if a block is damaged; the text says which and why
   */
  static List<Block> blocks(byte[] bytes) {
    String text = text(bytes);
    List<Block> blocks = new ArrayList<>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      if (blocks.size() == MOST) {
        throw new IllegalArgumentException("more than " + MOST + " PEM blocks");
      }
      int from = at + BEGIN.length();
      int dashes = text.indexOf(DASHES, from);
      if (dashes < 0 || dashes - from > 64) {
        throw new IllegalArgumentException(
            "its BEGIN line number " + (blocks.size() + 1) + " has no end");
      }
      String label = text.substring(from, dashes);
      int body = dashes + DASHES.length();
      int end = text.indexOf("-----END " + label + DASHES, body);
      if (end < 0) {
        throw new IllegalArgumentException(
            "the line END " + label + " is missing; was the file cut off?");
      }
      blocks.add(block(label, text.substring(body, end)));
      at = text.indexOf(BEGIN, end);
    }
    return blocks;
  }

  private static Block block(String label, String body) {
    if (body.contains("Proc-Type:") && body.contains("ENCRYPTED")) {
      return new Block(label, new byte[0], true);
    }
    try {
      byte[] content = Base64.getDecoder().decode(SPACE.matcher(body).replaceAll(""));
      return new Block(label, content, false);
    } catch (IllegalArgumentException e) {
      // The decoder's own text would show a character of what may be a key.
      throw new IllegalArgumentException("its block " + label + " is not Base64");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
