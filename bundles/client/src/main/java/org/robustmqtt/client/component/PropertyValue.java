package org.robustmqtt.client.component;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One coercer for every form in which a hub hands a value over: text from a {@code .cfg}; numbers,
 * booleans, arrays and collections from {@code .cfg.json}, a settings page or a service.
 */
final class PropertyValue {
  private PropertyValue() {}

  /**
   * Returns the value as texts: one for a single value, one for each element of an array or a
   * collection. Numbers without a fraction are written without one.
   */
  static List<String> texts(Object value) {
    List<String> texts = new ArrayList<>();
    add(value, texts);
    return List.copyOf(texts);
  }

  private static void add(Object value, List<String> into) {
    if (value == null) {
      return;
    }
    if (value instanceof Collection<?> collection) {
      for (Object element : collection) {
        add(element, into);
      }
    } else if (value.getClass().isArray()) {
      int length = Array.getLength(value);
      for (int i = 0; i < length; i++) {
        add(Array.get(value, i), into);
      }
    } else if (value instanceof Double || value instanceof Float) {
      into.add(decimal(((Number) value).doubleValue()));
    } else {
      into.add(value.toString());
    }
  }

  private static String decimal(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal plain = BigDecimal.valueOf(value).stripTrailingZeros();
    return plain.toPlainString();
  }

  /**
   * Returns the text with each <code>\</code><code>uXXXX</code> replaced by its character. openHAB
   * hands it over as written, Karaf has decoded it already. What is no such sequence stays.
   */
  static String decode(String text) {
    int start = text.indexOf("\\u");
    if (start < 0) {
      return text;
    }
    StringBuilder decoded = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      if (text.startsWith("\\u", i) && hex(text, i + 2)) {
        decoded.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
        i += 6;
      } else {
        decoded.append(text.charAt(i++));
      }
    }
    return decoded.toString();
  }

  private static boolean hex(String text, int from) {
    if (from + 4 > text.length()) {
      return false;
    }
    for (int i = from; i < from + 4; i++) {
      char c = text.charAt(i);
      if (c > 'f' || Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return true;
  }
}
