package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** H2's MVStore: read by cursor, removed one by one, a commit for each group. */
public final class MvBacklog implements Backlog {
  private final Path folder = Folders.make("mvstore");

  @Override
  public String name() {
    return "MVStore";
  }

  private MVStore open() {
    return new MVStore.Builder()
        .fileName(folder.resolve("db").toString())
        .autoCommitDisabled()
        .open();
  }

  @Override
  public void fill(int count, byte[] record) {
    MVStore store = open();
    MVMap<Long, byte[]> map = store.openMap("message");
    for (int i = 1; i <= count; i++) {
      map.put((long) i, record.clone());
    }
    store.commit();
    store.sync();
    store.close();
  }

  @Override
  public void drain(Consumer<byte[]> taker) {
    MVStore store = open();
    MVMap<Long, byte[]> map = store.openMap("message");
    int taken = 0;
    for (Iterator<Long> keys = map.keyIterator(null); keys.hasNext(); ) {
      taker.accept(map.remove(keys.next()));
      if (++taken % GROUP == 0) {
        store.commit();
      }
    }
    store.commit();
    store.sync();
    store.closeImmediately();
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
