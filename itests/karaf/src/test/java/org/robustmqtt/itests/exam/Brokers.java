package org.robustmqtt.itests.exam;

import java.io.IOException;
import java.nio.file.Path;
import org.robustmqtt.itests.broker.EmbeddedBroker;
import org.robustmqtt.itests.testkit.Mosquitto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brokers of a run, started once in the JVM that starts the container. Never used inside it.
 */
final class Brokers {
  private static final Logger LOG = LoggerFactory.getLogger(Brokers.class);
  private static final Brokers RUNNING = start();

  private final int embedded;
  private final int mosquitto;

  private Brokers(int embedded, int mosquitto) {
    this.embedded = embedded;
    this.mosquitto = mosquitto;
  }

  static Brokers running() {
    return RUNNING;
  }

  /** Returns the port of the embedded broker. */
  int embedded() {
    return embedded;
  }

  /** Returns the port of the Mosquitto of this machine, 0 if it has none. */
  int mosquitto() {
    return mosquitto;
  }

  private static Brokers start() {
    Path folder =
        Path.of(
            System.getProperty("itests.build"), "brokers", System.getProperty("karaf.framework"));
    try {
      EmbeddedBroker embedded = EmbeddedBroker.start(folder.resolve("embedded"));
      endWithJvm(embedded);
      if (Mosquitto.installed().isEmpty()) {
        LOG.warn("NOT RUN: mosquitto is not installed, its tests are skipped");
        return new Brokers(embedded.port(), 0);
      }
      Mosquitto mosquitto = Mosquitto.start(folder.resolve("mosquitto"));
      endWithJvm(mosquitto);
      return new Brokers(embedded.port(), mosquitto.port());
    } catch (IOException broken) {
      throw new IllegalStateException("no broker to test against", broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private static void endWithJvm(AutoCloseable broker) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    broker.close();
                  } catch (Exception late) { // what AutoCloseable declares; the JVM is ending
                    LOG.warn("a broker did not stop", late);
                  }
                }));
  }
}
