package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.robustmqtt.Durability;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.client.HivePublisher;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.client.PahoPublisher;
import org.robustmqtt.benchmarks.client.Publisher;
import org.robustmqtt.benchmarks.wire.FloorBroker;

/**
 * A broker that is gone for some seconds in real time: when the first message is acknowledged
 * again, and how long a call of publish took at most meanwhile. Every client has its own broker,
 * and a thread that publishes 20 messages a second.
 */
public final class OutageLine implements Lines {
  private static final long INTERVAL_MILLIS = 50;
  private static final int LIVED_MILLIS = 5500;
  private static final int PATIENCE_SECONDS = 40;

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
    makers.put("ours, sync", port -> new OurPublisher(port, 20, Optional.of(Durability.SYNC)));
    makers.put("HiveMQ", port -> new HivePublisher(port, 20, true));
    makers.put("Paho", port -> new PahoPublisher(port, 1000, true));
    Map<String, Result> results = new TreeMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Map.Entry<String, Maker> one : makers.entrySet()) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  Result result = run(one.getValue(), scale.outageSeconds());
                  synchronized (results) {
                    results.put(one.getKey(), result);
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(one.getKey(), e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Result ours = results.get("ours");
    Result sync = results.get("ours, sync");
    if (ours == null || sync == null) {
      throw new IllegalStateException("no result");
    }
    List<String> backs = new ArrayList<>();
    List<String> longest = new ArrayList<>();
    longest.add(Meter.text("ours with sync %.1f ms", sync.longest / 1e6));
    for (String peer : List.of("HiveMQ", "Paho")) {
      Result result = results.get(peer);
      if (result != null) {
        backs.add(Meter.text("%s %.1f s", peer, result.back / 1e9));
        longest.add(Meter.text("%s %.1f ms", peer, result.longest / 1e6));
      }
    }
    backs.add("one sample each; the line below has the distribution");
    return List.of(
        new Row(
            "publish(), longest call before, in and after an outage",
            "waits for neither disk nor network",
            Meter.text("%.1f ms", ours.longest / 1e6),
            Row.Verdict.of(ours.longest < 50_000_000),
            String.join("; ", longest)),
        new Row(
            "back after an outage of " + scale.outageSeconds() + " s, in real time",
            "1 s",
            Meter.text("%.2f s", ours.back / 1e9),
            Row.Verdict.of(ours.back <= 1_000_000_000L),
            String.join("; ", backs)));
  }

  private static Result run(Maker maker, int outageSeconds) throws Exception {
    FloorBroker broker = FloorBroker.start(0);
    int port = broker.port();
    AtomicLong returned = new AtomicLong();
    AtomicLong back = new AtomicLong();
    CountDownLatch answered = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong longest = new AtomicLong();
    Publisher client = maker.make(port);
    client.publish(200);
    Thread publishing =
        new Thread(
            () -> {
              while (!stop.get()) {
                long start = System.nanoTime();
                try {
                  client.publish(
                      () -> {
                        if (returned.get() != 0 && back.compareAndSet(0, System.nanoTime())) {
                          answered.countDown();
                        }
                      });
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
            });
    publishing.setDaemon(true);
    publishing.start();
    // A link that falls within its first five seconds is one that flaps.
    TimeUnit.MILLISECONDS.sleep(outageSeconds == 0 ? 500 : LIVED_MILLIS);
    broker.close();
    TimeUnit.MILLISECONDS.sleep(1000L * outageSeconds + 10);
    FloorBroker again = FloorBroker.start(port);
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
}
