package org.robustmqtt.client.link;

import org.robustmqtt.client.door.Net;
import org.robustmqtt.client.transport.Transport;

/**
 * When something last moved on the line, in either direction. On the loop only.
 *
 * <p>Bytes that come are a sign of life, whether or not a packet is complete. Bytes that the
 * operating system takes are one only if it had taken no more before: then the other side has
 * confirmed some; else they only went into its buffer. When it has taken the last of them, that
 * buffer is full, and something still moves for as long as it needs at the speed that was seen.
 */
final class LifeSigns {
  private long mostNanos;
  private long last;
  private long came;
  private long taken;
  private boolean blocked;
  private long blockedSince;
  private long blockedAt;

  /**
   * Begins.
   *
   * @param most how long a full buffer of the operating system is waited for
   */
  void start(Transport transport, long now, long most) {
    mostNanos = most;
    last = now;
    blocked = false;
    note(transport, now);
  }

  void look(Transport transport, long now) {
    if (transport.came() != came || blocked && transport.taken() != taken) {
      last = Math.max(last, now);
    }
    if (blocked && !transport.blocked()) {
      last = Math.max(last, now + emptied(transport.taken() - blockedAt, now - blockedSince));
    }
    note(transport, now);
  }

  /** How long a full buffer takes at this speed. */
  private long emptied(long bytes, long nanos) {
    return bytes == 0 ? 0 : (long) Math.min(mostNanos, (double) Net.BUFFERED * nanos / bytes);
  }

  private void note(Transport transport, long now) {
    came = transport.came();
    taken = transport.taken();
    if (transport.blocked() && !blocked) {
      blockedSince = now;
      blockedAt = taken;
    }
    blocked = transport.blocked();
  }

  /** Returns the time of the last one; in the future if one is sure to come. */
  long last() {
    return last;
  }
}
