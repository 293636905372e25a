package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Properties;

/** The table of mistakes in docs/configuration.md: who makes one reads what stands there. */
class MistakesTest {
  private static final String HEADING = "## What goes wrong, and what you will read";
  private static final Pattern ROW = Pattern.compile("\\| (`.*) \\| `([^`]+)` \\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int SESSION_TAKEN_OVER = 0x8E;

  /** What is written, and what is read. */
  private record Mistake(List<String> lines, String read) {
    @Override
    public String toString() {
      return String.join("; ", lines);
    }
  }

  static Stream<Mistake> mistakes() throws IOException {
    Path page = Path.of(System.getProperty("basedir", "."), "../../docs/configuration.md");
    String text = Files.readString(page);
    String section = text.substring(text.indexOf(HEADING) + HEADING.length());
    // the section after it is of TlsMistakesTest
    int end = section.indexOf("\n## ");
    return Arrays.stream(section.substring(0, end).split("\n"))
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> new Mistake(codes(row.group(1)), row.group(2).replace("\\|", "|")));
  }

  private static List<String> codes(String cell) {
    return CODE.matcher(cell.replace("\\|", "|")).results().map(MistakesTest::code).toList();
  }

  private static String code(MatchResult found) {
    return found.group(1);
  }

  @Test
  void the_table_is_there() throws IOException {
    assertTrue(mistakes().count() >= 15);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void who_makes_it_reads_what_the_page_says(Mistake mistake) {
    LiveWorld it = new LiveWorld(1);
    it.world.net().name("broker.lan", "10.0.0.1");
    Map<String, Object> configuration = new HashMap<>();
    configuration.put("broker", "mqtt://broker.lan");
    configuration.put("felix.fileinstall.filename", "file:etc/org.robustmqtt.connection-home.cfg");
    for (String line : mistake.lines) {
      String[] parts = line.split(" *= *", 2);
      configuration.put(parts[0], parts[1]);
    }
    it.broker.connack(
        connect ->
            "wrong".equals(configuration.get("password"))
                ? Optional.of(new Connack(false, BAD_USER_NAME_OR_PASSWORD, Properties.NONE))
                : Optional.empty());
    it.configure(configuration);
    it.pass(Duration.ofSeconds(2));
    if (configuration.containsKey("clientID")) {
      it.broker.line().send(new Disconnect(SESSION_TAKEN_OVER, Properties.NONE));
      it.settle();
    }

    assertEquals(List.of(mistake.read), it.read());
  }

  @Test
  void all_that_is_wrong_in_a_file_is_told_at_once() throws IOException {
    List<String> read = new ArrayList<>();
    Map<String, Object> all = new HashMap<>();
    all.put("felix.fileinstall.filename", "file:etc/org.robustmqtt.connection-home.cfg");
    for (Mistake mistake : mistakes().toList()) {
      String[] parts = mistake.lines.get(0).split(" *= *", 2);
      if (all.putIfAbsent(parts[0], parts[1]) == null) {
        read.add(mistake.read);
      }
    }
    LiveWorld it = new LiveWorld(1).configure(all);
    assertTrue(it.read().size() >= 6, it.read().toString());
    assertTrue(it.read().stream().filter(read::contains).count() >= 5, it.read().toString());
  }
}
