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
 *   <li>QoS 1 and 2, in MQTT 3.1.1 only: there the broker knows no receive maximum, so that bytes
 *       given to listeners and not acknowledged stop it. That ends with the time of the handlers.
 * </ul>
 */
final class Brake {
  private final Loop loop;

  /** Told whether reading is wanted, whenever that changes. */
  private final Consumer<Boolean> reading;

  private final Set<Hearer> full = new LinkedHashSet<>();
  private Optional<Loop.Timer> end = Optional.empty();
  private boolean braking;

  // valid as long as the connection
  private long longestNanos;
  private boolean boundsHeld;
  private long heldBytes;

  private long maxBytes;

  Brake(Loop loop, long maxBytes, Consumer<Boolean> reading) {
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
   * @param held whether unacknowledged bytes may
   */
  void begin(long longest, boolean held) {
    longestNanos = longest;
    boundsHeld = held;
  }

  /** The connection is gone: there is nothing to be stopped. */
  void lost() {
    longestNanos = 0;
    boundsHeld = false;
    heldBytes = 0;
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
      decide();
    }
  }

  private void decide() {
    if (full.isEmpty()) {
      end.ifPresent(Loop.Timer::cancel);
      end = Optional.empty();
    } else if (end.isEmpty()) {
      end = Optional.of(loop.schedule(longestNanos, this::timeIsUp));
    }
    boolean brake = !full.isEmpty() || boundsHeld && heldBytes > maxBytes;
    if (brake != braking) {
      braking = brake;
      reading.accept(!brake);
    }
  }

  private void timeIsUp() {
    end = Optional.empty();
    List<Hearer> slow = new ArrayList<>(full);
    full.clear();
    slow.forEach(Hearer::tooSlow);
    decide();
  }
}
