package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.robustmqtt.QoS;
import org.robustmqtt.client.transport.Secret;

/**
 * Reads the values of one configuration. A value that is wrong becomes a line in {@link #faults()},
 * and its default is returned, so that one pass finds all faults. An empty value counts as absent:
 * that is what an undefined variable becomes on Karaf.
 */
final class PropertyReader {
  /** What to do with a comment behind a value. */
  static final String COMMENT = "the # begins no comment here: put it in a line of its own";

  private static final int SHOWN = 80;

  private final String source;
  private final Map<String, Object> properties;
  private final List<String> faults = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * Reads from the properties.
   *
   * @param source names the file, or the configuration, for messages to people
   */
  PropertyReader(String source, Map<String, Object> properties) {
    this.source = source;
    this.properties = properties;
  }

  /** Returns the faults found so far, a line each. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** Returns what is doubtful, a line each. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Returns whether the key has a value. */
  boolean has(Key key) {
    return !texts(key).isEmpty();
  }

  /** Reports a fault of a key that has a value. */
  void fault(Key key, String problem) {
    String comment = commented(key) ? "; " + COMMENT : "";
    faults.add(source + ": " + key.text() + " = " + shown(key) + ": " + problem + comment);
  }

  /** Returns whether a comment seems to stand behind a value that is no secret. */
  boolean commented(Key key) {
    return !key.secret() && texts(key).stream().anyMatch(text -> text.matches("(?s).*\\s#.*"));
  }

  /** Reports a fault that has no value. */
  void fault(String line) {
    faults.add(source + ": " + line);
  }

  /** Reports that the value of a key is doubtful. */
  void warn(Key key, String problem) {
    warn(key.text() + " = " + shown(key) + ": " + problem);
  }

  /** Reports something doubtful. */
  void warn(String line) {
    warnings.add(source + ": " + line);
  }

  /** Returns all values of a key, decoded and stripped, without empty ones. */
  List<String> texts(Key key) {
    Object value = properties.get(key.text());
    return PropertyValue.texts(value).stream()
        .map(text -> key.secret() ? text : PropertyValue.decode(text).strip())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.toUnmodifiableList());
  }

  /** Returns the one value of a key; several are a fault. */
  Optional<String> text(Key key) {
    List<String> texts = texts(key);
    if (texts.size() > 1) {
      fault(key, texts.size() + " values; allowed: one");
      return Optional.empty();
    }
    return texts.stream().findFirst();
  }

  /** Returns a text that can be sent as an MQTT string. */
  Optional<String> mqttText(Key key) {
    Optional<String> text = text(key);
    if (text.isPresent() && text.get().getBytes(StandardCharsets.UTF_8).length > 65_535) {
      fault(key, "too long; allowed: 65,535 bytes in UTF-8");
      return Optional.empty();
    }
    if (text.isPresent() && text.get().indexOf('\0') >= 0) {
      fault(key, "contains U+0000, which MQTT does not allow");
      return Optional.empty();
    }
    return text;
  }

  /** Returns a secret as UTF-8. */
  Optional<Secret> secret(Key key) {
    Optional<byte[]> bytes = text(key).map(text -> text.getBytes(StandardCharsets.UTF_8));
    if (bytes.isPresent() && bytes.get().length > 65_535) {
      fault(key, "too long; allowed: 65,535 bytes in UTF-8");
      return Optional.empty();
    }
    return bytes.map(Secret::new);
  }

  /** Returns {@code true} or {@code false}. */
  boolean flag(Key key, boolean absent) {
    Optional<String> text = text(key).map(value -> value.toLowerCase(Locale.ROOT));
    if (text.isEmpty()) {
      return absent;
    }
    return switch (text.get()) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        fault(key, "allowed: true, false");
        yield absent;
      }
    };
  }

  /** Returns one of the choices; upper and lower case are the same. */
  String choice(Key key, String absent, List<String> choices) {
    Optional<String> text = text(key).map(value -> value.toLowerCase(Locale.ROOT));
    if (text.isEmpty()) {
      return absent;
    }
    if (!choices.contains(text.get())) {
      fault(key, "allowed: " + String.join(", ", choices));
      return absent;
    }
    return text.get();
  }

  /** Returns a quality of service. */
  QoS qos(Key key, QoS absent) {
    return QoS.of((int) number(key, absent.level(), 0, 2));
  }

  /** Returns a whole number from min to max. */
  long number(Key key, long absent, long min, long max) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return absent;
    }
    String allowed = "allowed: a whole number from " + min + " to " + max;
    try {
      long value = Long.parseLong(text.get());
      if (value >= min && value <= max) {
        return value;
      }
      fault(key, "out of range; " + allowed);
    } catch (NumberFormatException e) {
      fault(key, "not a whole number; " + allowed);
    }
    return absent;
  }

  /** Returns a size in bytes from min to max. */
  long size(Key key, long absent, long min, long max) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return absent;
    }
    String allowed =
        "allowed: "
            + Quantity.text(min)
            + " to "
            + Quantity.text(max)
            + ", written as 64MB, 512kB"
            + " or a bare number of MB";
    try {
      long value = Quantity.size(text.get());
      if (value >= min && value <= max) {
        bare(key, text.get(), Quantity.text(value));
        return value;
      }
      fault(key, "out of range; " + allowed);
    } catch (IllegalArgumentException e) {
      fault(key, "not a size (" + e.getMessage() + "); " + allowed);
    }
    return absent;
  }

  /** Returns a duration from min to max; a bare number is in the unit. */
  Duration duration(Key key, Duration absent, Duration min, Duration max, ChronoUnit bare) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return absent;
    }
    String allowed =
        "allowed: "
            + Quantity.text(min)
            + " to "
            + Quantity.text(max)
            + ", written as 200ms, 60s,"
            + " 5m, 2h, 7d or a bare number of "
            + bare.toString().toLowerCase(Locale.ROOT);
    try {
      Duration value = Quantity.duration(text.get(), bare);
      if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
        if (bare.compareTo(ChronoUnit.SECONDS) > 0) {
          bare(key, text.get(), Quantity.text(value));
        }
        return value;
      }
      fault(key, "out of range; " + allowed);
    } catch (IllegalArgumentException e) {
      fault(key, "not a duration (" + e.getMessage() + "); " + allowed);
    }
    return absent;
  }

  /** Whoever writes a number without a unit may have meant another: says which one it is. */
  private void bare(Key key, String text, String taken) {
    if (Quantity.bare(text)) {
      warn(key, "a number without a unit, taken as " + taken + "; write the unit");
    }
  }

  /** Returns a value for people: in quotes, cut, and never a secret. */
  private String shown(Key key) {
    String text = String.join(", ", PropertyValue.texts(properties.get(key.text())));
    if (key.secret() && !(key == Key.PRIVATE_KEY && namesFile(text))) {
      return "****";
    }
    return quoted(text.replaceAll("://.*@", "://****@"));
  }

  /** Returns whether a text that may be a key itself is plainly the path of its file. */
  private static boolean namesFile(String text) {
    try {
      return text.length() <= SHOWN && !text.contains("\n") && Path.of(text).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns a text in quotes, cut after 80 characters and without control characters. */
  static String quoted(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return '"' + (plain.length() > SHOWN ? plain.substring(0, SHOWN) + "..." : plain) + '"';
  }
}
