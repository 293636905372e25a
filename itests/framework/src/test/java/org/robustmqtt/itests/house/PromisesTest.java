package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Place;

/** What README and pages say of the program, where the program's files can be asked. */
class PromisesTest {
  private static final Path ROOT = Path.of(System.getProperty("robust.sources")).resolve("..");

  private static String page(String name) throws IOException {
    return Files.readString(ROOT.resolve(name));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(hit -> hit.group(1)).toList();
  }

  @Test
  void the_page_says_never_of_exactly_the_places_at_which_no_problem_is_told() throws IOException {
    Set<String> never = new TreeSet<>(Arrays.stream(Place.values()).map(Place::name).toList());
    Pattern used = Pattern.compile("org/robustmqtt/Place\\.([A-Z_]+) .*");
    for (String module : List.of("client", "persistence")) {
      for (byte[] file : Artifacts.classes(Artifacts.OURS + module).values()) {
        for (String member : ClassFile.read(file).members()) {
          Matcher place = used.matcher(member);
          if (place.matches()) {
            never.remove(place.group(1));
          }
        }
      }
    }
    Pattern row = Pattern.compile("`([A-Z_]+)`: never;");
    assertEquals(never, new TreeSet<>(found(row, page("docs/configuration.md"))));
  }

  @Test
  void the_console_table_of_the_readme_has_every_command() throws IOException {
    String readme = page("README.md");
    String table = readme.substring(readme.indexOf("## Console"), readme.indexOf("## Use from"));
    Path folder = ROOT.resolve("bundles/shell/src/main/java/org/robustmqtt/shell");
    try (Stream<Path> sources = Files.list(folder)) {
      Pattern name = Pattern.compile("name = \"([a-z]+)\",\\s*description");
      List<String> commands =
          sources
              .filter(file -> file.toString().endsWith("Command.java"))
              .map(PromisesTest::read)
              .map(source -> source.substring(source.indexOf("@Command")))
              .map(source -> found(name, source).get(0))
              .collect(Collectors.toList());
      assertTrue(commands.size() >= 13, commands.toString());
      commands.removeIf(command -> table.contains("`mqtt:" + command));
      assertEquals(List.of(), commands);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
