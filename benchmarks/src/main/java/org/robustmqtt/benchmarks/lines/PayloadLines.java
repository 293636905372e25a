package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
          rows.addAll(rows(Turns.take(candidates.all(), new Meter(broker), scale), bytes));
        }
      }
    }
    return rows;
  }

  private static List<Row> rows(Turns turns, int payload) {
    String size = payload < 1000 ? payload + " B" : payload / 1000 + " kB";
    String with = ", payload of " + size + ", QoS 1, window 20, in-process broker";
    Rounds share = turns.ratios(Turns.OURS, one -> 1 / one.nanos());
    Rounds bytes = turns.rounds(Turns.OURS, Meter.Used::bytes);
    double memory = turns.rounds(Turns.OURS + 1, Meter.Used::bytes).median();
    double floor = turns.rounds(Turns.FLOOR, Meter.Used::nanos).median();
    return List.of(
        Row.shown(
            "throughput" + with,
            Meter.text("%.2f", share.median()),
            Optional.of(share.spread()),
            turns.others(one -> 1 / one.nanos()) + Meter.text("; floor %,.0f/s", 1e9 / floor)),
        Row.of(
            "allocation per message" + with,
            "400 B beside twice the payload; with `memory` 400 B",
            Meter.text("%,.0f B", bytes.median()),
            bytes.median() <= 2.0 * payload + AROUND && memory <= AROUND,
            bytes.spread(),
            turns.values(Meter.Used::bytes, "%,.0f B")));
  }
}
