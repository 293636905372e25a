package org.robustmqtt.itests.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.robustmqtt.itests.karaf.KarafProcess;

/** A stock Karaf with the KAR in its {@code deploy} folder, without any repository. */
final class StockHub {
  static final Duration PATIENCE = Duration.ofMinutes(3);
  static final Path RUNS = Path.of(System.getProperty("itests.runs"));

  private StockHub() {}

  /** Makes one with a connection {@code home}, not started. */
  static KarafProcess make(String run, String framework, String broker, Path ledger)
      throws IOException {
    KarafProcess karaf =
        KarafProcess.copyOf(Path.of(System.getProperty("itests.stock")), RUNS.resolve(run));
    karaf.set("config.properties", "karaf.framework", framework);
    karaf.properties(Map.of("probe.ledger", ledger.toString()));
    karaf.write(
        "etc/org.robustmqtt.connection-home.cfg", "broker = " + broker + "\nconnectDelay = 0\n");
    karaf.deploy(Path.of(System.getProperty("itests.kar")));
    return karaf;
  }

  /** Stops it in good order; it can be started again. */
  static void stop(KarafProcess karaf) {
    karaf.close();
  }

  /** Waits until our bundles are active and the console answers. */
  static void awaitUp(KarafProcess karaf) throws IOException, InterruptedException {
    karaf.awaitActive(PATIENCE, "org.robustmqtt.client");
    awaitText(karaf, "mqtt:info home", "Journal");
  }

  /** Asks the console until its answer holds a text; each question takes about a second. */
  static String awaitText(KarafProcess karaf, String command, String text)
      throws IOException, InterruptedException {
    AtomicReference<String> last = new AtomicReference<>("");
    boolean shown =
        karaf.ask(
            PATIENCE,
            command,
            answer -> {
              last.set(answer.text());
              return answer.text().contains(text);
            });
    if (!shown) {
      throw new IOException(command + " does not show \"" + text + "\":\n" + last.get());
    }
    return last.get();
  }
}
