package org.robustmqtt.itests.simulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A file of {@link SimDisk}: what is in it, what was forced, and the writes between. */
final class SimFile {
  private static final int SECTOR = 512;
  private static final byte[] EMPTY = {};

  private record Write(int at, byte[] bytes) {}

  private byte[] content = EMPTY;
  private int length;
  private byte[] durable = EMPTY;
  private int durableLength;
  private final List<Write> pending = new ArrayList<>();

  int length() {
    return length;
  }

  int read(ByteBuffer into, int position) {
    int left = length - position;
    if (left <= 0) {
      return -1;
    }
    int count = Math.min(left, into.remaining());
    into.put(content, position, count);
    return count;
  }

  void write(int at, byte[] bytes) {
    content = put(content, at, bytes, 0, bytes.length);
    length = Math.max(length, at + bytes.length);
    pending.add(new Write(at, bytes));
  }

  void truncate(int size) {
    // A shorter file is not lost by a power cut in this model: nothing relies on it.
    length = Math.min(length, size);
    Arrays.fill(content, length, content.length, (byte) 0);
  }

  void force() {
    for (Write write : pending) {
      durable = put(durable, write.at(), write.bytes(), 0, write.bytes().length);
      durableLength = Math.max(durableLength, write.at() + write.bytes().length);
    }
    if (durableLength > length) {
      durableLength = length;
    }
    pending.clear();
  }

  /** A force failed: what waited is in memory only, and will never be written. */
  void forget() {
    pending.clear();
  }

  void drop() {
    content = durable.clone();
    length = durableLength;
    pending.clear();
  }

  /** Each unforced sector is there, there in part, or not there. */
  void tear(SplittableRandom random) {
    for (Write write : pending) {
      int size = write.bytes().length;
      for (int from = 0; from < size; ) {
        int to = Math.min(size, from + SECTOR - (write.at() + from) % SECTOR);
        if (random.nextInt(3) > 0) {
          int part = random.nextInt(4) == 0 ? from + random.nextInt(to - from) : to;
          durable = put(durable, write.at() + from, write.bytes(), from, part);
          durableLength = Math.max(durableLength, write.at() + part);
        }
        from = to;
      }
    }
    drop();
  }

  private static byte[] put(byte[] old, int at, byte[] bytes, int from, int to) {
    int end = at + to - from;
    byte[] grown = end <= old.length ? old : Arrays.copyOf(old, Math.max(end, 2 * old.length));
    System.arraycopy(bytes, from, grown, at, to - from);
    return grown;
  }
}
