package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.ArtemisBacklog;
import org.robustmqtt.benchmarks.store.Backlog;
import org.robustmqtt.benchmarks.store.FloorBacklog;
import org.robustmqtt.benchmarks.store.MvBacklog;
import org.robustmqtt.benchmarks.store.OurBacklog;
import org.robustmqtt.benchmarks.store.SqliteBacklog;

/** A stored backlog that is opened, read in its order, and acknowledged record by record. */
public final class DrainLine implements Lines {
  private static final byte[] RECORD = new byte[200];
  private static final int OURS = 1;

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    List<Callable<Backlog>> makers =
        List.of(
            FloorBacklog::new,
            OurBacklog::new,
            ArtemisBacklog::new,
            SqliteBacklog::new,
            MvBacklog::new);
    double[][] times = new double[makers.size()][scale.rounds()];
    String[] names = new String[makers.size()];
    for (int round = -1; round < scale.rounds(); round++) {
      for (int i = 0; i < names.length; i++) {
        try (Backlog backlog = makers.get(i).call()) {
          names[i] = backlog.name();
          double nanos = nanos(backlog, scale.backlog());
          if (round >= 0) {
            times[i][round] = nanos;
          }
        }
      }
    }
    Rounds floor = new Rounds(times[0]);
    Rounds ours = floor.over(new Rounds(times[OURS]));
    List<String> texts = new ArrayList<>();
    for (int i = OURS + 1; i < names.length; i++) {
      texts.add(Meter.text("%s %.2f", names[i], floor.over(new Rounds(times[i])).median()));
    }
    texts.add(Meter.text("floor %,.0f/s", scale.backlog() * 1e9 / floor.median()));
    return List.of(
        Row.of(
            "drain of a stored backlog of " + Meter.count(scale.backlog()),
            "0.9 of floor",
            Meter.text("%.2f", ours.median()),
            ours.median() >= 0.9,
            ours.spread(),
            String.join("; ", texts)));
  }

  private static double nanos(Backlog backlog, int count) throws Exception {
    backlog.fill(count, RECORD);
    AtomicInteger taken = new AtomicInteger();
    long start = System.nanoTime();
    backlog.drain(record -> taken.addAndGet(record.length == RECORD.length ? 1 : 0));
    long nanos = System.nanoTime() - start;
    if (taken.get() != count) {
      throw new IllegalStateException(backlog.name() + ": " + taken + " of " + count);
    }
    return nanos;
  }
}
