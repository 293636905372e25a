package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them. */
final class Quantity {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");
  private static final Map<String, ChronoUnit> TIMES =
      Map.of(
          "ms", ChronoUnit.MILLIS,
          "s", ChronoUnit.SECONDS,
          "m", ChronoUnit.MINUTES,
          "min", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS);
  private static final Map<String, Integer> SHIFTS =
      Map.of(
          "b", 0, "k", 10, "kb", 10, "kib", 10, "m", 20, "mb", 20, "mib", 20, "gb", 30, "gib", 30,
          "g", 30);

  private static final Integer BARE_SHIFT = 20;

  private Quantity() {}

  /** Returns whether a text is a number other than 0 without a unit. */
  static boolean bare(String text) {
    return text.strip().matches("0*[1-9]\\d*");
  }

  /**
   * Reads a duration: a number and {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}.
   *
   * @param bare the unit of a number without one
   * @throws IllegalArgumentException if it is none
   */
  static Duration duration(String text, ChronoUnit bare) {
    Matcher matcher = match(text);
    String unit = matcher.group(2);
    ChronoUnit known = unit.isEmpty() ? bare : TIMES.get(unit);
    if (known == null) {
      throw new IllegalArgumentException("unknown unit \"" + unit + "\"");
    }
    try {
      return Duration.of(Long.parseLong(matcher.group(1)), known);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too long", e);
    }
  }

  /**
   * Reads a size in bytes: a number and {@code B}, {@code kB}, {@code MB}, {@code GB}, {@code KiB},
   * {@code MiB} or {@code GiB}, each step 1024; without a unit megabytes, the unit in which all
   * sizes are shown.
   *
   * @throws IllegalArgumentException if it is none
   */
  static long size(String text) {
    Matcher matcher = match(text);
    String unit = matcher.group(2);
    Integer shift = unit.isEmpty() ? BARE_SHIFT : SHIFTS.get(unit.toLowerCase(Locale.ROOT));
    if (shift == null) {
      throw new IllegalArgumentException("unknown unit \"" + unit + "\"");
    }
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("too large");
    }
    return number << shift;
  }

  /** Writes a duration in the largest unit that divides it. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 != 0 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  /** Writes a size in the largest unit that divides it. */
  static String text(long bytes) {
    if (bytes == 0 || bytes % 1024 != 0) {
      return bytes + "B";
    }
    if (bytes % (1 << 20) != 0) {
      return (bytes >> 10) + "kB";
    }
    return bytes % (1 << 30) != 0 ? (bytes >> 20) + "MB" : (bytes >> 30) + "GB";
  }

  private static Matcher match(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a number with a unit");
    }
    return matcher;
  }
}
