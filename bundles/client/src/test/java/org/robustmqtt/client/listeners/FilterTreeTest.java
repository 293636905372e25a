package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/** The tree of filters against the comparison of one filter with one topic. */
class FilterTreeTest {
  private final FilterTree tree = new FilterTree();

  private static Want want(String filter) {
    return new Want(new TopicFilter(filter), QoS.AT_MOST_ONCE);
  }

  private Set<String> matching(String topic) {
    List<Want> found = new ArrayList<>();
    tree.match(topic, found);
    Set<String> names = names(found);
    assertEquals(names.size(), found.size(), "each once");
    return names;
  }

  private static Set<String> names(List<Want> wants) {
    return wants.stream()
        .map(want -> want.filter.value())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Arbitrary<String> path(String... levels) {
    return Arbitraries.of(levels)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(all -> String.join("/", all));
  }

  @Provide
  Arbitrary<String> topics() {
    return path("a", "b", "", "$s", "ab").filter(topic -> !topic.isEmpty());
  }

  @Provide
  Arbitrary<String> filters() {
    Arbitrary<String> paths = path("a", "b", "", "$s", "+", "+", "ab");
    Arbitrary<String> plain =
        Arbitraries.oneOf(
            paths.filter(path -> !path.isEmpty()),
            paths.filter(path -> !path.isEmpty()).map(path -> path + "/#"),
            Arbitraries.just("#"));
    return Arbitraries.oneOf(plain, plain, plain, plain.map(filter -> "$share/g/" + filter));
  }

  @Property
  void it_finds_what_the_comparison_one_by_one_finds(
      @ForAll("filterSets") Set<String> filters,
      @ForAll("topicSets") Set<String> topics,
      @ForAll("filterSets") Set<String> gone) {
    FilterTreeTest it = new FilterTreeTest();
    List<Want> wants = filters.stream().map(FilterTreeTest::want).toList();
    wants.forEach(it.tree::add);
    it.compare(wants, topics);
    List<Want> left = new ArrayList<>(wants);
    for (Want want : wants) {
      if (gone.contains(want.filter.value())) {
        it.tree.remove(want);
        left.remove(want);
      }
    }
    it.compare(left, topics);
    left.forEach(it.tree::remove);
    it.compare(List.of(), topics);
  }

  private void compare(List<Want> wants, Set<String> topics) {
    for (String topic : topics) {
      assertEquals(
          names(wants.stream().filter(want -> want.filter.matches(topic)).toList()),
          matching(topic),
          topic);
    }
  }

  @Provide
  Arbitrary<Set<String>> filterSets() {
    return filters().set().ofMaxSize(12);
  }

  @Provide
  Arbitrary<Set<String>> topicSets() {
    return topics().set().ofMaxSize(12);
  }

  /** Two filters overlap if there is a topic that both mean; all short ones are tried. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void it_finds_those_that_overlap(
      @ForAll("filterSets") Set<String> filters, @ForAll("filters") String asked) {
    FilterTree fresh = new FilterTree();
    filters.forEach(filter -> fresh.add(want(filter)));
    List<Want> found = new ArrayList<>();
    fresh.overlapping(new TopicFilter(asked), found::add);
    assertEquals(found.size(), new HashSet<>(found).size(), "each once");
    Set<String> overlapping = new TreeSet<>();
    for (String filter : filters) {
      TopicFilter one = new TopicFilter(filter);
      TopicFilter other = new TopicFilter(asked);
      if (TOPICS.stream().anyMatch(topic -> one.matches(topic) && other.matches(topic))) {
        overlapping.add(filter);
      }
    }
    assertEquals(overlapping, names(found), asked);
  }

  private static final List<String> TOPICS = allTopics();

  private static List<String> allTopics() {
    List<String> levels = List.of("a", "b", "", "$s", "ab", "other");
    List<String> all = new ArrayList<>();
    List<String> longest = List.copyOf(levels);
    for (int length = 1; length <= 5; length++) {
      longest.stream().filter(topic -> !topic.isEmpty()).forEach(all::add);
      longest =
          longest.stream()
              .flatMap(topic -> levels.stream().map(level -> topic + "/" + level))
              .toList();
    }
    return all;
  }

  @Test
  void with_20000_filters_each_of_100000_topics_finds_its_own() {
    for (int i = 0; i < 20_000; i++) {
      tree.add(want(i % 2 == 0 ? "house/" + i + "/+/state" : "house/" + i + "/#"));
    }
    for (int i = 0; i < 100_000; i++) {
      int device = i % 20_000;
      String expected = device % 2 == 0 ? "house/" + device + "/+/state" : "house/" + device + "/#";
      assertEquals(Set.of(expected), matching("house/" + device + "/room" + i + "/state"));
    }
    assertEquals(Set.of(), matching("house/20000/room/state"));
  }

  @Test
  void a_filter_of_thirty_thousand_levels_does_no_harm() {
    String deep = "+/".repeat(16_000) + "a".repeat(1000);
    Want want = want(deep);
    tree.add(want);
    assertEquals(Set.of(deep), matching("x/".repeat(16_000) + "a".repeat(1000)));
    List<Want> found = new ArrayList<>();
    tree.overlapping(new TopicFilter("#"), found::add);
    tree.overlapping(want.filter, found::add);
    assertEquals(List.of(want, want), found);
    tree.remove(want);
    assertTrue(matching("x/".repeat(16_000) + "a".repeat(1000)).isEmpty());
  }
}
