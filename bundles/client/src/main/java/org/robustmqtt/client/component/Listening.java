package org.robustmqtt.client.component;

import java.util.HashMap;
import java.util.Map;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/**
 * One listener, with its registrations at the connections. Safe for several threads: its own lock
 * is held for calls that only enqueue.
 */
final class Listening {
  /** Registers a listener, as it asks, at the rooms of a connection. */
  @FunctionalInterface
  interface Way {
    Registration into(Rooms rooms, ListenerReader.Asked asked);
  }

  private record Attached(Rooms rooms, Registration registration) {}

  private final Way way;
  private final Map<String, Attached> attached = new HashMap<>();
  private volatile ListenerReader.Asked asked;
  private boolean closed;

  private Listening(Way way, ListenerReader.Asked asked) {
    this.way = way;
    this.asked = asked;
  }

  static Listening messages(MessageListener listener, ListenerReader.Asked asked) {
    return new Listening(
        (rooms, wish) -> rooms.listen(wish.spec().orElseThrow(), listener)::close, asked);
  }

  static Listening outcomes(OutcomeListener listener, ListenerReader.Asked asked) {
    return new Listening((rooms, wish) -> rooms.listenOutcomes(wish.owner(), listener), asked);
  }

  static Listening states(ConnectionListener listener, ListenerReader.Asked asked) {
    return new Listening((rooms, wish) -> rooms.listenStates(wish.owner(), listener), asked);
  }

  /** Returns what it asks for. */
  ListenerReader.Asked asked() {
    return asked;
  }

  /** Registers at a connection, if that is meant and not done. */
  synchronized void attach(String name, Rooms rooms) {
    Attached present = attached.get(name);
    if (closed || !asked.good() || !asked.means(name)) {
      return;
    }
    if (present == null || present.rooms != rooms) {
      attached.put(name, new Attached(rooms, way.into(rooms, asked)));
    }
  }

  /** Unregisters from a connection. */
  synchronized void detach(String name) {
    Attached present = attached.remove(name);
    if (present != null) {
      present.registration.close();
    }
  }

  /**
   * Asks for something else. Where a connection stays meant, the new registration is made before
   * the old one ends, so that no filter is without a listener in between.
   *
   * @return whether it is something else
   */
  synchronized boolean change(ListenerReader.Asked other, Map<String, Rooms> connections) {
    if (other.equals(asked)) {
      return false;
    }
    boolean same = other.spec().equals(asked.spec());
    asked = other;
    Map<String, Attached> old = new HashMap<>(attached);
    if (same && other.good()) {
      attached.keySet().removeIf(name -> !other.means(name));
      attached.keySet().forEach(old::remove);
    } else {
      attached.clear();
    }
    connections.forEach(this::attach);
    old.values().forEach(gone -> gone.registration.close());
    return true;
  }

  /** Unregisters everywhere, for good. */
  synchronized void close() {
    closed = true;
    attached.values().forEach(present -> present.registration.close());
    attached.clear();
  }
}
