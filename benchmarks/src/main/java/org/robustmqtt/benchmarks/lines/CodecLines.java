package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.codec.CodecBenchmark;

/** The codec, by JMH with its profiler of allocation. */
public final class CodecLines implements Lines {
  @Override
  public String name() {
    return "codec";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<String> words = new ArrayList<>(Arrays.asList(scale.jmh().split(" ")));
    words.addAll(List.of("-prof", "gc"));
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(words.toArray(String[]::new)))
                    .include(CodecBenchmark.class.getName())
                    .verbosity(VerboseMode.SILENT)
                    .shouldFailOnError(true)
                    .build())
            .run();
    Map<String, Double> time = new HashMap<>();
    Map<String, Double> bytes = new HashMap<>();
    for (RunResult result : results) {
      String label = result.getPrimaryResult().getLabel();
      // The quickest iteration: what else runs on the machine only adds.
      time.put(label, result.getPrimaryResult().getStatistics().getMin());
      result
          .getSecondaryResults()
          .forEach(
              (key, value) -> {
                if (key.contains("gc.alloc.rate.norm")) {
                  bytes.put(label, value.getScore());
                }
              });
    }
    return List.of(
        row(time, bytes, "encode", "encode a PUBLISH", 2.5, 0),
        row(time, bytes, "decode", "decode a PUBLISH", 2, bytes.get("decodeFloor") + 32));
  }

  private static Row row(
      Map<String, Double> time,
      Map<String, Double> bytes,
      String key,
      String what,
      double budget,
      double mostBytes) {
    double floor = time.get(key + "Floor");
    double ours = time.get(key + "Ours") / floor;
    double allocated = bytes.get(key + "Ours");
    List<String> others = new ArrayList<>();
    time.keySet().stream()
        .sorted()
        .filter(label -> label.startsWith(key) && !label.equals(key + "Ours"))
        .forEach(
            label ->
                others.add(
                    Meter.text(
                        "%s %.2f x, %.0f B",
                        label.substring(key.length()), time.get(label) / floor, bytes.get(label))));
    others.add(Meter.text("floor %.1f ns", floor));
    return new Row(
        what,
        key.equals("encode") ? "2.5 x floor, 0 B" : "2 x floor, one object",
        Meter.text("%.2f x, %.0f B", ours, allocated),
        Row.Verdict.of(ours <= budget && allocated < mostBytes + 1),
        String.join("; ", others));
  }
}
