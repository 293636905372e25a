package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.robustmqtt.Durability;
import org.robustmqtt.PlainText;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.policy.DeliveryPolicy;

/**
 * One policy of a configuration: {@code FILTER, FILTER | SETTING=VALUE | ...}, or for {@code
 * policy.default} without a filter. What is wrong becomes a fault of the reader, and its default
 * counts.
 */
final class PolicyLine {
  private static final Duration LONGEST = Duration.ofDays(3_650);
  private static final long MOST = 100_000_000;
  private static final long LARGEST = 1L << 40;
  private static final int FASTEST = 1_000_000;
  private static final long WIDEST = 1 << 30;
  private static final int SHOWN = 200;

  private final PropertyReader reader;
  final String key;
  final List<String> filters = new ArrayList<>();
  final Map<PolicySetting, String> written = new EnumMap<>(PolicySetting.class);
  private Optional<DeliveryPolicy.Preset> preset = Optional.empty();
  DeliveryPolicy policy = DeliveryPolicy.DEFAULT;

  /** Makes a line of which nothing is read yet. */
  PolicyLine(PropertyReader reader, String key) {
    this.reader = reader;
    this.key = key;
  }

  boolean isDefault() {
    return key.equals(PolicyReader.PREFIX + DeliveryPolicy.DEFAULT_NAME);
  }

  void fault(String problem) {
    reader.fault(key + ": " + problem);
  }

  private void fault(PolicySetting setting, String problem) {
    String value = written.get(setting);
    String comment = value.matches("(?s).*\\s#.*") ? "; " + PropertyReader.COMMENT : "";
    String comma = value.contains(",") ? "; settings are separated by |" : "";
    fault(setting.text() + " = " + PropertyReader.quoted(value) + ": " + problem + comma + comment);
  }

  void warn(PolicySetting setting, String text, String problem) {
    warn(setting.text() + " = " + text + ": " + problem);
  }

  void warn(String problem) {
    reader.warn(key + ": " + problem);
  }

  void read(String text) {
    String[] parts = text.split("\\|", -1);
    boolean settingFirst = beginsWithSetting(parts[0]);
    if (isDefault()) {
      if (!settingFirst && !parts[0].isBlank()) {
        fault(
            "it has no filter, and applies to what no other policy matches; allowed: |"
                + " setting=value");
      }
    } else if (settingFirst || parts[0].isBlank()) {
      fault("a filter is missing; allowed: FILTER | setting=value, as home/+/alarm/#");
    } else {
      filters(parts[0]);
    }
    for (int i = settingFirst ? 0 : 1; i < parts.length; i++) {
      if (!parts[i].isBlank()) {
        setting(PropertyValue.decode(parts[i]).strip());
      }
    }
    preset =
        written.containsKey(PolicySetting.PRESET)
            ? choice(PolicySetting.PRESET, DeliveryPolicy.Preset.values())
            : Optional.empty();
    policy = DeliveryPolicy.of(key.substring(PolicyReader.PREFIX.length()), preset, this::into);
  }

  /** Whether a part that should be filters is a setting: no filter has a known name and a =. */
  private static boolean beginsWithSetting(String part) {
    int equals = part.indexOf('=');
    return equals > 0 && PolicySetting.of(part.substring(0, equals).strip()).isPresent();
  }

  private void filters(String text) {
    for (String each : text.split(",", -1)) {
      String filter = PropertyValue.decode(each).strip();
      try {
        if (new TopicFilter(filter).shared()) {
          fault(
              "filter "
                  + PropertyReader.quoted(filter)
                  + ": a shared subscription is none for messages that are published");
        } else {
          filters.add(filter);
        }
      } catch (IllegalArgumentException e) {
        String several = filter.matches(".*\\s.*") ? "; filters are separated by commas" : "";
        fault(PlainText.of(String.valueOf(e.getMessage()), SHOWN) + several);
      }
    }
  }

  private void setting(String part) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals).strip();
    Optional<PolicySetting> known = PolicySetting.of(name);
    if (equals < 0) {
      boolean preset =
          Arrays.stream(DeliveryPolicy.Preset.values())
              .anyMatch(each -> each.text().equalsIgnoreCase(part));
      fault(
          PropertyReader.quoted(part)
              + ": not a setting; allowed: "
              + (preset ? "preset=" + part.toLowerCase(Locale.ROOT) : "setting=value"));
    } else if (known.isEmpty()) {
      fault(
          "unknown setting "
              + PropertyReader.quoted(name)
              + NearestName.of(name, PolicySetting.NAMES)
                  .map(near -> "; did you mean \"" + near + "\"?")
                  .orElse("; allowed: " + built()));
    } else if (!known.get().built()) {
      fault(name + ": not built yet; remove it");
    } else if (written.containsKey(known.get())) {
      fault(name + ": stands twice; remove one");
    } else {
      written.put(known.get(), part.substring(equals + 1).strip());
    }
  }

  private void into(DeliveryPolicy.Draft draft) {
    OptionalInt maxMessages = draft.space.maxMessages();
    OptionalLong maxBytes = draft.space.maxBytes();
    int reserve = draft.space.reserve();
    long reserveBytes = draft.space.reserveBytes();
    DeliveryPolicy.Drain drain = draft.pace.drain();
    int drainRate = 0;
    int rate = 0;
    long rateBytes = 0;
    for (PolicySetting setting : written.keySet()) {
      switch (setting) {
        case PRESET, ACK_TIMEOUT, RETRY -> {}
        case KEEP -> draft.keep = choice(setting, DeliveryPolicy.Keep.values()).orElse(draft.keep);
        case DURABILITY ->
            draft.durability = choice(setting, Durability.values()).orElse(draft.durability);
        case DEADLINE -> draft.deadlineMillis = deadline();
        case PRIORITY -> draft.priority = (int) number(setting, written.get(setting), 0, 9);
        case MAX_MESSAGES ->
            maxMessages = OptionalInt.of((int) number(setting, written.get(setting), 1, MOST));
        case MAX_BYTES ->
            maxBytes = OptionalLong.of(size(setting, written.get(setting), 1 << 10, LARGEST));
        case RESERVE -> reserve = (int) number(setting, written.get(setting), 0, MOST);
        case RESERVE_BYTES -> reserveBytes = size(setting, written.get(setting), 0, LARGEST);
        case WHEN_FULL ->
            draft.whenFull =
                choice(setting, DeliveryPolicy.WhenFull.values()).orElse(draft.whenFull);
        case DEDUPE -> draft.dedupe = either(setting, "equal", "none");
        case MAX_ATTEMPTS ->
            draft.maxAttempts =
                OptionalInt.of((int) number(setting, written.get(setting), 1, 1_000_000));
        case DRAIN -> drain = choice(setting, DeliveryPolicy.Drain.values()).orElse(drain);
        case DRAIN_RATE -> drainRate = rate(setting);
        case RATE -> rate = rate(setting);
        case RATE_BYTES -> rateBytes = size(setting, perSecond(setting), 0, WIDEST);
        case RETAIN -> draft.stripRetain = either(setting, "strip", "refuse");
        case ADMISSION -> draft.admission = service(setting);
        case WAKE -> draft.wake = either(setting, "true", "false");
      }
    }
    draft.space = new DeliveryPolicy.Space(maxMessages, maxBytes, reserve, reserveBytes);
    draft.pace = new DeliveryPolicy.Pace(drain, drainRate, rate, rateBytes);
  }

  private <E extends Enum<E>> Optional<E> choice(PolicySetting setting, E[] choices) {
    String value = written.get(setting);
    for (E each : choices) {
      if (text(each).equalsIgnoreCase(value)) {
        return Optional.of(each);
      }
    }
    fault(
        setting,
        "allowed: "
            + Arrays.stream(choices).map(PolicyLine::text).collect(Collectors.joining(", ")));
    return Optional.empty();
  }

  private boolean either(PolicySetting setting, String yes, String no) {
    String value = written.get(setting);
    if (!value.equalsIgnoreCase(yes) && !value.equalsIgnoreCase(no)) {
      fault(setting, "allowed: " + yes + ", " + no);
    }
    return value.equalsIgnoreCase(yes);
  }

  private Optional<String> service(PolicySetting setting) {
    Optional<String> name = Optional.of(written.get(setting)).filter(ConnectionName::valid);
    if (name.isEmpty()) {
      fault(setting, "allowed: the name of a service: " + ConnectionName.ALLOWED);
    }
    return name;
  }

  private OptionalLong deadline() {
    String value = written.get(PolicySetting.DEADLINE);
    if (value.equalsIgnoreCase("never")) {
      return OptionalLong.empty();
    }
    String allowed = "allowed: 1ms to " + Quantity.text(LONGEST) + ", or never";
    try {
      Duration deadline = Quantity.duration(value, ChronoUnit.SECONDS);
      if (Quantity.bare(value)) {
        String bare = value.strip();
        fault(
            PolicySetting.DEADLINE,
            "a number without a unit; write "
                + bare
                + "s, "
                + bare
                + "m, "
                + bare
                + "h or "
                + bare
                + "d");
      } else if (deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
        fault(PolicySetting.DEADLINE, "out of range; " + allowed);
      }
      return OptionalLong.of(Math.max(1, Math.min(deadline.toMillis(), LONGEST.toMillis())));
    } catch (IllegalArgumentException e) {
      fault(PolicySetting.DEADLINE, "not a duration (" + e.getMessage() + "); " + allowed);
      return OptionalLong.empty();
    }
  }

  private int rate(PolicySetting setting) {
    return (int) number(setting, perSecond(setting), 0, FASTEST);
  }

  private long number(PolicySetting setting, String text, long min, long max) {
    String allowed = "allowed: a whole number from " + min + " to " + max;
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
      fault(setting, "out of range; " + allowed);
    } catch (NumberFormatException e) {
      fault(setting, "not a whole number; " + allowed);
    }
    return min;
  }

  private long size(PolicySetting setting, String text, long min, long max) {
    String allowed =
        "allowed: " + Quantity.text(min) + " to " + Quantity.text(max) + ", as 500kB, 64MB";
    try {
      long value = Quantity.size(text);
      if (Quantity.bare(text)) {
        fault(
            setting,
            "a number without a unit; write " + text + "B, " + text + "kB or " + text + "MB");
      } else if (value < min || value > max) {
        fault(setting, "out of range; " + allowed);
      } else {
        return value;
      }
    } catch (IllegalArgumentException e) {
      fault(setting, "not a size (" + e.getMessage() + "); " + allowed);
    }
    return min;
  }

  /** What is a rate may say so: 10/s. */
  private String perSecond(PolicySetting setting) {
    return written.get(setting).replaceFirst("\\s*/\\s*s$", "");
  }

  void reserve(PolicySetting setting, long reserve, OptionalLong most, PolicySetting limit) {
    if (most.isPresent() && reserve > most.getAsLong()) {
      fault(
          text(setting, reserve)
              + preset()
              + " does not fit into "
              + text(limit, most.getAsLong())
              + " of the same policy");
    }
  }

  String preset() {
    return preset.map(each -> " of preset=" + each.text()).orElse("");
  }

  private static String built() {
    return Arrays.stream(PolicySetting.values())
        .filter(PolicySetting::built)
        .map(PolicySetting::text)
        .collect(Collectors.joining(", "));
  }

  /** Returns a choice as it is written. */
  static String text(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String text(PolicySetting setting, long value) {
    boolean bytes = setting == PolicySetting.RESERVE_BYTES || setting == PolicySetting.MAX_BYTES;
    return setting.text() + " = " + (bytes ? Quantity.text(value) : Long.toString(value));
  }
}
