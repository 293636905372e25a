package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.robustmqtt.TopicPolicy;

/** What {@code mqtt:policy} prints. */
class PolicyTextTest {
  private static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("keep", "all");
    settings.put("maxMessages", "10000, the connection's");
    return settings;
  }

  @Test
  void the_filter_that_decides_and_those_that_match_too_are_shown_with_all_settings() {
    TopicPolicy policy =
        new TopicPolicy(
            "home/hall/alarm",
            "alarm",
            settings(),
            List.of(
                new TopicPolicy.Match("home/+/alarm/#", "alarm"),
                new TopicPolicy.Match("home/#", "house"),
                new TopicPolicy.Match("#", "rest")));
    assertEquals(
        """
        Topic            home/hall/alarm
        Policy           alarm
        Because of       home/+/alarm/#, the most specific filter that matches
        Matches too      home/# (house)
                         # (rest)
          keep           all
          maxMessages    10000, the connection's
        """,
        String.join("\n", PolicyText.lines(policy)) + "\n");
  }

  @Test
  void without_a_filter_it_is_the_default() {
    assertEquals(
        List.of(
            "Topic            garden",
            "Policy           default",
            "Because of       no filter matches"),
        PolicyText.lines(new TopicPolicy("garden", "default", Map.of(), List.of())));
  }
}
