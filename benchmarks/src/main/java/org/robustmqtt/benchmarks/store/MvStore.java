package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** H2's MVStore: commit and sync for each record. */
public final class MvStore implements Store {
  private final Path folder = Folders.make("mvstore");
  private final MVStore store;
  private final MVMap<Long, byte[]> map;
  private long sequence;

  /** Makes an empty store. */
  public MvStore() {
    store =
        new MVStore.Builder().fileName(folder.resolve("db").toString()).autoCommitDisabled().open();
    map = store.openMap("message");
  }

  @Override
  public String name() {
    return "MVStore";
  }

  @Override
  public synchronized void put(byte[] record) {
    map.put(++sequence, record);
    store.commit();
    store.sync();
  }

  @Override
  public void close() {
    store.close();
    Folders.delete(folder);
  }
}
