package org.robustmqtt.benchmarks.lines;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.Folders;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.client.component.BareHub;

/**
 * Messages that a person takes out of a long queue: many deep ones one by one, and all at once.
 * Each attempt is a virtual machine of its own with a store of its own.
 */
public final class RemovalLines implements Lines {
  /** The word that starts the other side. */
  public static final String CHILD = "child-removal";

  private static final String CANCEL = "cancel";
  private static final String PURGE = "purge";
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(40);

  @Override
  public String name() {
    return "removal";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    int few = scale.queued() / 10;
    return List.of(
        row(few, CANCEL, scale.cancelled()),
        row(few, PURGE, few),
        row(scale.queued(), PURGE, scale.queued()));
  }

  private static Row row(int queued, String how, int count) throws Exception {
    Optional<Map<String, Long>> answers;
    Path folder = Folders.make("removal");
    try {
      QueueLine.fill(folder, queued);
      answers =
          Child.run(
              List.of("-Xmx1g"),
              List.of(
                  CHILD,
                  folder.toString(),
                  Integer.toString(queued),
                  how,
                  Integer.toString(count)));
    } finally {
      Folders.delete(folder);
    }
    String what =
        how.equals(CANCEL)
            ? Meter.text("cancel of the last %,d of %s queued", count, Meter.count(queued))
            : "purge of " + Meter.count(queued) + " queued, until the store is rid of them";
    long removed = answers.map(all -> all.get("removed")).orElse(0L);
    double seconds = answers.map(all -> all.get("millis") / 1e3).orElse(0.0);
    boolean whole = removed == count;
    long segments = answers.map(all -> all.getOrDefault("segments", 0L)).orElse(0L);
    String left = segments > 2 ? Meter.text(", %d segments left", segments) : "";
    return Row.counted(
        what,
        "1 s",
        (whole ? Meter.text("%.2f s", seconds) : Meter.text("%,d in %.1f s", removed, seconds))
            + left,
        whole && seconds <= 1 && segments <= 2,
        answers
            .filter(all -> all.containsKey("call"))
            .map(all -> Meter.text("the call itself %.2f s", all.get("call") / 1e3))
            .orElse(""));
  }

  /** The other side: opens the connection, and takes messages out of its queue. */
  public static void child(List<String> words, PrintStream out) throws Exception {
    int queued = Integer.parseInt(words.get(1));
    int count = Integer.parseInt(words.get(3));
    OurStores stores = new OurStores(Path.of(words.get(0)));
    RobustMqttConnection connection = QueueLine.open(new BareHub(), stores, 0);
    long first = connection.browse(1).get(0).id();
    long start = System.nanoTime();
    long removed = 0;
    if (words.get(2).equals(PURGE)) {
      removed = connection.purge();
      out.println("call=" + (System.nanoTime() - start) / 1_000_000);
      while (stores.status().segments() > 2 && System.nanoTime() - start < PATIENCE) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      out.println("segments=" + stores.status().segments());
    } else {
      for (long id = first + queued - count; id < first + queued; id++) {
        removed += connection.cancel(id) ? 1 : 0;
        if (System.nanoTime() - start > PATIENCE) {
          break;
        }
      }
    }
    out.println("millis=" + (System.nanoTime() - start) / 1_000_000);
    out.println("removed=" + removed);
    out.flush();
    System.exit(0);
  }
}
