package org.robustmqtt.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Append and force, nothing else. Who comes first writes and forces what all have brought so far;
 * the others wait for that.
 */
public final class FloorStore implements Store {
  private final Path folder = Folders.make("floor");
  private final FileChannel channel;
  private final Object guard = new Object();
  private ByteBuffer filling = ByteBuffer.allocateDirect(1 << 20);
  private ByteBuffer writing = ByteBuffer.allocateDirect(1 << 20);
  private long put;
  private long forced;
  private boolean busy;
  private long forces;

  /** Makes an empty file. */
  public FloorStore() throws IOException {
    channel =
        FileChannel.open(
            folder.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public String name() {
    return "floor";
  }

  @Override
  public void put(byte[] record) throws IOException, InterruptedException {
    long mine;
    synchronized (guard) {
      filling.put(record);
      mine = ++put;
      while (busy && forced < mine) {
        guard.wait();
      }
      if (forced >= mine) {
        return;
      }
      busy = true;
      ByteBuffer full = filling;
      filling = writing;
      writing = full;
      mine = put;
    }
    writing.flip();
    channel.write(writing);
    channel.force(false);
    writing.clear();
    synchronized (guard) {
      forced = mine;
      forces++;
      busy = false;
      guard.notifyAll();
    }
  }

  @Override
  public long forces() {
    return forces;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Folders.delete(folder);
  }
}
