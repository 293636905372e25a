package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;

/**
 * Reads files into one array that is used again and again. Where the disk cannot read a block,
 * there are zeros, and what is around it is read all the same.
 */
final class SegmentBytes {
  private static final int PIECE = 256 << 10;
  private static final int BLOCK = 4 << 10;

  /** After so many blocks that it cannot read, a disk is not asked for single ones any more. */
  private static final int MOST_FAILURES = 64;

  private static final int MOST = Integer.MAX_VALUE - 8;
  private static final byte[] NOTHING = {};

  private final Disk disk;
  private byte[] array = NOTHING;
  private int length;
  private int failures;
  private Optional<String> unreadable = Optional.empty();

  SegmentBytes(Disk disk) {
    this.disk = disk;
  }

  /** Reads a whole file. */
  void read(Path file) throws IOException {
    read(file, MOST);
  }

  /**
   * Reads the beginning of a file, at most so many bytes.
   *
   * @throws IOException if there is no such file, and for no other reason
   */
  void read(Path path, int most) throws IOException {
    length = 0;
    failures = 0;
    unreadable = Optional.empty();
    try (DiskFile file = disk.openToRead(path)) {
      int size = (int) Math.min(most, file.size());
      if (size > array.length) {
        // the one before goes first: both together may be too much for a small heap
        array = NOTHING;
        array = new byte[(int) Math.min(MOST, size * 17L / 16)];
      }
      length = fill(file, size);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      fail(e);
    }
  }

  /** Reads the beginning of a file, shorter if the file is; fails where the disk does. */
  static byte[] readFully(DiskFile file, int length) throws IOException {
    byte[] bytes = new byte[length];
    int at = 0;
    while (at < length) {
      int read = file.read(ByteBuffer.wrap(bytes, at, Math.min(PIECE, length - at)), at);
      if (read <= 0) {
        return Arrays.copyOf(bytes, at);
      }
      at += read;
    }
    return bytes;
  }

  private int fill(DiskFile file, int size) {
    int at = 0;
    while (at < size) {
      // in pieces: the system keeps a copy of the largest one for each thread
      int piece = Math.min(PIECE, size - at);
      int read;
      try {
        read = file.read(ByteBuffer.wrap(array, at, piece), at);
      } catch (IOException e) {
        blocks(file, at, piece);
        read = piece;
      }
      if (read <= 0) {
        break;
      }
      at += read;
    }
    return at;
  }

  /** Reads a part that cannot be read at once, each block by itself. */
  private void blocks(DiskFile file, int from, int bytes) {
    for (int at = from; at < from + bytes; at += BLOCK) {
      int end = Math.min(at + BLOCK, from + bytes);
      Arrays.fill(array, at, end, (byte) 0);
      if (failures > MOST_FAILURES) {
        continue;
      }
      try {
        ByteBuffer into = ByteBuffer.wrap(array, at, end - at);
        while (into.hasRemaining() && file.read(into, into.position()) > 0) {
          // each turn reads what the file system gives
        }
      } catch (IOException e) {
        Arrays.fill(array, at, end, (byte) 0);
        failures++;
        fail(e);
      }
    }
  }

  private void fail(IOException e) {
    unreadable = unreadable.or(() -> Optional.of(String.valueOf(e.getMessage())));
  }

  /** Returns the array with what was read last; valid until the next reading. */
  byte[] array() {
    return array;
  }

  /** Returns how many bytes were read, those that could not be read among them. */
  int length() {
    return length;
  }

  /** Returns why some of it could not be read; empty if all could. */
  Optional<String> unreadable() {
    return unreadable;
  }
}
