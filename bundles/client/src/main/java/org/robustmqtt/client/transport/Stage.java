package org.robustmqtt.client.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A step on the way of the bytes between codec and network: it makes other bytes of those that come
 * through, and hands them to the stage below. The lowest is the channel itself. No stage waits, and
 * none has more on hand than a few records. On the loop only.
 */
interface Stage {
  /** Reads what is there; -1 at the end of what the other side says. */
  int read(ByteBuffer into) throws IOException;

  /**
   * Takes what it can of these bytes, and hands on what it took before.
   *
   * @return how many of all bytes taken so far have come, in this call, into the hands of the
   *     operating system with everything that the other side needs to read them
   */
  int write(ByteBuffer from) throws IOException;

  /** Returns whether bytes were taken that are not in the hands of the operating system yet. */
  boolean holding();

  /** Returns whether it goes on only when the channel can be written again. */
  boolean blocked();

  /** Returns whether reading would lead to something now. */
  boolean wantsRead();

  /** Returns how many bytes of any kind the operating system has taken. */
  long taken();

  /** Returns how many bytes of any kind came from the operating system. */
  long came();

  /** Says goodbye if that is the custom and can be done at once, and closes. */
  void close();
}
