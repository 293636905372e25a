package org.robustmqtt.client.component;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a hub should have replaced, and did not. Pure. */
final class Leftover {
  private static final String NOT_RESOLVED = "which the hub did not resolve";
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\$\\[(env|prop|secret):[^\\[\\]]*\\]");

  private Leftover() {}

  /** Returns whether there is one in a value. */
  static boolean in(Object value) {
    return PropertyValue.texts(value).stream().anyMatch(text -> text.contains("$["));
  }

  /** Names the placeholder, if it surely is one: anything else may be part of a secret. */
  static String text(Object value) {
    Matcher placeholder = PLACEHOLDER.matcher(String.join(" ", PropertyValue.texts(value)));
    return "contains \""
        + (placeholder.find() ? placeholder.group() : "$[")
        + "\", "
        + NOT_RESOLVED;
  }

  /** Returns whether a fault tells one. */
  static boolean told(String fault) {
    return fault.contains(NOT_RESOLVED);
  }
}
