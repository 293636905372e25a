package org.robustmqtt.benchmarks;

import java.util.Arrays;
import java.util.List;
import org.robustmqtt.benchmarks.lines.ConnectionLines;
import org.robustmqtt.benchmarks.lines.QueueLine;
import org.robustmqtt.benchmarks.lines.RemovalLines;

/**
 * {@code table [quick|smoke] [NAME...]} measures the budgets; everything else is for JMH.
 *
 * <p>Further words are for the processes that the table starts itself.
 */
public final class Main {
  private Main() {}

  /** Runs what is asked for. */
  public static void main(String[] arguments) throws Exception {
    List<String> words = Arrays.asList(arguments);
    String first = words.isEmpty() ? "table" : words.get(0);
    List<String> rest = words.subList(Math.min(1, words.size()), words.size());
    int status = 1;
    try {
      switch (first) {
        case "table" -> Table.print(rest, System.out);
        case ConnectionLines.CHILD -> ConnectionLines.child(rest, System.out);
        case RemovalLines.CHILD -> RemovalLines.child(rest, System.out);
        case QueueLine.CHILD -> QueueLine.child(rest, System.out);
        default -> org.openjdk.jmh.Main.main(arguments);
      }
      status = 0;
    } catch (Exception e) {
      e.printStackTrace();
    } finally {
      // Threads of peers that are no daemons must not keep the process.
      System.exit(status);
    }
  }
}
