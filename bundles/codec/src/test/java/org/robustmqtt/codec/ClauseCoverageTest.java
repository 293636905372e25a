package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds the tests of this bundle against the lists of clauses that it has to keep. */
class ClauseCoverageTest {
  @Test
  void every_clause_of_MQTT_3_1_1_that_bytes_can_show_has_a_test() throws Exception {
    assertEquals(Set.of(), missing("clauses-3.1.1.txt", Clause::v311));
  }

  @Test
  void every_clause_of_MQTT_5_that_bytes_can_show_has_a_test() throws Exception {
    assertEquals(Set.of(), missing("clauses-5.0.txt", Clause::v5));
  }

  @Test
  void a_clause_is_cited_by_tests_only() throws Exception {
    List<Method> citing = citing();
    assertTrue(citing.size() > 50, "found only " + citing.size());
    for (Method method : citing) {
      assertTrue(
          method.isAnnotationPresent(Test.class)
              || method.isAnnotationPresent(ParameterizedTest.class)
              || method.isAnnotationPresent(Property.class),
          method.toString());
    }
  }

  private static Set<String> missing(String list, Function<Clause, String[]> clauses)
      throws Exception {
    Set<String> missing = new TreeSet<>(required(list));
    assertTrue(missing.size() > 40, "the list is too short: " + missing.size());
    for (Method method : citing()) {
      missing.removeAll(Set.of(clauses.apply(method.getAnnotation(Clause.class))));
    }
    return missing;
  }

  private static Set<String> required(String list) throws IOException {
    try (InputStream in = ClauseCoverageTest.class.getResourceAsStream("/" + list)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toSet());
    }
  }

  private static List<Method> citing() throws IOException, URISyntaxException {
    Path root =
        Path.of(
            ClauseCoverageTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(root::relativize)
          .map(Path::toString)
          .filter(name -> name.endsWith(".class"))
          .map(
              name -> name.substring(0, name.length() - 6).replace(java.io.File.separatorChar, '.'))
          .flatMap(name -> Stream.of(load(name).getDeclaredMethods()))
          .filter(method -> method.isAnnotationPresent(Clause.class))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ClauseCoverageTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
