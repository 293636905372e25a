package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.ArtemisStore;
import org.robustmqtt.benchmarks.store.FloorStore;
import org.robustmqtt.benchmarks.store.MvStore;
import org.robustmqtt.benchmarks.store.OurStore;
import org.robustmqtt.benchmarks.store.SqliteStore;
import org.robustmqtt.benchmarks.store.Store;

/** Records of 250 bytes, each forced before its producer goes on; one producer, and 64. */
public final class EnqueueLines implements Lines {
  private static final int OURS = 1;

  /** The last one that forces for several producers at once. */
  private static final int GROUPED = 2;

  private static final byte[] RECORD = new byte[200];
  private static final int MANY = 64;
  private static final int PEERS_SHARE = 8;

  @Override
  public String name() {
    return "enqueue";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    return List.of(row(scale, 1, 0.9, "at most 1.1 forces each"), row(scale, MANY, 0.8, "grouped"));
  }

  private static Row row(Scale scale, int producers, double budget, String forcesBudget)
      throws Exception {
    List<Store> stores = new ArrayList<>();
    try {
      stores.add(new FloorStore());
      stores.add(new OurStore());
      stores.add(new ArtemisStore(producers > 1));
      stores.add(new SqliteStore());
      stores.add(new MvStore());
      return row(stores, scale, producers, budget, forcesBudget);
    } finally {
      for (Store store : stores) {
        store.close();
      }
    }
  }

  private static Row row(
      List<Store> stores, Scale scale, int producers, double budget, String forcesBudget)
      throws Exception {
    double[][] ratios = new double[stores.size()][scale.rounds()];
    double[] floors = new double[scale.rounds()];
    long forces = 0;
    int each = Math.max(1, scale.forced() / (producers == 1 ? 1 : 8));
    for (int round = -1; round < scale.rounds(); round++) {
      for (int i = 0; i < stores.size(); i++) {
        long before = stores.get(i).forces();
        // Those that force for each producer would take minutes with many.
        int share = producers > 1 && i > GROUPED ? PEERS_SHARE : 1;
        int some = Math.max(1, each / share);
        long nanos = run(stores.get(i), producers, some) * each / some;
        if (round >= 0) {
          floors[round] = i == 0 ? nanos : floors[round];
          ratios[i][round] = floors[round] / nanos;
          forces += i == OURS ? stores.get(i).forces() - before : 0;
        }
      }
    }
    long puts = (long) scale.rounds() * producers * each;
    Rounds ratio = new Rounds(ratios[OURS]);
    double forcesEach = (double) forces / puts;
    List<String> texts = new ArrayList<>();
    for (int i = OURS + 1; i < stores.size(); i++) {
      texts.add(Meter.text("%s %.2f", stores.get(i).name(), new Rounds(ratios[i]).median()));
    }
    texts.add(
        Meter.text("floor %.0f/s", (double) producers * each * 1e9 / new Rounds(floors).median()));
    boolean met = ratio.median() >= budget && forcesEach <= (producers == 1 ? 1.1 : 0.9);
    return Row.of(
        "durable enqueue, forced each, "
            + producers
            + (producers == 1 ? " producer" : " producers"),
        budget + " of floor, " + forcesBudget,
        Meter.text("%.2f, %.2f forces each", ratio.median(), forcesEach),
        met,
        ratio.spread(),
        String.join("; ", texts));
  }

  private static long run(Store store, int producers, int each) throws Exception {
    long start = System.nanoTime();
    if (producers == 1) {
      putAll(store, each);
      return System.nanoTime() - start;
    }
    CountDownLatch left = new CountDownLatch(producers);
    AtomicReference<Exception> failure = new AtomicReference<>();
    for (int i = 0; i < producers; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  putAll(store, each);
                } catch (Exception e) {
                  failure.set(e);
                } finally {
                  left.countDown();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    left.await();
    if (failure.get() != null) {
      throw failure.get();
    }
    return System.nanoTime() - start;
  }

  private static void putAll(Store store, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      store.put(RECORD);
    }
  }
}
