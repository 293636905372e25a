package org.robustmqtt.codec;

/**
 * A growing array that packets are written into, one after another. Reused: writing allocates only
 * when the array has to grow. Not safe for several threads.
 */
public final class WriteBuffer {
  private byte[] bytes;
  private int length;

  /**
   * Makes an empty buffer.
   *
   * @param capacity the size to begin with, in bytes
   */
  public WriteBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  /** Returns the array; valid are the first {@link #length()} bytes, until the next write. */
  public byte[] array() {
    return bytes;
  }

  /** Returns how many bytes have been written. */
  public int length() {
    return length;
  }

  /** Forgets what was written; the array stays. */
  public void clear() {
    length = 0;
  }
}
