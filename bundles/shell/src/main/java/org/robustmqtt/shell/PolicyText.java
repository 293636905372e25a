package org.robustmqtt.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.robustmqtt.TopicPolicy;

/** The text of {@code mqtt:policy}. */
final class PolicyText {
  private static final String LINE = "%-16s %s";

  private PolicyText() {}

  static List<String> lines(TopicPolicy policy) {
    List<String> lines = new ArrayList<>();
    add(lines, "Topic", policy.topic());
    add(lines, "Policy", policy.label());
    add(
        lines,
        "Because of",
        policy
            .filter()
            .map(filter -> filter + ", the most specific filter that matches")
            .orElse("no filter matches"));
    List<TopicPolicy.Match> others = policy.lessSpecific();
    for (int i = 0; i < others.size(); i++) {
      TopicPolicy.Match other = others.get(i);
      add(lines, i == 0 ? "Matches too" : "", other.filter() + " (" + other.label() + ")");
    }
    policy.settings().forEach((name, value) -> add(lines, "  " + name, value));
    return lines;
  }

  private static void add(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, LINE, name, value));
  }
}
