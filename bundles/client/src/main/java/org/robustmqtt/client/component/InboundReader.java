package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.QoS;
import org.robustmqtt.client.listeners.InboundRule;
import org.robustmqtt.client.listeners.InboundRule.Treatment;

/**
 * Reads what is wanted of received messages: the settings of a {@code subscribe} line, which are
 * the properties of a listener too. The table in {@code docs/configuration.md} says what they mean.
 * Pure.
 */
final class InboundReader {
  static final String QOS = "qos";
  static final String RETAINED = "retained";
  static final String QUEUED = "queued";
  static final String MAX_AGE = "maxAge";

  /** The settings, in order. */
  static final List<String> NAMES = List.of(QOS, RETAINED, QUEUED, MAX_AGE);

  private static final Duration LONGEST = Duration.ofDays(3_650);

  private final Map<String, String> written;
  private final Faults faults;

  /** Told what is wrong. */
  @FunctionalInterface
  interface Faults {
    /** The value of a setting is wrong. */
    void add(String name, String value, String problem);
  }

  private InboundReader(Map<String, String> written, Faults faults) {
    this.written = written;
    this.faults = faults;
  }

  /** Reads what is written; an empty value counts as absent, a faulty one too. */
  static InboundRule read(Map<String, String> written, Faults faults) {
    InboundReader reader = new InboundReader(written, faults);
    return new InboundRule(
        reader.qos(), reader.treatment(RETAINED), reader.treatment(QUEUED), reader.maxAge());
  }

  private Optional<String> text(String name) {
    return Optional.ofNullable(written.get(name)).filter(text -> !text.isEmpty());
  }

  private Optional<QoS> qos() {
    Optional<String> text = text(QOS);
    for (QoS each : QoS.values()) {
      if (text.equals(Optional.of(Integer.toString(each.level())))) {
        return Optional.of(each);
      }
    }
    text.ifPresent(value -> faults.add(QOS, value, "allowed: 0, 1, 2"));
    return Optional.empty();
  }

  private Optional<Treatment> treatment(String name) {
    Optional<String> text = text(name);
    for (Treatment each : Treatment.values()) {
      if (text.filter(each.name().toLowerCase(Locale.ROOT)::equals).isPresent()) {
        return Optional.of(each);
      }
    }
    text.ifPresent(value -> faults.add(name, value, "allowed: deliver, mark, ignore"));
    return Optional.empty();
  }

  private OptionalLong maxAge() {
    Optional<String> text = text(MAX_AGE);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    String value = text.get();
    if (value.equals("never")) {
      return OptionalLong.of(InboundRule.NEVER);
    }
    String allowed = "allowed: 1ms to " + Quantity.text(LONGEST) + ", or never";
    try {
      Duration age = Quantity.duration(value, ChronoUnit.SECONDS);
      if (Quantity.bare(value)) {
        faults.add(
            MAX_AGE,
            value,
            "a number without a unit; write " + value + "s, " + value + "m or " + value + "h");
      } else if (age.isZero() || age.compareTo(LONGEST) > 0) {
        faults.add(MAX_AGE, value, "out of range; " + allowed);
      } else {
        return OptionalLong.of(age.toNanos());
      }
    } catch (IllegalArgumentException e) {
      faults.add(MAX_AGE, value, "not a duration (" + e.getMessage() + "); " + allowed);
    }
    return OptionalLong.empty();
  }
}
