package org.robustmqtt.persistence.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file of {@link FaultyDisk}: what is in it, what was forced, and the writes between. */
final class FaultyFile {
  private static final int SECTOR = 512;

  byte[] content = {};
  byte[] durable = {};

  /** Reads that touch these bytes fail. */
  int unreadableFrom;

  int unreadableTo;
  final List<Write> pending = new ArrayList<>();

  /** Some bytes, or that what is behind them is cut off. */
  private record Write(int at, byte[] bytes, boolean cut) {}

  void write(int at, byte[] bytes) {
    content = put(content, at, bytes, 0, bytes.length);
    pending.add(new Write(at, bytes, false));
  }

  void truncate(int size) {
    content = Arrays.copyOf(content, size);
    pending.add(new Write(size, new byte[0], true));
  }

  /** What is pending reaches the disk; what an earlier force forgot does not. */
  void force() {
    for (Write write : pending) {
      durable =
          write.cut()
              ? Arrays.copyOf(durable, write.at())
              : put(durable, write.at(), write.bytes(), 0, write.bytes().length);
    }
    pending.clear();
  }

  /** What a power cut may leave: each unforced sector is there, there in part, or not there. */
  byte[] torn(Random random) {
    byte[] torn = durable.clone();
    for (Write write : pending) {
      for (int from = 0; from < write.bytes().length; ) {
        int to = Math.min(write.bytes().length, from + SECTOR - (write.at() + from) % SECTOR);
        if (random.nextInt(3) > 0) {
          int part = random.nextInt(4) == 0 ? from + random.nextInt(to - from) : to;
          torn = put(torn, write.at() + from, write.bytes(), from, part);
        }
        from = to;
      }
    }
    return torn;
  }

  private static byte[] put(byte[] old, int at, byte[] bytes, int from, int to) {
    byte[] grown = Arrays.copyOf(old, Math.max(old.length, at + to - from));
    System.arraycopy(bytes, from, grown, at, to - from);
    return grown;
  }
}
