package org.robustmqtt.persistence.door;

import java.io.IOException;
import java.util.Optional;

/**
 * Memory that outlives the process, but not the machine: files that are mapped. For staging buffers
 * only; the journals themselves are never mapped. Safe for several threads.
 */
public interface SharedMemory {
  /** Returns why there is none, a part of a sentence; empty if there is. Never waits. */
  Optional<String> absent();

  /** Returns what this run of the machine is told by: another after each restart. */
  String boot();

  /** Returns 16 bytes that nobody else has. */
  byte[] id();

  /** Returns what the folder of a journal is told by, device and inode where there are any. */
  String folder(java.nio.file.Path folder) throws IOException;

  /**
   * Makes a part, for its owner only, and locks it for as long as it is open. One of that name must
   * not be there.
   *
   * @param size how many bytes have memory at once; all are zero
   * @param most how many it may ever have
   * @throws IOException if there is one of that name, or no memory, or the place is not ours
   */
  Part make(String name, int size, int most) throws IOException;

  /**
   * Opens and locks a part that is there.
   *
   * @param most how many bytes it may ever have
   * @return empty if there is none
   * @throws IOException if another process holds it, or the place is not ours
   */
  Optional<Part> open(String name, int most) throws IOException;

  /** Deletes a part; nothing happens if there is none. Whoever has it open still has its bytes. */
  void delete(String name) throws IOException;

  /** Returns how many parts were closed whose memory the system does not have back yet. */
  int lingering();

  /** A part that is open. What is put is there when the process ends, whenever it ends. */
  interface Part extends AutoCloseable {
    /** Returns how many bytes have memory. */
    int size();

    /** Gives it more memory, all zero. Fails if there is none; nothing has changed then. */
    void grow(int size) throws IOException;

    /** Copies bytes in. */
    void put(int at, byte[] bytes, int from, int length);

    /** Puts a byte, after all that was put before. */
    void put(int at, byte value);

    /** Puts eight bytes in one piece, at a multiple of eight, before all that is put after. */
    void put(int at, long value);

    /** Returns a byte. */
    byte get(int at);

    /** Returns a copy of all bytes that have memory. */
    byte[] bytes();

    /** Returns whether it is still found under its name. Asks the system. */
    boolean isInPlace();

    /** Unlocks it; it is not used after that. May be called more than once. */
    @Override
    void close();
  }
}
