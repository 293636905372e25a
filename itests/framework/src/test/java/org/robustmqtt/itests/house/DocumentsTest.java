package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.DropReason;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;

/** What the documents say is what the code has. */
class DocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("robust.sources")).resolve("..");
  private static final Pattern PARAMETER = Pattern.compile("<parameter name=\"([^\"]+)\"");
  private static final Pattern NUMBERED = Pattern.compile("\\b(\\d+) `([A-Z_]+)`");

  private static String read(String path) throws IOException {
    return Files.readString(ROOT.resolve(path));
  }

  /** The fixed keys, from the page for openHAB; the client holds that against its parser. */
  private static Set<String> keys() throws IOException {
    String page = read("bundles/client/src/main/resources/OH-INF/config/connection.xml");
    return PARAMETER
        .matcher(page)
        .results()
        .map(hit -> hit.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @CsvSource({"README.md, Bell", "docs/extensions.md, NightOnly", "docs/extensions.md, OneOfTen"})
  void the_pages_quote_the_examples_that_are_compiled(String page, String name) throws IOException {
    String source =
        read("itests/probe/src/main/java/org/robustmqtt/itests/probe/" + name + ".java").strip();
    String example = source.substring(source.indexOf("@Component"));
    assertTrue(read(page).contains("```java\n" + example + "\n```"));
  }

  @Test
  void every_key_stands_in_the_documents_and_in_the_sample() throws IOException {
    String documents = read("docs/configuration.md");
    String sample = read("config/org.robustmqtt.connection-sample.cfg");
    List<String> missing = new ArrayList<>();
    for (String key : keys()) {
      if (!documents.contains("`" + key + "`")) {
        missing.add("docs/configuration.md: " + key);
      }
      if (!Pattern.compile("(?m)^#?" + Pattern.quote(key) + " *=").matcher(sample).find()) {
        missing.add("config: " + key);
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(keys().size() > 30, "keys found: " + keys().size());
  }

  @Test
  void the_numbers_of_problems_are_those_of_the_code() throws IOException {
    List<String> wrong = new ArrayList<>();
    int[] seen = {0};
    NUMBERED
        .matcher(read("docs/configuration.md"))
        .results()
        .forEach(
            hit -> {
              seen[0]++;
              if (ProblemKind.valueOf(hit.group(2)).code() != Integer.parseInt(hit.group(1))) {
                wrong.add(hit.group());
              }
            });
    assertEquals(List.of(), wrong);
    assertTrue(seen[0] > 15, "numbers found: " + seen[0]);
  }

  @Test
  void every_reason_of_a_drop_that_is_documented_exists() throws IOException {
    Set<String> documented = new TreeSet<>();
    Pattern.compile("Dropped\\(([A-Z_]+)")
        .matcher(read("docs/delivery.md"))
        .results()
        .forEach(hit -> documented.add(hit.group(1)));
    assertTrue(documented.size() >= 5, documented.toString());
    documented.forEach(DropReason::valueOf);
  }

  /** Seed row S21: the first eleven in umqtt's order, then ours. */
  @Test
  void every_place_stands_in_the_documents_and_umqtts_have_their_numbers() throws IOException {
    String page = read("docs/configuration.md");
    String table = page.substring(page.indexOf("### Places"));
    List<Place> told = new ArrayList<>();
    for (String line : table.lines().filter(one -> one.startsWith("| ")).toList()) {
      String number = line.split("\\|")[1].trim();
      Pattern.compile("`([A-Z_]+)`")
          .matcher(line)
          .results()
          .map(hit -> Place.valueOf(hit.group(1)))
          .forEach(
              place -> {
                told.add(place);
                String expected = place.ordinal() <= 10 ? "" + place.ordinal() : "-";
                assertEquals(expected, number, place.toString());
              });
    }
    assertEquals(List.of(Place.values()), told);
  }
}
