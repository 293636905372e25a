package org.robustmqtt.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Records one after another in a file, each behind its length; an acknowledgement is the number of
 * the record, in a second file that was filled beforehand.
 */
public final class FloorBacklog implements Backlog {
  private static final int BUFFER = 256 * 1024;

  private final Path folder = Folders.make("floor");

  @Override
  public String name() {
    return "floor";
  }

  @Override
  public void fill(int count, byte[] record) throws IOException {
    ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
    try (FileChannel log = open("log")) {
      for (int i = 0; i < count; i++) {
        if (out.remaining() < 4 + record.length) {
          write(log, out);
        }
        out.putInt(record.length).put(record);
      }
      write(log, out);
      log.force(true);
    }
    try (FileChannel settled = open("settled")) {
      settled.write(ByteBuffer.allocate(8 * count));
      settled.force(true);
    }
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private static void write(FileChannel channel, ByteBuffer out) throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  @Override
  public void drain(Consumer<byte[]> taker) throws IOException {
    ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
    ByteBuffer out = ByteBuffer.allocateDirect(8 * GROUP);
    long number = 0;
    try (FileChannel log = open("log");
        FileChannel settled = open("settled")) {
      while (log.read(in) >= 0 || in.position() > 0) {
        in.flip();
        while (in.remaining() >= 4 && in.remaining() >= 4 + in.getInt(in.position())) {
          byte[] record = new byte[in.getInt()];
          in.get(record);
          taker.accept(record);
          out.putLong(++number);
          if (!out.hasRemaining()) {
            write(settled, out);
          }
        }
        in.compact();
      }
      write(settled, out);
      settled.force(false);
    }
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
