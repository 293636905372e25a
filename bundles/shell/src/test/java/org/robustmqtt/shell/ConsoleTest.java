package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What came from outside moves no cursor and makes no line of its own. */
class ConsoleTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Console console = new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_line_is_one_line() {
    console.println("topic\r\nERROR forged\u001b[2J");
    assertEquals("topic\\u000D\\u000AERROR forged\\u001B[2J" + System.lineSeparator(), printed());
  }

  @Test
  void a_cell_is_one_line() {
    console.table(List.of("Topic"), List.of(List.of("a\nb\u202e")), true);
    assertTrue(printed().contains("a\\u000Ab\\u202E"), printed());
  }

  @Test
  void a_line_of_an_export_is_not_cut() {
    console.whole("x".repeat(100_000));
    assertEquals(100_000, printed().strip().length());
  }

  @Test
  void a_line_of_an_export_is_one_line() {
    console.whole("topic\nERROR forged\u0007");
    assertEquals("topic\\u000AERROR forged\\u0007" + System.lineSeparator(), printed());
  }
}
