package org.robustmqtt.benchmarks.lines;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;

/** The size of the jars, if they were built and this runs in the root of the project. */
public final class JarsLine implements Lines {
  private static final int BUDGET = 800;

  @Override
  public String name() {
    return "jars";
  }

  @Override
  public List<Row> measure(Scale scale) throws IOException {
    long sum = 0;
    List<String> parts = new ArrayList<>();
    for (String bundle : List.of("api", "codec", "client", "persistence")) {
      Path folder = Path.of("bundles", bundle, "target");
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, bundle + "-*.jar")) {
          for (Path jar : jars) {
            sum += Files.size(jar);
            parts.add(Meter.text("%s %.0f", bundle, Files.size(jar) / 1024.0));
          }
        }
      }
    }
    String what = "jars of api + codec + client + persistence";
    if (parts.size() != 4) {
      return List.of(Row.shown(what, "not found from here", Optional.empty(), parts.toString()));
    }
    double size = sum / 1024.0;
    return List.of(
        Row.counted(
            what,
            BUDGET + " KB",
            Meter.text("%.0f KB", size),
            size <= BUDGET,
            String.join("; ", parts)));
  }
}
