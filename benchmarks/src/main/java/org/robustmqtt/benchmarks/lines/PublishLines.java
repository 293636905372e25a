package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.robustmqtt.Durability;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.BatchPublisher;
import org.robustmqtt.benchmarks.client.FloorPublisher;
import org.robustmqtt.benchmarks.client.HivePublisher;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.client.PahoPublisher;
import org.robustmqtt.benchmarks.client.Publisher;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/**
 * Throughput, processor time and allocation of publishing with QoS 1, and the bytes that ours
 * writes to the disk meanwhile. The candidates take turns; each is compared with the floor of the
 * same round.
 */
public final class PublishLines implements Lines {
  private static final int FLOOR = 0;
  private static final int OURS = 1;

  @Override
  public String name() {
    return "publish";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    run(scale, 20, 0.95, rows);
    run(scale, 1000, 0.85, rows);
    return rows;
  }

  private static void run(Scale scale, int window, double budget, List<Row> rows) throws Exception {
    List<Publisher> candidates = new ArrayList<>();
    FloorBroker broker = FloorBroker.start(0);
    try {
      OurPublisher ours = new OurPublisher(broker.port(), window, Optional.empty());
      candidates.add(new FloorPublisher(broker.port(), window));
      candidates.add(ours);
      candidates.add(new OurPublisher(broker.port(), window, Optional.of(Durability.MEMORY)));
      candidates.add(new HivePublisher(broker.port(), window, false));
      candidates.add(new PahoPublisher(broker.port(), window, false));
      candidates.add(new BatchPublisher(broker.port(), window));
      Meter meter = new Meter(broker);
      Meter.Used[][] used = new Meter.Used[candidates.size()][scale.rounds()];
      for (Publisher candidate : candidates) {
        candidate.publish(2 * scale.messages());
      }
      long written = ours.stores().status().bytesWritten();
      for (int round = 0; round < scale.rounds(); round++) {
        for (int i = 0; i < candidates.size(); i++) {
          meter.start();
          candidates.get(i).publish(scale.messages());
          used[i][round] = meter.stop();
        }
      }
      written = ours.stores().status().bytesWritten() - written;
      Result result = new Result(candidates, used, scale.messages());
      double share = result.ratio(OURS, one -> 1.0 / one.nanos());
      rows.add(
          new Row(
              "QoS 1 throughput, window " + window,
              budget + " of floor",
              Meter.text("%.2f", share),
              Row.Verdict.of(share >= budget),
              result.others(one -> 1.0 / one.nanos())
                  + Meter.text("; floor %.0f/s", 1e9 / result.median(FLOOR, Meter.Used::nanos))));
      double cpu = result.ratio(OURS, Meter.Used::cpu);
      rows.add(
          new Row(
              "CPU per message, QoS 1, window " + window,
              "1.5 x floor",
              Meter.text("%.2f x", cpu),
              Row.Verdict.of(cpu <= 1.5),
              result.others(Meter.Used::cpu)
                  + Meter.text("; floor %.2f us", result.median(FLOOR, Meter.Used::cpu) / 1e3)));
      double bytes = result.median(OURS, Meter.Used::bytes);
      rows.add(
          new Row(
              "allocation per published message, window " + window,
              "120 B",
              Meter.text("%.0f B", bytes),
              Row.Verdict.of(bytes <= 120),
              result.values(Meter.Used::bytes, "%.0f B")));
      double disk = (double) written / scale.rounds() / scale.messages();
      rows.add(
          new Row(
              "disk bytes per message acknowledged in time, window " + window,
              "0",
              Meter.text("%.3f B", disk),
              Row.Verdict.of(disk < 0.5),
              "the lease of sequences and what a pause of the machine let through"));
    } finally {
      for (Publisher candidate : candidates) {
        candidate.close();
      }
      broker.close();
    }
  }

  /** What the rounds gave, per message. */
  private record Result(List<Publisher> candidates, Meter.Used[][] used, int messages) {
    double median(int candidate, ToDoubleFunction<Meter.Used> what) {
      double[] values = new double[used[candidate].length];
      for (int round = 0; round < values.length; round++) {
        values[round] = what.applyAsDouble(used[candidate][round]) / messages;
      }
      return Meter.median(values);
    }

    double ratio(int candidate, ToDoubleFunction<Meter.Used> what) {
      double[] values = new double[used[candidate].length];
      for (int round = 0; round < values.length; round++) {
        values[round] =
            what.applyAsDouble(used[candidate][round]) / what.applyAsDouble(used[FLOOR][round]);
      }
      return Meter.median(values);
    }

    String others(ToDoubleFunction<Meter.Used> what) {
      List<String> texts = new ArrayList<>();
      for (int i = OURS + 1; i < candidates.size(); i++) {
        texts.add(Meter.text("%s %.2f", candidates.get(i).name(), ratio(i, what)));
      }
      return String.join("; ", texts);
    }

    String values(ToDoubleFunction<Meter.Used> what, String format) {
      List<String> texts = new ArrayList<>();
      for (int i = OURS + 1; i < candidates.size(); i++) {
        texts.add(candidates.get(i).name() + " " + Meter.text(format, median(i, what)));
      }
      return String.join("; ", texts);
    }
  }
}
