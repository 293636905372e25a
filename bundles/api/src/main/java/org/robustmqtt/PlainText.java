package org.robustmqtt;

import java.util.Objects;

/**
 * Makes text that came from outside (topics, reasons that a broker gives, names in certificates)
 * fit for one line of a log or a console. What would end the line, move the cursor, ring, or show
 * the rest in another order is replaced by its number, as {@code \\u001B}, and what is too long is
 * cut. Everything else stays, a tab included.
 */
public final class PlainText {
  /** How many characters are left of a text that is not told otherwise. */
  public static final int MOST = 4_000;

  private PlainText() {}

  /** Returns the text on one line, cut after {@link #MOST} characters. */
  public static String of(String text) {
    return of(text, MOST);
  }

  /**
   * Returns the text on one line.
   *
   * @param most how many characters of it are left at the most, 1 or more; a cut one ends with
   *     three dots more
   */
  public static String of(String text, int most) {
    Objects.requireNonNull(text);
    int end = Math.min(text.length(), most);
    for (int i = 0; i < end; i++) {
      if (!plain(text, i)) {
        return replaced(text, end);
      }
    }
    return end == text.length() ? text : text.substring(0, end) + "...";
  }

  private static String replaced(String text, int end) {
    StringBuilder plain = new StringBuilder(end + 16);
    for (int i = 0; i < end; i++) {
      if (plain(text, i)) {
        plain.append(text.charAt(i));
      } else {
        plain.append(String.format("\\u%04X", (int) text.charAt(i)));
      }
    }
    return plain.append(end == text.length() ? "" : "...").toString();
  }

  private static boolean plain(String text, int index) {
    char c = text.charAt(index);
    if (c >= ' ' && c < 0x7F || c == '\t') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      case Character.SURROGATE -> paired(text, index);
      default -> true;
    };
  }

  /** Returns whether a surrogate is half of a character that is fit to be shown. */
  private static boolean paired(String text, int index) {
    int start = Character.isLowSurrogate(text.charAt(index)) ? index - 1 : index;
    if (start < 0
        || start + 1 >= text.length()
        || !Character.isSurrogatePair(text.charAt(start), text.charAt(start + 1))) {
      return false;
    }
    int type = Character.getType(text.codePointAt(start));
    return type != Character.FORMAT && type != Character.UNASSIGNED;
  }
}
