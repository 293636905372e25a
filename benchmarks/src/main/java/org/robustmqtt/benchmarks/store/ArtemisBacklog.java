package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.journal.Journal;
import org.apache.activemq.artemis.core.journal.RecordInfo;

/**
 * The journal of Apache Artemis: it reads all of it into memory, and appends a record to delete.
 */
public final class ArtemisBacklog implements Backlog {
  private static final byte TYPE = 1;

  private final Path folder = Folders.make("artemis");

  @Override
  public String name() {
    return "Artemis";
  }

  @Override
  public void fill(int count, byte[] record) throws Exception {
    Journal journal = ArtemisStore.open(folder, true);
    journal.loadInternalOnly();
    for (int i = 1; i <= count; i++) {
      journal.appendAddRecord(i, TYPE, record, i == count);
    }
    journal.stop();
  }

  @Override
  public void drain(Consumer<byte[]> taker) throws Exception {
    Journal journal = ArtemisStore.open(folder, true);
    List<RecordInfo> records = new ArrayList<>();
    journal.load(records, new ArrayList<>(), (id, all, deletes) -> {});
    for (int i = 0; i < records.size(); i++) {
      taker.accept(records.get(i).data);
      journal.appendDeleteRecord(records.get(i).id, i == records.size() - 1);
    }
    journal.stop();
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
