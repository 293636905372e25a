package org.robustmqtt.benchmarks.wire;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The brokers that a line is measured against. */
public final class Brokers {
  private Brokers() {}

  /** What is done with one of them. */
  public interface Measurement {
    /** Measures. */
    void with(Broker broker) throws Exception;
  }

  /** Measures with each, one after another: Mosquitto, if it is installed, and ours. */
  public static void each(Measurement measurement) throws Exception {
    List<Broker> brokers = new ArrayList<>();
    start(brokers);
    for (Broker broker : brokers) {
      try (broker) {
        measurement.with(broker);
      }
    }
  }

  private static void start(List<Broker> brokers) throws IOException {
    Mosquitto.start().ifPresent(brokers::add);
    brokers.add(FloorBroker.start(0));
  }
}
