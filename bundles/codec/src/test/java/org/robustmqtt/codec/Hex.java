package org.robustmqtt.codec;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes as people read them. */
final class Hex {
  private Hex() {}

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static String text(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  static byte[] written(WriteBuffer buffer) {
    return Arrays.copyOf(buffer.array(), buffer.length());
  }

  /** Returns two hex digits for each byte of a length field and the bytes of a string. */
  static String string(String hex) {
    int length = bytes(hex).length;
    return String.format("%04X", length) + hex.replace(" ", "");
  }
}
