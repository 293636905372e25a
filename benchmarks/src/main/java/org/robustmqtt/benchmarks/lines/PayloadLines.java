package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.Load;
import org.robustmqtt.benchmarks.wire.Broker;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/** Publishing with QoS 1 and window 20 as the payload grows: throughput and allocation. */
public final class PayloadLines implements Lines {
  /** Objects around the payload may take this much, as for a small message. */
  private static final int AROUND = 400;

  @Override
  public String name() {
    return "payload";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (Broker broker = FloorBroker.start(0)) {
      for (int bytes : new int[] {10, 100, 1000, 10_000, 100_000, 900_000}) {
        try (Candidates candidates =
            new Candidates(broker, 20, new Load(1, Load.USUAL.topics(), bytes))) {
          rows.add(row(Turns.take(candidates.all(), new Meter(broker), scale), bytes));
        }
      }
    }
    return rows;
  }

  private static Row row(Turns turns, int payload) {
    Rounds share = turns.ratios(Turns.OURS, one -> 1 / one.nanos());
    Rounds bytes = turns.rounds(Turns.OURS, Meter.Used::bytes);
    double memory = turns.rounds(Turns.OURS + 1, Meter.Used::bytes).median();
    boolean met = bytes.median() <= 2.0 * payload + AROUND && memory <= payload + AROUND;
    List<String> texts = new ArrayList<>();
    for (int i = Turns.OURS + 1; i < turns.names().size(); i++) {
      texts.add(
          Meter.text(
              "%s %.2f, %,.0f B",
              turns.names().get(i),
              turns.ratios(i, one -> 1 / one.nanos()).median(),
              turns.rounds(i, Meter.Used::bytes).median()));
    }
    texts.add(
        Meter.text("floor %,.0f/s", 1e9 / turns.rounds(Turns.FLOOR, Meter.Used::nanos).median()));
    String size = payload < 1000 ? payload + " B" : payload / 1000 + " kB";
    return Row.of(
        "payload of " + size + ", QoS 1, window 20: throughput, allocation per message",
        "allocation twice its size + 400 B, with `memory` 400 B beside it",
        Meter.text("%.2f, %,.0f B", share.median(), bytes.median()),
        met,
        share.spread(),
        String.join("; ", texts));
  }
}
