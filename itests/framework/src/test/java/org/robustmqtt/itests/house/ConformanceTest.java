package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/conformance.md} against the clauses that the tests cite with {@code @Clause},
 * as they stand in the sources of all modules.
 */
class ConformanceTest {
  private static final Path ROOT =
      Path.of(System.getProperty("robust.sources")).resolve("..").normalize();
  private static final String LETTERS = "UASBC";

  /** The annotation with everything in its parentheses; strings may have parentheses too. */
  private static final Pattern CITATION =
      Pattern.compile(
          "@Clause\\(((?:[^()\"]|\"[^\"]*\")*)\\)\\s+(?:@\\w+(?:\\([^)]*\\))?\\s+)*void\\s+(\\w+)");

  private static final Pattern MEMBER =
      Pattern.compile("(v311|v5)\\s*=\\s*(\\{[^}]*\\}|\"[^\"]*\")");
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern ROW =
      Pattern.compile("\\| ((?:MQTT-|section )[^|]*) \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|");
  private static final Pattern COUNT = Pattern.compile("\\| ([A-Z]) \\| (\\d+) \\| (\\d+) \\|");

  /** Which checks a test can be, by where it stands; the first that fits. */
  private static final List<Map.Entry<String, String>> PLACES =
      List.of(
          Map.entry("bundles/codec/", "U"),
          Map.entry("bundles/api/", "UA"),
          Map.entry("/client/link/", "AS"),
          Map.entry("/client/transport/", "AS"),
          Map.entry("bundles/client/", "A"),
          Map.entry("bundles/persistence/", ""),
          Map.entry("itests/", "SB"));

  /** What a test is called that ends a process, or what stands for one. */
  private static final Pattern RESTART = Pattern.compile("restart|process_ended|kill|power_cut");

  /** A number of one version of the standard. */
  private record Clause(String version, String number) {
    @Override
    public String toString() {
      return version + " " + number;
    }
  }

  /** The classes that cite a clause, with the checks that they can be. */
  private static Map<Clause, Map<String, String>> citations() throws IOException {
    Map<Clause, Map<String, String>> found = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(ConformanceTest::isTestSource).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String checks = checks(ROOT.relativize(file).toString().replace('\\', '/'));
        for (MatchResult citation : matches(CITATION, Files.readString(file))) {
          String all = RESTART.matcher(citation.group(2)).find() ? checks + "C" : checks;
          for (MatchResult member : matches(MEMBER, citation.group(1))) {
            String version = member.group(1).equals("v5") ? "5.0" : "3.1.1";
            for (MatchResult number : matches(TEXT, member.group(2))) {
              found
                  .computeIfAbsent(new Clause(version, number.group(1)), key -> new TreeMap<>())
                  .merge(name, all, String::concat);
            }
          }
        }
      }
    }
    return found;
  }

  private static boolean isTestSource(Path file) {
    String name = file.toString().replace('\\', '/');
    return name.endsWith(".java") && name.contains("/src/test/");
  }

  private static String checks(String path) {
    return PLACES.stream()
        .filter(place -> path.contains(place.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** One line of the page. */
  private record Row(
      Clause clause,
      Set<String> checks,
      Map<String, Set<String>> tested,
      Map<String, String> not) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    String version = "";
    for (String line : page().lines().toList()) {
      if (line.startsWith("## MQTT ")) {
        version = line.substring("## MQTT ".length());
      }
      for (MatchResult row : matches(ROW, line)) {
        Map<String, Set<String>> tested = new TreeMap<>();
        parts(row.group(4))
            .forEach((letter, names) -> tested.put(letter, Set.of(names.split(", "))));
        rows.add(
            new Row(
                new Clause(version, row.group(1)),
                letters(row.group(3)),
                tested,
                parts(row.group(5))));
      }
    }
    return rows;
  }

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/conformance.md"));
  }

  private static Set<String> letters(String cell) {
    return Stream.of(cell.trim().split(" "))
        .filter(one -> !one.isEmpty() && !one.equals("-"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** {@code A: this; S: that} by letter. */
  private static Map<String, String> parts(String cell) {
    Map<String, String> parts = new TreeMap<>();
    for (String part : cell.trim().split("; ")) {
      if (!part.isEmpty()) {
        parts.put(part.substring(0, 1), part.substring(3));
      }
    }
    return parts;
  }

  @Test
  void every_check_of_every_clause_has_a_test_that_cites_it_or_a_reason() throws IOException {
    Map<Clause, Map<String, String>> citations = citations();
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      Set<String> said = new TreeSet<>(row.tested.keySet());
      said.addAll(row.not.keySet());
      if (!said.equals(row.checks) || said.size() < row.tested.size() + row.not.size()) {
        wrong.add(row.clause + ": checks " + row.checks + ", said " + row.tested + row.not);
      }
      Map<String, String> cited = citations.getOrDefault(row.clause, Map.of());
      row.tested.forEach(
          (letter, names) -> {
            for (String name : names) {
              if (!cited.getOrDefault(name, "").contains(letter)) {
                wrong.add(row.clause + ": " + name + " does not cite it as " + letter);
              }
            }
          });
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void every_clause_that_a_test_cites_is_on_the_page() throws IOException {
    Set<String> known =
        rows().stream().map(row -> row.clause.toString()).collect(Collectors.toSet());
    assertTrue(known.size() > 250, "clauses: " + known.size());
    Set<String> cited =
        citations().keySet().stream()
            .map(Clause::toString)
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(cited.size() > 200, "cited: " + cited.size());
    cited.removeAll(known);
    assertEquals(Set.of(), cited);
  }

  @Test
  void the_counts_are_those_of_the_page() throws IOException {
    Map<String, String> counted = new TreeMap<>();
    List<Row> rows = rows();
    for (char letter : LETTERS.toCharArray()) {
      String check = String.valueOf(letter);
      long covered = rows.stream().filter(row -> row.tested.containsKey(check)).count();
      long all = rows.stream().filter(row -> row.checks.contains(check)).count();
      counted.put(check, covered + "/" + all);
    }
    Map<String, String> said = new TreeMap<>();
    matches(COUNT, page())
        .forEach(count -> said.put(count.group(1), count.group(2) + "/" + count.group(3)));
    assertEquals(counted, said);
  }
}
