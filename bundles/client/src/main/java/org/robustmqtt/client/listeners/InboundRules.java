package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/**
 * The {@code subscribe} lines of a connection: what is wanted of received messages whose listeners
 * do not say it themselves. The most specific filter that means a topic decides: level by level
 * from the left, text is more specific than {@code +}, and that than {@code #}. Immutable.
 */
public final class InboundRules {
  /** No line. */
  public static final InboundRules NONE = new InboundRules(List.of());

  private final List<Line> lines;

  /** What is wanted of messages that a filter means; none is shared. */
  public record Line(TopicFilter filter, InboundRule rule) {}

  /** Makes one of lines in any order, each filter once. */
  public InboundRules(List<Line> lines) {
    List<Line> sorted = new ArrayList<>(lines);
    sorted.sort((one, other) -> compare(levels(one.filter), levels(other.filter)));
    this.lines = List.copyOf(sorted);
  }

  /** Returns what is wanted of messages of a topic. */
  InboundRule of(String topic) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).filter.matches(topic)) {
        return lines.get(i).rule;
      }
    }
    return InboundRule.NOTHING;
  }

  /** Returns the quality of service of a filter: of the first that means all of its topics. */
  Optional<QoS> qos(TopicFilter filter) {
    String[] levels = levels(filter);
    for (Line line : lines) {
      if (covers(levels(line.filter), levels)) {
        return line.rule.qos();
      }
    }
    return Optional.empty();
  }

  /** Returns whether a line says something of messages that are not of now. */
  boolean ages() {
    return lines.stream().anyMatch(line -> !line.rule.plain());
  }

  private static boolean covers(String[] wide, String[] narrow) {
    boolean wild = wide[0].equals("#") || wide[0].equals("+");
    if (wild && narrow[0].startsWith("$")) {
      return false;
    }
    for (int i = 0; i < wide.length; i++) {
      if (wide[i].equals("#")) {
        return true;
      }
      if (i >= narrow.length
          || narrow[i].equals("#")
          || !wide[i].equals("+") && !wide[i].equals(narrow[i])) {
        return false;
      }
    }
    return wide.length == narrow.length;
  }

  private static int compare(String[] one, String[] other) {
    for (int i = 0; i < one.length && i < other.length; i++) {
      int difference = rank(one[i]) - rank(other[i]);
      if (difference == 0) {
        difference = one[i].compareTo(other[i]);
      }
      if (difference != 0) {
        return difference;
      }
    }
    return one.length - other.length;
  }

  private static int rank(String level) {
    return level.equals("#") ? 2 : level.equals("+") ? 1 : 0;
  }

  /** Returns the levels of a filter: of a shared one, without its group. */
  static String[] levels(TopicFilter filter) {
    String[] levels = filter.value().split("/", -1);
    return filter.shared() ? Arrays.copyOfRange(levels, 2, levels.length) : levels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InboundRules rules && rules.lines.equals(lines);
  }

  @Override
  public int hashCode() {
    return lines.hashCode();
  }
}
