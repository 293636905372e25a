package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Loop;

/**
 * Stops the reading from the broker while listeners have more than they can take (delivery-rules
 * 6). On the loop.
 *
 * <ul>
 *   <li>QoS 0: a listener whose inbox is full stops it for a short time, at most once until it has
 *       caught up; what it has not taken by then is its own loss, and the others go on.
 *   <li>QoS 1 and 2, where the broker knows no receive maximum (MQTT 3.1.1) or does not heed it:
 *       bytes given to listeners and not acknowledged stop it. That ends with the time of the
 *       handlers. In MQTT 5 one packet is read now and then all the same: a broker that floods us
 *       may have answers among what it sends.
 * </ul>
 */
final class Brake {
  private final LoopPost loop;

  /** Told whether reading is wanted, whenever that changes. */
  private final Consumer<Boolean> reading;

  private final Set<Hearer> full = new LinkedHashSet<>();
  private Optional<Loop.Timer> end = Optional.empty();
  private boolean braking;

  // valid as long as the connection
  private long longestNanos;
  private long sipNanos;
  private boolean boundsHeld;

  /** Whether one packet is to be read although too much is held. */
  private boolean sipping;

  private Optional<Loop.Timer> sip = Optional.empty();

  // partly longer than the connection
  private long heldBytes;

  private long maxBytes;

  Brake(LoopPost loop, long maxBytes, Consumer<Boolean> reading) {
    this.loop = loop;
    this.maxBytes = maxBytes;
    this.reading = reading;
  }

  /** Returns how many bytes may wait for one listener. */
  long maxBytes() {
    return maxBytes;
  }

  void maxBytes(long bytes) {
    maxBytes = bytes;
    decide();
  }

  /**
   * A connection begins.
   *
   * @param longest how long QoS 0 may stop the reading, in nanoseconds
   * @param held whether unacknowledged bytes may, from the beginning
   */
  void begin(long longest, boolean held) {
    longestNanos = longest;
    boundsHeld = held;
    decide();
  }

  /**
   * The broker does not heed our receive maximum: from now on unacknowledged bytes stop the reading
   * on this connection.
   *
   * @param sipEvery after how many nanoseconds one packet is read all the same
   */
  void boundHeld(long sipEvery) {
    boundsHeld = true;
    sipNanos = sipEvery;
    decide();
  }

  /**
   * The connection is gone: there is nothing to be stopped.
   *
   * @param lasting how many unacknowledged bytes listeners keep, see {@link #held}
   */
  void lost(long lasting) {
    longestNanos = 0;
    sipNanos = 0;
    boundsHeld = false;
    heldBytes = lasting;
    full.clear();
    decide();
  }

  /** Returns whether the reading stops until this listener has room; if not, it has to drop. */
  boolean stopsFor(Hearer hearer) {
    if (longestNanos == 0) {
      return false;
    }
    full.add(hearer);
    decide();
    return true;
  }

  /** The listener has room, or is gone. */
  void relieved(Hearer hearer) {
    if (full.remove(hearer)) {
      decide();
    }
  }

  /** So many bytes more, or less, are with listeners and not acknowledged. */
  void held(long bytes) {
    heldBytes += bytes;
    if (boundsHeld) {
      sipping &= bytes < 0;
      decide();
    }
  }

  /** A timer may be missing. */
  void lookAgain() {
    decide();
  }

  private void decide() {
    if (full.isEmpty()) {
      end.ifPresent(Loop.Timer::cancel);
      end = Optional.empty();
    } else if (end.isEmpty()) {
      end = Optional.of(loop.schedule(longestNanos, this::timeIsUp));
    }
    boolean over = boundsHeld && heldBytes > maxBytes;
    sipping &= over;
    sipWhile(over && !sipping);
    boolean brake = !full.isEmpty() || over && !sipping;
    if (brake != braking) {
      braking = brake;
      reading.accept(!brake);
    }
  }

  private void sipWhile(boolean stopped) {
    if (stopped && sipNanos > 0 && sip.isEmpty()) {
      sip = Optional.of(loop.schedule(sipNanos, this::sip));
    } else if (!stopped) {
      sip.ifPresent(Loop.Timer::cancel);
      sip = Optional.empty();
    }
  }

  private void sip() {
    sip = Optional.empty();
    sipping = true;
    decide();
  }

  private void timeIsUp() {
    end = Optional.empty();
    List<Hearer> slow = new ArrayList<>(full);
    full.clear();
    slow.forEach(Hearer::tooSlow);
    decide();
  }
}
