package org.robustmqtt.itests.tour;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what one force costs on the disk of the hub while the hub works: writes and forces 64 kB
 * ten times a second and keeps the longest.
 */
final class DiskProbe implements AutoCloseable {

  private static final long PAUSE_NANOS = 100_000_000;

  private final FileChannel file;
  private final Thread thread;
  private final AtomicLong longestNanos = new AtomicLong();
  private volatile boolean closed;

  private DiskProbe(FileChannel file) {
    this.file = file;
    this.thread = new Thread(this::run, "disk-probe");
    thread.setDaemon(true);
  }

  static DiskProbe start(Path scratch) throws IOException {
    DiskProbe probe =
        new DiskProbe(
            FileChannel.open(scratch, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    probe.thread.start();
    return probe;
  }

  /** The longest force so far, in seconds. */
  double longestSeconds() {
    return longestNanos.get() / 1e9;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }

  private void run() {
    ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
    try {
      while (!closed) {
        long before = System.nanoTime();
        bytes.clear();
        file.write(bytes, 0);
        file.force(false);
        longestNanos.accumulateAndGet(System.nanoTime() - before, Math::max);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (IOException e) {
      // A disk that fails here fails the hub as well, and that is what the table shows.
      closed = true;
    }
  }
}
