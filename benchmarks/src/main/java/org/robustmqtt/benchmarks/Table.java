package org.robustmqtt.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.benchmarks.lines.BackoffLine;
import org.robustmqtt.benchmarks.lines.BytesLines;
import org.robustmqtt.benchmarks.lines.CodecLines;
import org.robustmqtt.benchmarks.lines.EnqueueLines;
import org.robustmqtt.benchmarks.lines.IdleLine;
import org.robustmqtt.benchmarks.lines.JarsLine;
import org.robustmqtt.benchmarks.lines.LatencyLine;
import org.robustmqtt.benchmarks.lines.OutageLine;
import org.robustmqtt.benchmarks.lines.PublishLines;
import org.robustmqtt.benchmarks.lines.QueueLine;
import org.robustmqtt.benchmarks.lines.ReceiveLine;

/** The table of the budgets. */
public final class Table {
  private Table() {}

  /** Returns everything that can be measured, in the order of the table. */
  public static List<Lines> all() {
    return List.of(
        new OutageLine(),
        new BackoffLine(),
        new PublishLines(),
        new LatencyLine(),
        new ReceiveLine(),
        new CodecLines(),
        new EnqueueLines(),
        new BytesLines(),
        new QueueLine(),
        new IdleLine(),
        new JarsLine());
  }

  /** Measures and prints what is asked for: a scale, and names of lines; without names all. */
  public static void print(List<String> words, PrintStream out) throws Exception {
    List<String> names = new ArrayList<>(words);
    Scale scale = Scale.FULL;
    if (names.remove(Scale.QUICK.name())) {
      scale = Scale.QUICK;
    } else if (names.remove(Scale.SMOKE.name())) {
      scale = Scale.SMOKE;
    }
    List<Row> rows = new ArrayList<>();
    long start = System.nanoTime();
    for (Lines lines : all()) {
      if (names.isEmpty() || names.contains(lines.name())) {
        out.println("measuring " + lines.name() + " ...");
        for (Row row : lines.measure(scale)) {
          out.println("  " + row);
          rows.add(row);
        }
      }
    }
    out.printf(
        "%nscale %s, %d processors, Java %s, %d s%n%n",
        scale.name(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        (System.nanoTime() - start) / 1_000_000_000L);
    out.println("| what | budget | measured | | floor and peers |");
    out.println("| --- | --- | --- | --- | --- |");
    rows.forEach(out::println);
  }
}
