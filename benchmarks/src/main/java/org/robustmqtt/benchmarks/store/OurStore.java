package org.robustmqtt.benchmarks.store;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.StoredMessage;

/** Our journal with durability {@code sync}: what a publisher waits for who waits for the disk. */
public final class OurStore implements Store {
  private final OurStores stores = new OurStores();
  private final Journal journal;

  /** Opens a new journal. */
  public OurStore() throws JournalException {
    journal = stores.open("bench", Duration.ofMillis(200));
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public void put(byte[] record) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    StoredMessage message =
        new StoredMessage(
            journal.nextSequence(),
            Message.of("home/kitchen/temperature", record),
            Durability.SYNC,
            System.currentTimeMillis(),
            0);
    while (!journal.offer(
        message,
        stored -> {
          if (stored == Stored.ON_DISK) {
            done.countDown();
          }
        })) {
      journal.awaitRoom(Duration.ofSeconds(1));
    }
    done.await();
  }

  @Override
  public long forces() throws InterruptedException {
    // the numbers are shown at the end of a round, after the answers
    TimeUnit.MILLISECONDS.sleep(50);
    return journal.status().forces();
  }

  @Override
  public void close() throws Exception {
    journal.close();
    stores.close();
  }
}
