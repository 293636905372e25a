package org.robustmqtt.shell;

import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.support.table.ShellTable;
import org.robustmqtt.PlainText;

/**
 * The one way to the console: each line and each cell goes through {@link PlainText}, since much of
 * what is shown came from outside. Safe for several threads.
 */
final class Console {
  private static final int LONGEST = 10_000;

  private final PrintStream out;

  Console(PrintStream out) {
    this.out = out;
  }

  /** Prints a line. */
  void println(String line) {
    out.println(plain(line));
  }

  /** Prints a line that has to be whole, however long it is. */
  void whole(String line) {
    out.println(PlainText.of(line, Integer.MAX_VALUE));
  }

  /** Ends a line. */
  void println() {
    out.println();
  }

  void flush() {
    out.flush();
  }

  /** Prints a table. */
  void table(List<String> headings, List<List<String>> rows, boolean noFormat) {
    ShellTable table = new ShellTable();
    headings.forEach(table::column);
    for (List<String> row : rows) {
      table.addRow().addContent(row.stream().map(Console::plain).toArray());
    }
    table.print(out, !noFormat);
  }

  /** Returns a text as it is printed. */
  static String plain(String text) {
    return PlainText.of(text, LONGEST);
  }
}
