package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.robustmqtt.client.door.Log;

/**
 * Brings listeners and connections together, whichever comes first. Safe for several threads; no
 * call waits. A listener that is taken away is not called any more; the filters it wanted stay
 * wanted, so that a bundle that is restarted misses nothing.
 */
final class Whiteboard {
  private static final Log LOG = Log.of(Whiteboard.class);

  private final Map<String, Rooms> connections = new ConcurrentHashMap<>();
  private final List<Listening> listeners = new CopyOnWriteArrayList<>();
  private volatile Runnable changed = () -> {};

  /** Says who is told that {@link #faults} may have changed; must not block. */
  void onChange(Runnable told) {
    changed = told;
  }

  /** Adds a listener to the connections it means, now and later. */
  void add(Listening listener) {
    listeners.add(listener);
    report(listener, List.of());
    connections.forEach(listener::attach);
  }

  /** A listener asks for something else now; what is the same stays as it is. */
  void change(Listening listener, ListenerReader.Asked asked) {
    List<String> before = listener.asked().faults();
    if (listener.change(asked, connections)) {
      report(listener, before);
    }
  }

  /** Takes a listener away: no call begins afterwards. */
  void remove(Listening listener) {
    listeners.remove(listener);
    listener.close();
    if (!listener.asked().good()) {
      changed.run();
    }
  }

  /** A connection is there. */
  void join(String name, Rooms rooms) {
    connections.put(name, rooms);
    listeners.forEach(listener -> listener.attach(name, rooms));
  }

  /** A connection goes. */
  void leave(String name) {
    connections.remove(name);
    listeners.forEach(listener -> listener.detach(name));
  }

  /** Returns what is wrong with the listeners that mean a connection, a line each. */
  List<String> faults(String connection) {
    List<String> lines = new ArrayList<>();
    for (Listening listener : listeners) {
      if (listener.asked().means(connection)) {
        lines.addAll(listener.asked().faults());
      }
    }
    return lines;
  }

  private void report(Listening listener, List<String> before) {
    List<String> faults = listener.asked().faults();
    if (faults.equals(before)) {
      return;
    }
    if (!faults.isEmpty()) {
      LOG.warn("A listener is not called: {}", String.join("; ", faults));
    }
    changed.run();
  }
}
