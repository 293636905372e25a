package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources of the bundles have in common. */
class PackagesTest {
  private static final Path BUNDLES = Path.of(System.getProperty("robust.sources"));
  private static final Pattern LEFTOVER =
      Pattern.compile("\\b(TODO|FIXME|XXX)\\b|System\\.(out|err)\\b|printStackTrace\\(");

  private static List<Path> sources() throws IOException {
    try (Stream<Path> tree = Files.walk(BUNDLES)) {
      return tree.filter(path -> path.toString().endsWith(".java"))
          .filter(path -> path.toString().replace('\\', '/').contains("/src/main/java/"))
          .sorted()
          .toList();
    }
  }

  @Test
  void every_package_has_a_sign_that_says_what_the_room_is_for() throws IOException {
    Set<Path> rooms =
        sources().stream().map(Path::getParent).collect(Collectors.toCollection(TreeSet::new));
    assertFalse(rooms.isEmpty());
    Set<String> without = new TreeSet<>();
    for (Path room : rooms) {
      Path sign = room.resolve("package-info.java");
      if (!Files.exists(sign) || !Files.readString(sign).startsWith("/**")) {
        without.add(BUNDLES.relativize(room).toString());
      }
    }
    assertEquals(Set.of(), without);
  }

  /** The one program for a command line: what it prints is its result. */
  private static final String PROGRAM =
      "persistence/src/main/java/org/robustmqtt/persistence/runtime/StoreTool.java: System.out";

  @Test
  void nothing_is_left_to_do_and_nothing_is_printed() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Path source : sources()) {
      String text = Files.readString(source, StandardCharsets.UTF_8);
      LEFTOVER
          .matcher(text)
          .results()
          .forEach(hit -> found.add(BUNDLES.relativize(source) + ": " + hit.group()));
    }
    assertEquals(Set.of(PROGRAM), found);
  }
}
