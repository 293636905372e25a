package org.robustmqtt.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.benchmarks.lines.BackoffLine;
import org.robustmqtt.benchmarks.lines.BytesLines;
import org.robustmqtt.benchmarks.lines.CodecLines;
import org.robustmqtt.benchmarks.lines.ConnectionLines;
import org.robustmqtt.benchmarks.lines.DrainLine;
import org.robustmqtt.benchmarks.lines.EnqueueLines;
import org.robustmqtt.benchmarks.lines.FilterLines;
import org.robustmqtt.benchmarks.lines.JarsLine;
import org.robustmqtt.benchmarks.lines.LatencyLine;
import org.robustmqtt.benchmarks.lines.OutageLine;
import org.robustmqtt.benchmarks.lines.PayloadLines;
import org.robustmqtt.benchmarks.lines.PublishLines;
import org.robustmqtt.benchmarks.lines.QueueLine;
import org.robustmqtt.benchmarks.lines.ReceiveLines;
import org.robustmqtt.benchmarks.lines.RemovalLines;

/** The table of the budgets. */
public final class Table {
  private Table() {}

  /** Returns everything that can be measured, in the order of the table. */
  public static List<Lines> all() {
    return List.of(
        new OutageLine(),
        new BackoffLine(),
        new PublishLines(),
        new PayloadLines(),
        new LatencyLine(),
        new ReceiveLines(),
        new FilterLines(),
        new CodecLines(),
        new EnqueueLines(),
        new DrainLine(),
        new BytesLines(),
        new QueueLine(),
        new RemovalLines(),
        new ConnectionLines(),
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
    checkNames(names);
    List<String> machine = Machine.text();
    machine.forEach(out::println);
    List<Row> rows = new ArrayList<>();
    long start = System.nanoTime();
    for (Lines lines : all()) {
      if (names.isEmpty() || names.contains(lines.name())) {
        out.println("measuring " + lines.name() + " ...");
        long begin = System.nanoTime();
        for (Row row : lines.measure(scale)) {
          out.println("  " + row);
          rows.add(row);
        }
        out.printf("  %d s%n", seconds(begin));
      }
    }
    out.println();
    machine.forEach(out::println);
    out.printf(
        "Scale %s, %d rounds, %d s in all.%n%n", scale.name(), scale.rounds(), seconds(start));
    out.println("| what | budget | measured | | spread | load | floor and peers |");
    out.println("| --- | --- | --- | --- | --- | --- | --- |");
    rows.forEach(out::println);
  }

  private static void checkNames(List<String> names) {
    List<String> known = all().stream().map(Lines::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(name + ": allowed are quick, smoke and " + known);
      }
    }
  }

  private static long seconds(long since) {
    return (System.nanoTime() - since) / 1_000_000_000L;
  }
}
