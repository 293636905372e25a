package org.robustmqtt.benchmarks.lines;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.benchmarks.Lines;
import org.robustmqtt.benchmarks.Row;
import org.robustmqtt.benchmarks.Scale;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.benchmarks.store.SqliteStore;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/** What the journal writes for a message that waits, and for its acknowledgement. */
public final class BytesLines implements Lines {
  private static final String TOPIC = "home/kitchen/temperature";

  /** Topic and payload together are 226 bytes, so that the record without its frame is 250. */
  private static final byte[] PAYLOAD = new byte[202];

  /** A burst every so often: as many messages as come within a second or two of normal life. */
  private static final int BURST = 100;

  @Override
  public String name() {
    return "bytes";
  }

  @Override
  public List<Row> measure(Scale scale) throws Exception {
    int count = scale.stored();
    try (OurStores stores = new OurStores();
        Journal journal = stores.open("bytes", Duration.ofMillis(200))) {
      long[] sequences = new long[count];
      JournalStatus before = quiet(journal);
      for (int i = 0; i < count; i += BURST) {
        store(journal, sequences, i, Math.min(BURST, count - i));
      }
      JournalStatus stored = quiet(journal);
      acknowledge(journal, sequences, true);
      JournalStatus sent = quiet(journal);
      acknowledge(journal, sequences, false);
      JournalStatus settled = quiet(journal);
      double each = (double) (stored.bytesWritten() - before.bytesWritten()) / count;
      double sentEach = (double) (sent.bytesWritten() - stored.bytesWritten()) / count;
      double settledEach = (double) (settled.bytesWritten() - sent.bytesWritten()) / count;
      long forces = settled.forces() - stored.forces();
      return List.of(
          Row.counted(
              "disk bytes per message (250 B), durable within 1 s",
              "300 B",
              Meter.text("%.0f B", each),
              each <= 300,
              sqlite(count)),
          Row.counted(
              "bytes written per acknowledgement of a stored message",
              "20 B, no force",
              Meter.text("%.1f B, %d forces for %d", settledEach, forces, count),
              settledEach <= 20 && forces < Math.max(2, count / 100),
              Meter.text("its packet id before it was sent: %.1f B", sentEach)));
    }
  }

  /** Returns the numbers after the round in which the last answer was given. */
  private static JournalStatus quiet(Journal journal) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(100);
    return journal.status();
  }

  private static void store(Journal journal, long[] sequences, int from, int count)
      throws InterruptedException {
    CountDownLatch forced = new CountDownLatch(count);
    for (int i = from; i < from + count; i++) {
      sequences[i] = journal.nextSequence();
      StoredMessage message =
          new StoredMessage(
              sequences[i],
              Message.of(TOPIC, PAYLOAD),
              Durability.GROUP,
              System.currentTimeMillis(),
              0);
      while (!journal.offer(message, how -> forced.countDown())) {
        journal.awaitRoom(Duration.ofSeconds(1));
      }
    }
    forced.await();
  }

  private static void acknowledge(Journal journal, long[] sequences, boolean sending)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(sequences.length);
    WrittenCallback told = ok -> done.countDown();
    for (int i = 0; i < sequences.length; i++) {
      if (sending) {
        journal.sent(sequences[i], 1, 1 + i % 60_000, Level.APPENDED, told);
      } else {
        journal.settled(sequences[i], told);
      }
    }
    if (!done.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the journal did not answer");
    }
  }

  private static String sqlite(int count) throws Exception {
    try (SqliteStore store = new SqliteStore()) {
      long before = store.size();
      int some = Math.min(count, 300);
      for (int i = 0; i < some; i++) {
        store.put(new byte[250]);
      }
      return Meter.text(
          "SQLite, a transaction each: %.0f B", (double) (store.size() - before) / some);
    }
  }
}
