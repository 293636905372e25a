package org.robustmqtt.client.link;

import java.util.Arrays;
import org.robustmqtt.client.door.Loop;

/**
 * Answers of the journal on their way to the session: put in by any thread, taken out on the loop,
 * in order, without an object for each. The lock is held for a few instructions only.
 */
final class Answers {
  private static final int SMALLEST = 16;

  private final Loop loop;
  private final Runnable drain;

  // Guarded by this.
  private long[] tokens = new long[SMALLEST];
  private boolean[] written = new boolean[SMALLEST];
  private int count;
  private boolean scheduled;

  // On the loop only: what is being given to the session, reused.
  private long[] takenTokens = new long[SMALLEST];
  private boolean[] takenWritten = new boolean[SMALLEST];

  /**
   * Makes an empty queue.
   *
   * @param drain called on the loop when answers came from another thread
   */
  Answers(Loop loop, Runnable drain) {
    this.loop = loop;
    this.drain = drain;
  }

  /**
   * Puts in an answer. Any thread.
   *
   * @param drained whether the caller is on the loop and will take it out without being called
   */
  void put(long token, boolean ok, boolean drained) {
    boolean schedule;
    synchronized (this) {
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
        written = Arrays.copyOf(written, 2 * count);
      }
      tokens[count] = token;
      written[count] = ok;
      count++;
      schedule = !drained && !scheduled;
      scheduled |= schedule;
    }
    if (schedule) {
      loop.execute(drain);
    }
  }

  /** Takes out what is there; returns whether there was anything. On the loop. */
  boolean take(Receiver receiver) {
    assert loop.isCurrent() : "not on the loop";
    int taken;
    synchronized (this) {
      scheduled = false;
      taken = count;
      if (taken == 0) {
        return false;
      }
      long[] freeTokens = takenTokens;
      boolean[] freeWritten = takenWritten;
      takenTokens = tokens;
      takenWritten = written;
      tokens = freeTokens;
      written = freeWritten;
      count = 0;
    }
    for (int i = 0; i < taken; i++) {
      receiver.written(takenTokens[i], takenWritten[i]);
    }
    return true;
  }

  /** Is given the answers. */
  interface Receiver {
    void written(long token, boolean ok);
  }
}
