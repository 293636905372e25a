package org.robustmqtt.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Times for people. */
final class Ages {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private Ages() {}

  /** Returns how long ago, or how far ahead, in its two largest units: {@code 2m 13s}. */
  static String between(Instant one, Instant other) {
    return text(Duration.between(one, other).abs());
  }

  /** Returns a duration in its two largest units; less than a second is {@code 0s}. */
  static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m " + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h " + seconds / 60 % 60 + "m";
    }
    return seconds / 86_400 + "d " + seconds / 3600 % 24 + "h";
  }

  /** Returns the wall clock's time in this zone. */
  static String at(Instant instant, ZoneId zone) {
    return CLOCK.format(instant.truncatedTo(ChronoUnit.SECONDS).atZone(zone));
  }
}
