package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.codec.CodecBenchmark;

/** The codec, by JMH with its profiler of allocation; its iterations are the rounds. */
public final class CodecLines implements Lines {
  /** The object that is allowed, beside what the floor makes. */
  private static final int ONE_OBJECT = 32;

  @Override
  public String name() {
    return "codec";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    Map<String, double[]> times = new TreeMap<>();
    Map<String, Double> bytes = new TreeMap<>();
    for (RunResult result : run(scale)) {
      String label = result.getPrimaryResult().getLabel();
      times.put(
          label,
          result.getBenchmarkResults().stream()
              .flatMap(fork -> fork.getIterationResults().stream())
              .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
              .toArray());
      result
          .getSecondaryResults()
          .forEach(
              (key, value) -> {
                if (key.contains("gc.alloc.rate.norm")) {
                  bytes.put(label, value.getScore());
                }
              });
    }
    String five = " in MQTT 5 with two user properties";
    return List.of(
        row(times, bytes, "encode", "encode a PUBLISH in MQTT 3.1.1"),
        row(times, bytes, "decode", "decode a PUBLISH in MQTT 3.1.1"),
        row(times, bytes, "encode5", "encode a PUBLISH" + five),
        row(times, bytes, "decode5", "decode a PUBLISH" + five));
  }

  private static Iterable<RunResult> run(Scale scale) throws Exception {
    List<String> words = new ArrayList<>(Arrays.asList(scale.jmh().split(" ")));
    words.addAll(List.of("-prof", "gc"));
    return new Runner(
            new OptionsBuilder()
                .parent(new CommandLineOptions(words.toArray(String[]::new)))
                .include(CodecBenchmark.class.getPackageName())
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build())
        .run();
  }

  private static Row row(
      Map<String, double[]> times, Map<String, Double> bytes, String key, String what) {
    boolean encoding = key.startsWith("encode");
    Rounds floor = new Rounds(times.get(key + "Floor"));
    Rounds ours = new Rounds(times.get(key + "Ours")).over(floor);
    double allocated = bytes.get(key + "Ours");
    List<String> others = new ArrayList<>();
    for (String label : times.keySet()) {
      if (label.startsWith(key)
          && !Character.isDigit(label.charAt(key.length()))
          && !label.equals(key + "Ours")
          && !label.equals(key + "Floor")) {
        others.add(
            Meter.text(
                "%s %.2f x, %.0f B",
                label
                    .substring(key.length())
                    .replace("OursWithPacket", "ours with its packet")
                    .replace("Hive", "HiveMQ"),
                new Rounds(times.get(label)).over(floor).median(),
                bytes.get(label)));
      }
    }
    others.add(Meter.text("floor %.1f ns, %.0f B", floor.median(), bytes.get(key + "Floor")));
    double most = encoding ? 0 : bytes.get(key + "Floor") + ONE_OBJECT;
    return Row.of(
        what,
        encoding ? "2.5 x floor, 0 B" : "2 x floor, one object",
        Meter.text("%.2f x, %.0f B", ours.median(), allocated),
        ours.median() <= (encoding ? 2.5 : 2) && allocated < most + 1,
        ours.spread(),
        String.join("; ", others));
  }
}
