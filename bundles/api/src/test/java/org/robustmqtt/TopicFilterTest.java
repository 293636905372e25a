package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"#", "+", "/", "a", "a/#", "/#", "+/+", "+/#", "a/+/b", "//", "$SYS/#", "$share"})
  void a_filter_is_kept_as_it_is(String filter) {
    assertEquals(filter, new TopicFilter(filter).value());
    assertEquals(filter, new TopicFilter(filter).toString());
    assertFalse(new TopicFilter(filter).shared());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#", "a/b#", "#/a", "a/#/b", "##", "#/", "+#", "a/#b"})
  @Clause(v311 = "MQTT-4.7.1-2", v5 = "MQTT-4.7.1-1")
  void a_hash_that_is_not_the_whole_last_level_is_refused(String filter) {
    assertRefused(filter);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+", "+a", "a/b+", "a/+b/c", "++", "a+/b"})
  @Clause(v311 = "MQTT-4.7.1-3", v5 = "MQTT-4.7.1-2")
  void a_plus_that_is_not_a_whole_level_is_refused(String filter) {
    assertRefused(filter);
  }

  @Test
  @Clause(
      v311 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3", "MQTT-3.8.3-1"},
      v5 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3", "MQTT-3.8.3-1"})
  void a_filter_is_a_string_of_1_to_65_535_bytes() {
    for (String filter :
        new String[] {"", "a\u0000", "\uD800", "a".repeat(65_536), "\u20AC".repeat(21_846)}) {
      assertRefused(filter);
    }
    assertEquals(65_535, new TopicFilter("a".repeat(65_535)).value().length());
  }

  /** The examples of section 4.7.1.2, 4.7.1.3 and 4.7.2 of the standard, and their borders. */
  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1, true",
    "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
    "sport/tennis/player1/#, sport/tennis/player2, false",
    "sport/tennis/player1/#, sport/tennis/player12, false",
    "sport/#, sport, true",
    "sport/#, sports, false",
    "#, a, true",
    "#, /, true",
    "sport/tennis/+, sport/tennis/player1, true",
    "sport/tennis/+, sport/tennis/player1/ranking, false",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "+/+, /finance, true",
    "/+, /finance, true",
    "+, /finance, false",
    "+, finance, true",
    "+/tennis/#, sport/tennis, true",
    "a/b, a/b, true",
    "a/b, a/b/, false",
    "a/b/, a/b, false",
    "a, A, false",
    "+/, a/, true",
    "+/, a, false"
  })
  @Clause(
      v311 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3"},
      v5 = {"MQTT-4.7.1-1", "MQTT-4.7.1-2"})
  void wildcards_match_as_in_the_standards_examples(String filter, String topic, boolean matches) {
    assertEquals(matches, new TopicFilter(filter).matches(topic));
  }

  @ParameterizedTest
  @CsvSource({
    "#, $SYS/monitor/Clients, false",
    "+/monitor/Clients, $SYS/monitor/Clients, false",
    "+, $SYS, false",
    "+/#, $SYS, false",
    "$SYS/#, $SYS/monitor/Clients, true",
    "$SYS/#, $SYS, true",
    "$SYS/monitor/+, $SYS/monitor/Clients, true",
    "$share/g/#, $SYS/x, false",
    "$share/g/$SYS/#, $SYS/x, true",
    "a/#, a/$SYS, true",
    "+/+, a/$b, true"
  })
  @Clause(v311 = "MQTT-4.7.2-1", v5 = "MQTT-4.7.2-1")
  void a_leading_wildcard_does_not_mean_topics_that_begin_with_a_dollar(
      String filter, String topic, boolean matches) {
    assertEquals(matches, new TopicFilter(filter).matches(topic));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$share/",
        "$share//",
        "$share//a",
        "$share/g",
        "$share/g/",
        "$share/+/a",
        "$share/#/a",
        "$share/g+/a",
        "$share/a#b/c",
        "$share/g/a#",
        "$share/g/+a",
        "$share/#",
        "$share/+"
      })
  @Clause(v5 = {"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void a_shared_filter_without_a_name_or_a_filter_is_refused(String filter) {
    assertRefused(filter);
  }

  @Test
  @Clause(v5 = {"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void a_shared_filter_matches_as_the_filter_behind_its_name() {
    TopicFilter filter = new TopicFilter("$share/group/home/+/temp");
    assertTrue(filter.shared());
    assertTrue(filter.matches("home/kitchen/temp"));
    assertFalse(filter.matches("group/home/kitchen/temp"));
    assertFalse(filter.matches("$share/group/home/kitchen/temp"));
    assertTrue(new TopicFilter("$share/g//a").matches("/a"));
    assertTrue(new TopicFilter("$share/g/#").matches("a"));
  }

  @Test
  @Clause(v311 = "MQTT-4.7.3-4", v5 = "MQTT-4.7.3-4")
  void topics_are_compared_character_by_character() {
    assertFalse(new TopicFilter("\u00E9").matches("e\u0301"));
    assertTrue(new TopicFilter("e\u0301").matches("e\u0301"));
    assertTrue(new TopicFilter("\uFEFFa").matches("\uFEFFa"));
    assertFalse(new TopicFilter("a").matches("\uFEFFa"));
  }

  /** Every filter of up to five characters against every topic of up to four. */
  @Test
  void every_short_filter_matches_as_if_it_were_compared_level_by_level() {
    List<String> topics = words("ab/$", 4);
    int filters = 0;
    for (String filter : words("a/+#$", 5)) {
      boolean valid = validByLevels(filter);
      if (!valid) {
        assertThrows(IllegalArgumentException.class, () -> new TopicFilter(filter), filter);
        continue;
      }
      filters++;
      TopicFilter topicFilter = new TopicFilter(filter);
      for (String topic : topics) {
        if (matchesByLevels(filter, topic) != topicFilter.matches(topic)) {
          assertEquals(matchesByLevels(filter, topic), topicFilter.matches(topic), filter + topic);
        }
      }
    }
    assertTrue(filters > 500, "too few: " + filters);
  }

  private static boolean validByLevels(String filter) {
    String[] levels = filter.split("/", -1);
    for (int i = 0; i < levels.length; i++) {
      boolean plus = levels[i].contains("+") && !levels[i].equals("+");
      boolean hash = levels[i].contains("#") && !(levels[i].equals("#") && i == levels.length - 1);
      if (plus || hash) {
        return false;
      }
    }
    return true;
  }

  private static boolean matchesByLevels(String filter, String topic) {
    String[] wanted = filter.split("/", -1);
    String[] levels = topic.split("/", -1);
    if (topic.startsWith("$") && (wanted[0].equals("+") || wanted[0].equals("#"))) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].equals("#")) {
        return levels.length >= i;
      }
      if (i >= levels.length || !wanted[i].equals("+") && !wanted[i].equals(levels[i])) {
        return false;
      }
    }
    return wanted.length == levels.length;
  }

  private static List<String> words(String alphabet, int longest) {
    List<String> words = new ArrayList<>();
    List<String> last = List.of("");
    for (int length = 1; length <= longest; length++) {
      List<String> next = new ArrayList<>();
      for (String word : last) {
        alphabet.chars().forEach(c -> next.add(word + (char) c));
      }
      words.addAll(next);
      last = next;
    }
    return words;
  }

  private static void assertRefused(String filter) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new TopicFilter(filter), filter);
    assertTrue(e.getMessage().matches("(?s)filter.*\\(MQTT-[0-9.]+-[0-9]\\)"), e.getMessage());
  }
}
