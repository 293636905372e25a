package org.robustmqtt;

import java.util.Objects;

/**
 * What a subscription asks for: a topic name in which {@code +} stands for one level and a final
 * {@code #} for any number of levels (5.0, section 4.7.1); {@code $share/NAME/FILTER} shares it
 * (section 4.8.2).
 *
 * @param value the filter as it is sent to the broker
 */
public record TopicFilter(String value) {
  private static final String SHARE = "$share/";

  /**
   * Checks the filter.
   *
   * @throws IllegalArgumentException naming the rule that the filter breaks (MQTT-4.7.1-1, -2,
   *     MQTT-4.7.3-1 to -3, MQTT-4.8.2-1, -2)
   */
  public TopicFilter {
    Objects.requireNonNull(value, "filter");
    if (value.isEmpty()) {
      throw new IllegalArgumentException("filter: must not be empty (MQTT-4.7.3-1)");
    }
    MqttString.check("filter", value);
    checkWildcards(value, topicStart(value));
  }

  /** Returns whether this is a shared subscription. */
  public boolean shared() {
    return value.startsWith(SHARE);
  }

  /**
   * Returns whether a message on this topic is meant by the filter. A filter that begins with a
   * wildcard does not mean topics that begin with {@code $} (MQTT-4.7.2-1). For a shared filter the
   * part after the share name decides.
   *
   * @param topic a valid topic name
   */
  public boolean matches(String topic) {
    int start = topicStart(value);
    char first = value.charAt(start);
    if (topic.charAt(0) == '$' && (first == '+' || first == '#')) {
      return false;
    }
    int f = start;
    int t = 0;
    while (f < value.length()) {
      char c = value.charAt(f);
      if (c == '#') {
        return true;
      }
      if (c == '+') {
        while (t < topic.length() && topic.charAt(t) != '/') {
          t++;
        }
        f++;
      } else if (t < topic.length() && topic.charAt(t) == c) {
        t++;
        f++;
      } else {
        // "a/#" also means "a" itself (5.0, section 4.7.1.2)
        return t == topic.length() && c == '/' && value.startsWith("/#", f);
      }
    }
    return t == topic.length();
  }

  @Override
  public String toString() {
    return value;
  }

  private static int topicStart(String filter) {
    if (!filter.startsWith(SHARE)) {
      return 0;
    }
    int end = filter.indexOf('/', SHARE.length());
    String name =
        end < 0 ? filter.substring(SHARE.length()) : filter.substring(SHARE.length(), end);
    if (name.isEmpty() || name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
      throw new IllegalArgumentException(
          "filter \""
              + filter
              + "\": a share name has at least one character and no wildcard"
              + " (MQTT-4.8.2-1)");
    }
    if (end < 0 || end + 1 == filter.length()) {
      throw new IllegalArgumentException(
          "filter \"" + filter + "\": nothing follows the share name (MQTT-4.8.2-2)");
    }
    return end + 1;
  }

  private static void checkWildcards(String filter, int start) {
    for (int i = start; i < filter.length(); i++) {
      char c = filter.charAt(i);
      if (c != '+' && c != '#') {
        continue;
      }
      boolean startsLevel = i == start || filter.charAt(i - 1) == '/';
      boolean last = i + 1 == filter.length();
      boolean endsLevel = last || filter.charAt(i + 1) == '/';
      if (c == '#' && !(startsLevel && last)) {
        throw new IllegalArgumentException(
            "filter \"" + filter + "\": '#' must be a whole level and the last one (MQTT-4.7.1-1)");
      }
      if (c == '+' && !(startsLevel && endsLevel)) {
        throw new IllegalArgumentException(
            "filter \"" + filter + "\": '+' must be a whole level (MQTT-4.7.1-2)");
      }
    }
  }
}
