package org.robustmqtt.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Append into pre-filled space and force, nothing else: the size of the file never changes, so that
 * a force writes data only. Who comes first writes and forces what all have brought so far; the
 * others wait for that.
 */
public final class FloorStore implements Store {
  private static final int SIZE = 32 << 20;

  private final Path folder = Folders.make("floor");
  private final FileChannel channel;
  private final Object guard = new Object();
  private ByteBuffer filling = ByteBuffer.allocateDirect(1 << 20);
  private ByteBuffer writing = ByteBuffer.allocateDirect(1 << 20);
  private long put;
  private long forced;
  private boolean busy;
  private long forces;

  /** Where the next record goes; of who is busy. */
  private long position;

  /** Makes an empty file. */
  public FloorStore() throws IOException {
    channel =
        FileChannel.open(
            folder.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    for (int at = 0; at < SIZE; at += filling.capacity()) {
      channel.write(filling.clear(), at);
    }
    filling.clear();
    channel.force(true);
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
    if (position + writing.remaining() > SIZE) {
      position = 0;
    }
    position += channel.write(writing, position);
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
