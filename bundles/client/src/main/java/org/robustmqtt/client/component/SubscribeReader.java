package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.robustmqtt.PlainText;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.InboundRule;
import org.robustmqtt.client.listeners.InboundRules;

/**
 * Reads the lines for listeners of one configuration: {@code subscribe.LABEL = FILTER, FILTER |
 * SETTING=VALUE | ...}. The settings are those of {@link InboundReader}. All faults in one pass.
 */
final class SubscribeReader {
  /** What the key of a line begins with. */
  static final String PREFIX = "subscribe.";

  /** Known, and refused until it is built. */
  private static final String INBOX = "inbox";

  private static final String LABEL = "[A-Za-z0-9._-]{1,64}";
  private static final int SHOWN = 200;

  private final PropertyReader reader;
  private final Map<String, Object> properties;
  private final List<InboundRules.Line> lines = new ArrayList<>();

  /** Which key has a filter. */
  private final Map<TopicFilter, String> owners = new LinkedHashMap<>();

  private SubscribeReader(PropertyReader reader, Map<String, Object> properties) {
    this.reader = reader;
    this.properties = properties;
  }

  /** Returns whether a key is one of a line. */
  static boolean isKey(String key) {
    return key.startsWith(PREFIX);
  }

  /** Reads all lines; faults go to the reader. */
  static InboundRules read(PropertyReader reader, Map<String, Object> properties) {
    SubscribeReader lines = new SubscribeReader(reader, properties);
    lines.properties.forEach(lines::read);
    return new InboundRules(lines.lines);
  }

  private void read(String key, Object value) {
    String text = String.join(", ", PropertyValue.texts(value));
    if (!isKey(key) || text.isBlank()) {
      return;
    }
    if (!key.substring(PREFIX.length()).matches(LABEL)) {
      reader.fault(
          PropertyReader.quoted(key)
              + ": subscribe. is followed by a label; allowed: 1 to 64 of A-Z a-z 0-9 . _ -");
    } else if (Leftover.in(value)) {
      reader.fault(key + ": " + Leftover.text(value) + "; check the name in it");
    } else {
      line(key, text);
    }
  }

  private void line(String key, String text) {
    String[] parts = text.split("\\|", -1);
    boolean settingFirst = InboundReader.NAMES.contains(name(parts[0])) && parts[0].contains("=");
    Set<TopicFilter> filters = new LinkedHashSet<>();
    if (settingFirst || parts[0].isBlank()) {
      reader.fault(
          key + ": a filter is missing; allowed: FILTER | setting=value, as home/+/door | qos=1");
    } else {
      filters(key, parts[0], filters);
    }
    Map<String, String> written = new LinkedHashMap<>();
    for (int i = settingFirst ? 0 : 1; i < parts.length; i++) {
      if (!parts[i].isBlank()) {
        setting(key, PropertyValue.decode(parts[i]).strip(), written);
      }
    }
    InboundRule rule =
        InboundReader.read(
            written,
            (name, value, problem) ->
                reader.fault(
                    key
                        + ": "
                        + name
                        + " = "
                        + PropertyReader.quoted(value)
                        + ": "
                        + problem
                        + (value.contains(",") ? "; settings are separated by |" : "")
                        + (value.matches("(?s).*\\s#.*") ? "; " + PropertyReader.COMMENT : "")));
    filters.forEach(filter -> lines.add(new InboundRules.Line(filter, rule)));
  }

  private static String name(String part) {
    int equals = part.indexOf('=');
    return (equals < 0 ? part : part.substring(0, equals)).strip();
  }

  private void filters(String key, String text, Set<TopicFilter> filters) {
    for (String each : text.split(",", -1)) {
      String filter = PropertyValue.decode(each).strip();
      try {
        add(key, new TopicFilter(filter), filters);
      } catch (IllegalArgumentException e) {
        String several = filter.matches(".*\\s.*") ? "; filters are separated by commas" : "";
        reader.fault(key + ": " + PlainText.of(String.valueOf(e.getMessage()), SHOWN) + several);
      }
    }
  }

  private void add(String key, TopicFilter filter, Set<TopicFilter> filters) {
    String quoted = "filter " + PropertyReader.quoted(filter.value());
    String owner = owners.putIfAbsent(filter, key);
    if (filter.shared()) {
      reader.fault(
          key
              + ": "
              + quoted
              + ": leave out the share name; a line is for messages of these topics, however they"
              + " are subscribed");
    } else if (owner != null) {
      reader.fault(
          key
              + ": "
              + quoted
              + (owner.equals(key) ? ": stands twice" : ": is that of " + owner + " too")
              + "; remove one");
    } else {
      filters.add(filter);
    }
  }

  private void setting(String key, String part, Map<String, String> written) {
    int equals = part.indexOf('=');
    String name = name(part);
    if (equals < 0) {
      reader.fault(
          key + ": " + PropertyReader.quoted(part) + ": not a setting; allowed: setting=value");
    } else if (name.equals(INBOX)) {
      reader.fault(key + ": " + name + ": not built yet; remove it");
    } else if (!InboundReader.NAMES.contains(name)) {
      reader.fault(
          key
              + ": unknown setting "
              + PropertyReader.quoted(name)
              + NearestName.of(name, InboundReader.NAMES)
                  .map(near -> "; did you mean \"" + near + "\"?")
                  .orElse("; allowed: " + String.join(", ", InboundReader.NAMES)));
    } else if (written.putIfAbsent(name, part.substring(equals + 1).strip()) != null) {
      reader.fault(key + ": " + name + ": stands twice; remove one");
    }
  }
}
