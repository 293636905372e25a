package org.robustmqtt.client.component;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts as a person wrote them, of texts as a hub hands them over. Karaf reads a {@code .cfg} as
 * ISO-8859-1, whatever it was written in; openHAB reads UTF-8. Pure.
 */
final class HubText {
  /** A byte order mark, as it is and as ISO-8859-1 makes it. */
  private static final List<String> MARKS = List.of("\uFEFF", "\u00EF\u00BB\u00BF");

  private static final Pattern ESCAPES = Pattern.compile("(%[0-9A-Fa-f]{2})+");

  private HubText() {}

  /** Returns all keys and values as they were written. */
  static Map<String, Object> asWritten(Map<String, Object> properties) {
    Map<String, Object> written = new HashMap<>();
    properties.forEach((key, value) -> written.put(withoutMark(key), value(value)));
    return written;
  }

  private static Object value(Object value) {
    if (value instanceof String text) {
      return asWritten(text);
    }
    List<String> texts = PropertyValue.texts(value);
    List<String> written = texts.stream().map(HubText::asWritten).toList();
    // numbers and truth stay what they are
    return texts.equals(written) ? value : written;
  }

  /**
   * Returns the text as it was written: what is UTF-8 that was read as ISO-8859-1 becomes what it
   * was, anything else stays. So a file may be in either.
   */
  static String asWritten(String text) {
    if (text.chars().allMatch(c -> c < 0x80) || text.chars().anyMatch(c -> c > 0xFF)) {
      return text;
    }
    return utf8(text.getBytes(StandardCharsets.ISO_8859_1)).orElse(text);
  }

  /** Returns the text, if the bytes are UTF-8. */
  static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Returns a text with each {@code %20} of a URI as the character that it stands for. */
  static String unescaped(String text) {
    Matcher matcher = ESCAPES.matcher(text);
    return matcher.replaceAll(
        found -> {
          String hex = found.group().replace("%", "");
          byte[] bytes = new byte[hex.length() / 2];
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
          }
          return Matcher.quoteReplacement(utf8(bytes).orElse(found.group()));
        });
  }

  /** Returns a text without the byte order mark before it. */
  static String withoutMark(String text) {
    return MARKS.stream()
        .filter(text::startsWith)
        .findFirst()
        .map(mark -> text.substring(mark.length()))
        .orElse(text);
  }
}
