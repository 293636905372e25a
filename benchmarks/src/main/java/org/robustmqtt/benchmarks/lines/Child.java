package org.robustmqtt.benchmarks.lines;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.benchmarks.Main;

/** A virtual machine of its own for a measurement; it answers with lines {@code key=value}. */
final class Child {
  private static final long MOST_SECONDS = 120;

  private Child() {}

  /** Returns the answers; empty if it did not end well, as for want of memory. */
  static Optional<Map<String, Long>> run(List<String> options, List<String> words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(words);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Map<String, Long> answers = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int at = line.indexOf('=');
        if (at > 0) {
          answers.put(line.substring(0, at), Long.valueOf(line.substring(at + 1)));
        }
      }
    }
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return Optional.empty();
    }
    return process.exitValue() == 0 ? Optional.of(answers) : Optional.empty();
  }

  /** Returns the heap in use after collections. */
  static long heap() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50);
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
