package org.robustmqtt.client.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of the tests goes to the standard error stream, which is read here. */
class LogTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Log log = Log.of("test.of.the.log");

  @BeforeEach
  void read() {
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
  }

  @Test
  void what_a_broker_says_is_one_line_at_every_level_that_is_shown() {
    log.info("{}: {}", "home", "no\nERROR forged");
    log.warn("{}: {}", "home", "no\r\nERROR forged");
    log.error("{}: {}", "home", "\u001b[2Jno\u0007");
    assertEquals(3, lines().size(), lines().toString());
    assertTrue(lines().get(0).endsWith("home: no\\u000AERROR forged"), lines().get(0));
    assertTrue(lines().get(1).endsWith("home: no\\u000D\\u000AERROR forged"), lines().get(1));
    assertTrue(lines().get(2).endsWith("home: \\u001B[2Jno\\u0007"), lines().get(2));
  }

  @Test
  void what_was_thrown_is_told_with_its_trace() {
    log.error("{}: defect", "home", new IllegalStateException("why"));
    assertTrue(lines().stream().anyMatch(line -> line.contains("at " + LogTest.class.getName())));
  }
}
