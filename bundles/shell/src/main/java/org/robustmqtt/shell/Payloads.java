package org.robustmqtt.shell;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.robustmqtt.PlainText;

/** Payloads for people. */
final class Payloads {
  private Payloads() {}

  /**
   * Returns a payload as text on one line if it is UTF-8 without a zero byte, a line break as
   * {@code \n} and another control character as its number; else as hexadecimal bytes. Cut after so
   * many characters.
   */
  static String text(byte[] payload, int most) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException e) {
      return hex(payload, most);
    }
    return text.indexOf(0) < 0 ? PlainText.of(lineBreaksShown(text), most) : hex(payload, most);
  }

  private static String lineBreaksShown(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static String hex(byte[] payload, int most) {
    StringBuilder hex = new StringBuilder("0x");
    for (int i = 0; i < payload.length && hex.length() <= most; i++) {
      hex.append(String.format("%02X", payload[i]));
    }
    return cut(hex.toString(), most);
  }

  /** Returns a text, cut after so many characters. */
  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "...";
  }
}
