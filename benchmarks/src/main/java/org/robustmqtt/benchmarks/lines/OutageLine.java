package org.robustmqtt.benchmarks.lines;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.robustmqtt.Durability;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.Application;
import org.robustmqtt.benchmarks.client.HivePublisher;
import org.robustmqtt.benchmarks.client.Load;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.client.PahoPublisher;
import org.robustmqtt.benchmarks.client.Publisher;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/**
 * A broker that is gone for some seconds in real time: when the first message is acknowledged
 * again, and how long a call of publish took at most meanwhile. Every attempt has a client and a
 * broker of its own, and a thread that publishes 20 messages a second; all attempts run side by
 * side, a little apart.
 */
public final class OutageLine implements Lines {
  private static final long INTERVAL_MILLIS = 50;
  private static final int PATIENCE_SECONDS = 40;
  private static final int[] LIVED_SECONDS = {2, 7};
  private static final int APART_MILLIS = 70;
  private static final long LONGEST_CALL = 50_000_000;

  /** Below the ports that systems give to clients, so that a broker finds its own again. */
  private static final int FIRST_PORT = 21_000;

  private static final int LAST_PORT = 29_000;

  private int port = FIRST_PORT + (int) (ProcessHandle.current().pid() % 5000);

  @Override
  public String name() {
    return "outage";
  }

  /** Connects. */
  private interface Maker {
    Publisher make(int port) throws Exception;
  }

  /**
   * How it went.
   *
   * @param back nanoseconds from the broker's return to the first acknowledgement
   * @param longest nanoseconds of the longest call of publish
   */
  private record Result(long back, long longest) {}

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    Map<String, Maker> makers = new TreeMap<>();
    makers.put("ours", port -> new OurPublisher(port, 20, Optional.empty()));
    makers.put("ours, `sync`", port -> new OurPublisher(port, 20, Optional.of(Durability.SYNC)));
    makers.put("HiveMQ", port -> new HivePublisher(port, 20, true));
    makers.put("Paho", port -> new PahoPublisher(port, 1000, true));
    Map<Integer, Map<String, List<Future<Result>>>> all = new TreeMap<>();
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      int number = 0;
      for (int lived : LIVED_SECONDS) {
        for (Map.Entry<String, Maker> maker : makers.entrySet()) {
          for (int i = 0; i < scale.outages(); i++) {
            int later = number++ * APART_MILLIS;
            Callable<Result> attempt = () -> run(maker.getValue(), lived, scale, later);
            all.computeIfAbsent(lived, any -> new TreeMap<>())
                .computeIfAbsent(maker.getKey(), any -> new ArrayList<>())
                .add(pool.submit(attempt));
          }
        }
      }
      List<Row> rows = new ArrayList<>();
      rows.add(calls(all.get(LIVED_SECONDS[1])));
      for (int lived : LIVED_SECONDS) {
        rows.add(back(all.get(lived), lived, scale));
      }
      return rows;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Row calls(Map<String, List<Future<Result>>> results) throws Exception {
    Map<String, Double> most = new TreeMap<>();
    for (Map.Entry<String, List<Future<Result>>> one : results.entrySet()) {
      double longest = 0;
      for (Future<Result> result : one.getValue()) {
        longest = Math.max(longest, result.get().longest);
      }
      most.put(one.getKey(), longest);
    }
    double ours = most.remove("ours");
    List<String> texts = new ArrayList<>();
    most.forEach((name, longest) -> texts.add(Meter.text("%s %.1f ms", name, longest / 1e6)));
    return Row.counted(
        "`publish()`, longest call before, in and after an outage",
        "waits for neither disk nor network",
        Meter.text("%.1f ms", ours / 1e6),
        ours < LONGEST_CALL,
        String.join("; ", texts));
  }

  private static Row back(Map<String, List<Future<Result>>> results, int lived, Scale scale)
      throws Exception {
    Map<String, Rounds> backs = new TreeMap<>();
    for (Map.Entry<String, List<Future<Result>>> one : results.entrySet()) {
      double[] values = new double[one.getValue().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = one.getValue().get(i).get().back / 1e9;
      }
      backs.put(one.getKey(), new Rounds(values));
    }
    Rounds ours = backs.remove("ours");
    List<String> texts = new ArrayList<>();
    backs.forEach((name, times) -> texts.add(name + " " + text(times)));
    return Row.counted(
        Meter.text(
            "back after an outage of %d s of a link that had lived %d s, in real time",
            scale.outageSeconds(), lived),
        "1 s",
        Meter.text("%s of %d", text(ours), scale.outages()),
        ours.most() <= 1,
        String.join("; ", texts));
  }

  private static String text(Rounds seconds) {
    return Meter.text("median %.2f s, worst %.2f s", seconds.median(), seconds.most());
  }

  private synchronized FloorBroker broker() {
    while (true) {
      try {
        return FloorBroker.start(++port);
      } catch (UncheckedIOException e) {
        if (port > LAST_PORT) {
          throw e;
        }
      }
    }
  }

  private Result run(Maker maker, int lived, Scale scale, int later) throws Exception {
    TimeUnit.MILLISECONDS.sleep(scale.outageSeconds() == 0 ? 0 : later);
    FloorBroker broker = broker();
    int itsPort = broker.port();
    AtomicLong returned = new AtomicLong();
    AtomicLong back = new AtomicLong();
    CountDownLatch answered = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong longest = new AtomicLong();
    Application client = new Application(maker.make(itsPort), 20, Load.USUAL);
    long online = System.nanoTime();
    client.publish(20);
    Runnable acknowledged =
        () -> {
          if (returned.get() != 0 && back.compareAndSet(0, System.nanoTime())) {
            answered.countDown();
          }
        };
    Thread publishing = new Thread(() -> publish(client, acknowledged, stop, longest));
    publishing.setDaemon(true);
    publishing.start();
    long life = TimeUnit.SECONDS.toNanos(scale.outageSeconds() == 0 ? 0 : lived);
    TimeUnit.NANOSECONDS.sleep(life - (System.nanoTime() - online));
    broker.close();
    TimeUnit.MILLISECONDS.sleep(1000L * scale.outageSeconds() + 10);
    FloorBroker again = FloorBroker.start(itsPort);
    returned.set(System.nanoTime());
    boolean heard = answered.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    long time = heard ? back.get() - returned.get() : TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    stop.set(true);
    publishing.interrupt();
    publishing.join();
    client.close();
    again.close();
    return new Result(time, longest.get());
  }

  private static void publish(
      Application client, Runnable acknowledged, AtomicBoolean stop, AtomicLong longest) {
    while (!stop.get()) {
      long start = System.nanoTime();
      try {
        client.publish(acknowledged);
      } catch (Exception e) {
        // Paho refuses while it is offline
        start = System.nanoTime();
      }
      longest.accumulateAndGet(System.nanoTime() - start, Math::max);
      try {
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
