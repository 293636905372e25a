package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.Journal;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;

/**
 * The journal of Apache Artemis on NIO, files of 10 MB filled beforehand, no compaction. With a
 * buffer it groups what several producers bring within {@value #BUFFER_NANOS} ns.
 */
public final class ArtemisStore implements Store {
  private static final int FILE_SIZE = 10 << 20;
  private static final int BUFFER_NANOS = 100_000;
  private static final byte TYPE = 1;

  private final Path folder = Folders.make("artemis");
  private final Journal journal;
  private final AtomicLong id = new AtomicLong();

  /** Makes an empty journal. */
  public ArtemisStore(boolean buffered) throws Exception {
    journal = open(folder, buffered);
    journal.loadInternalOnly();
  }

  /** Starts a journal in a folder. */
  static Journal open(Path folder, boolean buffered) throws Exception {
    NIOSequentialFileFactory files =
        new NIOSequentialFileFactory(folder.toFile(), buffered, 490 * 1024, BUFFER_NANOS, 1, false);
    Journal journal = new JournalImpl(FILE_SIZE, 4, 4, 0, 0, files, "bench", "log", 1);
    journal.start();
    return journal;
  }

  @Override
  public String name() {
    return "Artemis";
  }

  @Override
  public void put(byte[] record) throws Exception {
    journal.appendAddRecord(id.incrementAndGet(), TYPE, record, true);
  }

  @Override
  public void close() throws Exception {
    journal.stop();
    Folders.delete(folder);
  }
}
