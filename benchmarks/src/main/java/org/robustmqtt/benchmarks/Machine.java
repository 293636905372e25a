package org.robustmqtt.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.robustmqtt.benchmarks.wire.Mosquitto;

/** Where a table was measured, as Markdown. */
final class Machine {
  private Machine() {}

  /** Returns the lines above the table, the load of this moment among them. */
  static List<String> text() throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s; %d processors (%s), %.1f GB, %s %s; %s %s, heap of %d MB; load average before the"
                + " start %.2f.",
            LocalDate.now(ZoneOffset.UTC),
            system.getAvailableProcessors(),
            processor(),
            system.getTotalMemorySize() / 1e9,
            system.getName(),
            system.getVersion(),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            Runtime.getRuntime().maxMemory() >> 20,
            Row.loadNow()));
    lines.add(
        Mosquitto.version()
            .map(version -> "Broker in a process of its own: " + version + ".")
            .orElse(
                "**MOSQUITTO IS NOT INSTALLED: every line against a broker in a process of its own"
                    + " is missing. This is no complete table.**"));
    return lines;
  }

  private static String processor() throws IOException {
    Path told = Path.of("/proc/cpuinfo");
    if (Files.isReadable(told)) {
      for (String line : Files.readAllLines(told)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    }
    return System.getProperty("os.arch");
  }
}
