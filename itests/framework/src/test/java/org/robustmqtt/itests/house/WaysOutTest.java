package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Text from outside leaves through one place (PlainText): to the log by {@code Log}, to the console
 * by {@code Console}. Whoever names what stands behind these goes another way.
 */
class WaysOutTest {
  private static final Pattern LOGGER = Pattern.compile("org/slf4j/Logger(Factory)?");
  private static final Pattern CONSOLE =
      Pattern.compile("java/io/(PrintStream|PrintWriter|Console)|.*/ShellTable");
  private static final Pattern SYSTEM = Pattern.compile("java/lang/System\\.(out|err|console) .*");

  private static Set<String> naming(String module, Pattern types) throws IOException {
    Set<String> found = new TreeSet<>();
    for (Map.Entry<String, byte[]> entry : Artifacts.classes(Artifacts.OURS + module).entrySet()) {
      ClassFile file = ClassFile.read(entry.getValue());
      if (file.types().stream().anyMatch(types.asMatchPredicate())
          || file.members().stream().anyMatch(SYSTEM.asMatchPredicate())) {
        found.add(entry.getKey().replaceAll(".*/|\\.class", ""));
      }
    }
    return found;
  }

  @Test
  void the_client_logs_by_one_class_only() throws IOException {
    assertEquals(Set.of("Log"), naming("client", LOGGER));
    assertEquals(Set.of(), naming("client", CONSOLE));
  }

  /** MqttAction asks the session for its console; the others log what went wrong in the hub. */
  @Test
  void the_commands_print_by_one_class_only() throws IOException {
    assertEquals(Set.of("Console", "MqttAction"), naming("shell", CONSOLE));
    assertEquals(Set.of("JournalNames", "OrphanNames"), naming("shell", LOGGER));
  }

  @Test
  void api_and_codec_say_nothing_by_themselves() throws IOException {
    for (String module : Set.of("api", "codec")) {
      assertEquals(Set.of(), naming(module, LOGGER));
      assertEquals(Set.of(), naming(module, CONSOLE));
    }
  }

  @Test
  void the_scan_sees_what_it_is_there_for() throws IOException {
    assertTrue(naming("persistence", CONSOLE).contains("StoreTool"));
    assertTrue(!naming("persistence", LOGGER).isEmpty());
  }
}
