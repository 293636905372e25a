package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;

/** Our journal: what waits is read block by block, the next one while this one is taken. */
public final class OurBacklog implements Backlog {
  private static final String NAME = "backlog";
  private static final Duration DELAY = Duration.ofMillis(50);
  private static final int AHEAD = 1;
  private static final int MOST_BYTES = 1 << 20;

  private final Path folder = Folders.make("ours");

  /** What was read, and what is still to be read of what was asked for. */
  private record Answer(List<StoredMessage> found, long[] rest) {}

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public void fill(int count, byte[] record) throws Exception {
    try (OurStores stores = new OurStores(folder);
        Journal journal = stores.open(NAME, DELAY)) {
      CountDownLatch forced = new CountDownLatch(count);
      for (int i = 0; i < count; i++) {
        long sequence = journal.nextSequence();
        while (sequence == 0) {
          journal.awaitRoom(Duration.ofSeconds(1));
          sequence = journal.nextSequence();
        }
        StoredMessage message =
            new StoredMessage(
                sequence,
                Message.of("home/kitchen/temperature", record),
                Durability.GROUP,
                System.currentTimeMillis(),
                0);
        while (!journal.offer(message, how -> forced.countDown())) {
          journal.awaitRoom(Duration.ofSeconds(1));
        }
      }
      forced.await();
    }
  }

  @Override
  public void drain(Consumer<byte[]> taker) throws Exception {
    try (OurStores stores = new OurStores(folder);
        Journal journal = stores.open(NAME, DELAY)) {
      Recovery recovery = journal.recovery();
      int count = recovery.messages().size();
      for (StoredBlock block : recovery.waiting()) {
        count += block.count();
      }
      CountDownLatch settled = new CountDownLatch(count);
      for (RecoveredMessage message : recovery.messages()) {
        take(journal, message.stored(), taker, settled);
      }
      BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
      int left = count - recovery.messages().size();
      int asked = 0;
      for (int i = 0; i < Math.min(AHEAD, recovery.waiting().size()); i++) {
        ask(journal, sequences(recovery.waiting().get(asked++)), answers);
      }
      while (left > 0) {
        Answer answer = answers.take();
        if (answer.rest.length > 0) {
          ask(journal, answer.rest, answers);
        } else if (asked < recovery.waiting().size()) {
          ask(journal, sequences(recovery.waiting().get(asked++)), answers);
        }
        for (StoredMessage message : answer.found) {
          take(journal, message, taker, settled);
        }
        left -= answer.found.size();
      }
      settled.await();
    }
  }

  private static void take(
      Journal journal, StoredMessage stored, Consumer<byte[]> taker, CountDownLatch settled) {
    taker.accept(stored.message().payload());
    journal.settled(stored.sequence(), ok -> settled.countDown());
  }

  private static long[] sequences(StoredBlock block) {
    long[] sequences = new long[block.count()];
    int at = 0;
    for (int i = 0; i < StoredBlock.SIZE; i++) {
      if ((block.present()[i / Long.SIZE] >>> i % Long.SIZE & 1) != 0) {
        sequences[at++] = block.first() + i;
      }
    }
    return sequences;
  }

  private static void ask(Journal journal, long[] sequences, BlockingQueue<Answer> answers) {
    journal.read(
        sequences,
        MOST_BYTES,
        (found, answered, unreadable) ->
            answers.add(
                new Answer(found, Arrays.copyOfRange(sequences, answered, sequences.length))));
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
