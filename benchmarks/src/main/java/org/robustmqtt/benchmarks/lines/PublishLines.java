package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.Load;
import org.robustmqtt.benchmarks.wire.Broker;
import org.robustmqtt.benchmarks.wire.Brokers;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/**
 * Throughput, processor time and allocation of publishing with QoS 1 and 2, and the bytes that ours
 * writes to the disk meanwhile. The candidates take turns; each is compared with the floor of the
 * same round. What is a ratio to the floor has a budget only where the broker is a process of its
 * own: one in this process answers so much in one go that the floor's speed is a matter of chance.
 */
public final class PublishLines implements Lines {
  private static final int ALLOCATION = 400;

  @Override
  public String name() {
    return "publish";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Row> rows = new ArrayList<>();
    Brokers.each(
        broker -> {
          atLeastOnce(broker, scale, 20, 0.95, rows);
          atLeastOnce(broker, scale, 1000, 0.85, rows);
          one(broker, scale, rows);
          exactlyOnce(broker, scale, 1, rows);
          exactlyOnce(broker, scale, 100, rows);
        });
    return rows;
  }

  private static void atLeastOnce(
      Broker broker, Scale scale, int window, double budget, List<Row> rows) throws Exception {
    try (Candidates candidates = new Candidates(broker, window, Load.USUAL)) {
      long written = candidates.ours().stores().status().bytesWritten();
      Turns turns = Turns.take(candidates.all(), new Meter(broker), scale);
      written = candidates.ours().stores().status().bytesWritten() - written;
      String with = ", window " + window + ", " + broker.name();
      rows.add(throughput("QoS 1 throughput" + with, turns, budget, broker));
      Rounds cpu = turns.ratios(Turns.OURS, Meter.Used::cpu);
      rows.add(
          ratio(
              "CPU per message, QoS 1" + with,
              "1.5 x floor",
              Meter.text(
                  "%.2f x, %.1f us",
                  cpu.median(), turns.rounds(Turns.OURS, Meter.Used::cpu).median() / 1e3),
              cpu.median() <= 1.5,
              cpu,
              broker,
              turns.others(Meter.Used::cpu)
                  + Meter.text(
                      "; floor %.1f us",
                      turns.rounds(Turns.FLOOR, Meter.Used::cpu).median() / 1e3)));
      rows.add(allocation(turns, with));
      double disk = (double) written / candidates.all().get(Turns.OURS).published();
      rows.add(
          Row.counted(
              "disk bytes per message acknowledged in time" + with,
              "0",
              Meter.text("%.2f B", disk),
              disk < 0.5,
              "the lease of sequences, and what a pause of the machine let through"));
    }
  }

  private static void one(Broker broker, Scale scale, List<Row> rows) throws Exception {
    try (Candidates candidates = new Candidates(broker, 1, Load.USUAL)) {
      Turns turns = Turns.take(candidates.all(), new Meter(broker), scale);
      String with = ", window 1, " + broker.name();
      Rounds share = turns.ratios(Turns.OURS, one -> 1 / one.nanos());
      rows.add(
          Row.shown(
              "QoS 1 throughput" + with,
              Meter.text("%.2f", share.median()),
              Optional.of(share.spread()),
              peers(turns)));
      rows.add(allocation(turns, with));
    }
  }

  private static void exactlyOnce(Broker broker, Scale scale, int topics, List<Row> rows)
      throws Exception {
    try (Candidates candidates =
        new Candidates(broker, 20, new Load(2, topics, Load.USUAL.payload()))) {
      Turns turns = Turns.take(candidates.all(), new Meter(broker), scale);
      String on = topics == 1 ? ", one topic, " : ", " + topics + " topics, ";
      rows.add(throughput("QoS 2 throughput, window 20" + on + broker.name(), turns, 0.8, broker));
    }
  }

  private static Row throughput(String what, Turns turns, double budget, Broker broker) {
    Rounds share = turns.ratios(Turns.OURS, one -> 1 / one.nanos());
    return ratio(
        what,
        budget + " of floor",
        Meter.text("%.2f", share.median()),
        share.median() >= budget,
        share,
        broker,
        peers(turns));
  }

  private static Row ratio(
      String what,
      String budget,
      String measured,
      boolean met,
      Rounds rounds,
      Broker broker,
      String others) {
    return broker instanceof FloorBroker
        ? Row.shown(what, measured, Optional.of(rounds.spread()), others)
        : Row.of(what, budget, measured, met, rounds.spread(), others);
  }

  private static String peers(Turns turns) {
    double floor = turns.rounds(Turns.FLOOR, Meter.Used::nanos).median();
    return turns.others(one -> 1 / one.nanos()) + Meter.text("; floor %,.0f/s", 1e9 / floor);
  }

  private static Row allocation(Turns turns, String with) {
    Rounds bytes = turns.rounds(Turns.OURS, Meter.Used::bytes);
    return Row.of(
        "allocation per published message" + with,
        ALLOCATION + " B",
        Meter.text("%.0f B", bytes.median()),
        bytes.median() <= ALLOCATION,
        bytes.spread(),
        turns.values(Meter.Used::bytes, "%.0f B"));
  }
}
