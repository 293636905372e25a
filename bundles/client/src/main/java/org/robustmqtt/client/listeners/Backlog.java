package org.robustmqtt.client.listeners;

import java.util.Optional;
import java.util.function.IntSupplier;
import org.robustmqtt.client.door.Loop;

/**
 * What is known of the age of what comes. MQTT does not say when a message was published: not in
 * 3.1.1, and in 5 only how long it is still of use. But a broker that holds nothing back sends what
 * is published at once, so what comes then is of now. It may hold something back
 *
 * <ul>
 *   <li>on a connection on which our session was resumed: what it queued while we were away;
 *   <li>while {@value #WINDOW} messages or more are with us unacknowledged: its window may be full.
 * </ul>
 *
 * <p>until a ping is answered, with fewer than so many not acknowledged before the ping or come
 * before its answer: then its window was not full, and its queue empty. Until then what comes was
 * published at the earliest when this was so last. In a new session nothing is held back. On the
 * loop.
 */
final class Backlog {
  /**
   * Fewer unacknowledged messages than this fit the window of every broker, as it is configured by
   * default: RabbitMQ 10, Mosquitto and VerneMQ 20, EMQX 32.
   */
  static final int WINDOW = 10;

  /** How long after a resume the first ping goes: a broker may be slow to begin. */
  static final long SETTLE_NANOS = 1_000_000_000L;

  /** How long until the next ping. */
  static final long AGAIN_NANOS = 250_000_000L;

  /**
   * When a message was published at the earliest.
   *
   * @param queued whether the broker may have queued it during an outage
   * @param known whether anything is known
   * @param since the time of the clock at the earliest; means nothing where that is not known
   * @param wallMillis the same in wall time, which goes on while the machine sleeps
   */
  record Origin(boolean queued, boolean known, long since, long wallMillis) {
    /** It was new when it came, whenever that is. */
    static final Origin NEW = new Origin(false, true, 0, 0);

    /** Nothing is known. */
    static final Origin UNKNOWN = new Origin(false, false, 0, 0);
  }

  private final LoopPost post;

  /** Returns how many messages are not acknowledged. */
  private final IntSupplier unacknowledged;

  /** Asks for a ping; returns how many more messages are not acknowledged. */
  private final IntSupplier ping;

  private boolean needed;
  private boolean online;

  /** Whether the broker holds nothing back. */
  private boolean clear;

  /** What is known of a message that comes now, if it may have been held back. */
  private Origin heldBack = Origin.UNKNOWN;

  /** Whether a ping is out, and what is not acknowledged or came since. */
  private boolean out;

  private int held;
  private Optional<Loop.Timer> timer = Optional.empty();

  Backlog(LoopPost post, IntSupplier unacknowledged, IntSupplier ping) {
    this.post = post;
    this.unacknowledged = unacknowledged;
    this.ping = ping;
  }

  /** Somebody wants to know the age of messages, or nobody: then there are no pings. */
  void needed(boolean now) {
    needed = now;
    look(SETTLE_NANOS);
  }

  /** A connection begins. */
  void begin(boolean resumed) {
    online = true;
    clear = !resumed;
    heldBack = new Origin(true, heldBack.known, heldBack.since, heldBack.wallMillis);
    look(SETTLE_NANOS);
  }

  /**
   * The connection is lost.
   *
   * @param heard when something was read last
   * @param heardMillis the same in wall time
   */
  void lost(long heard, long heardMillis) {
    if (clear) {
      heldBack = new Origin(true, true, heard, heardMillis);
    }
    online = false;
    clear = false;
    out = false;
    timer.ifPresent(Loop.Timer::cancel);
    timer = Optional.empty();
  }

  /** A message comes; returns when it was published at the earliest. */
  Origin came(long now, long wall) {
    held++;
    if (clear && unacknowledged.getAsInt() >= WINDOW) {
      clear = false;
      heldBack = new Origin(false, true, now, wall);
      look(AGAIN_NANOS);
    }
    return clear ? Origin.NEW : heldBack;
  }

  /** The answer to a ping came. */
  void answered() {
    if (!out) {
      return;
    }
    out = false;
    clear |= held < WINDOW;
    look(AGAIN_NANOS);
  }

  /** A timer may be missing. */
  void lookAgain() {
    look(AGAIN_NANOS);
  }

  private void look(long nanos) {
    if (online && needed && !clear && !out && timer.isEmpty()) {
      timer = Optional.of(post.schedule(nanos, this::ask));
    }
  }

  private void ask() {
    timer = Optional.empty();
    if (online && needed && !clear && !out) {
      // behind the acknowledgements of what is done
      post.post(this::pingNow);
    }
  }

  private void pingNow() {
    if (online && !clear && !out) {
      out = true;
      held = unacknowledged.getAsInt();
      held += ping.getAsInt();
    }
  }
}
