package org.robustmqtt.client.listeners;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.OutcomeListener;
import org.robustmqtt.whiteboard.Settlement;

/**
 * Tells outcomes and changes of state to the listeners registered for a connection, each on a lane
 * of its own. Safe for several threads.
 *
 * <p>Bounded: at most {@value #OUTCOMES} outcomes and {@value #STATES} states wait for one
 * listener; of one that does not keep up the oldest are dropped, with one WARN until it has caught
 * up.
 */
public final class Notifier {
  /** How many outcomes wait for one listener at the most. */
  static final int OUTCOMES = 10_000;

  /** How many states wait for one listener at the most. */
  static final int STATES = 100;

  private final Lanes lanes;
  private final List<Mailbox<Settlement>> outcomeListeners = new CopyOnWriteArrayList<>();
  private final List<Mailbox<ConnectionStatus>> connectionListeners = new CopyOnWriteArrayList<>();

  /** Outcomes that wait for {@link #tellHeld}, oldest first; guarded by this. */
  private final Deque<Settlement> held = new ArrayDeque<>();

  /** Written under the monitor. */
  private volatile boolean holding;

  /** The last status told, for those that come later; guarded by this. */
  private ConnectionStatus last;

  /** Makes a notifier without listeners. */
  public Notifier(Lanes lanes) {
    this.lanes = lanes;
  }

  /** Adds a listener; closing takes it away. */
  public Registration addOutcomeListener(String owner, OutcomeListener listener) {
    Mailbox<Settlement> mailbox =
        new Mailbox<>(owner, OUTCOMES, listener::settled, lanes.lane(), outcomeListeners::remove);
    outcomeListeners.add(mailbox);
    return mailbox;
  }

  /** Adds a listener, which hears the present status first; closing takes it away. */
  public synchronized Registration addConnectionListener(
      String owner, ConnectionListener listener) {
    Mailbox<ConnectionStatus> mailbox =
        new Mailbox<>(owner, STATES, listener::changed, lanes.lane(), connectionListeners::remove);
    if (last != null) {
      mailbox.put(last);
    }
    connectionListeners.add(mailbox);
    return mailbox;
  }

  /**
   * Holds outcomes from now on, at most {@value #OUTCOMES}, the newest: the listeners that were
   * there before the connection are not attached yet.
   */
  public synchronized void holdOutcomes() {
    holding = true;
  }

  /** Tells the outcomes that were held, in their order, and from now on at once. */
  public synchronized void tellHeld() {
    held.forEach(this::put);
    held.clear();
    holding = false;
  }

  /** Returns whether somebody hears, or may yet hear, an outcome that is told now. */
  public boolean hearsOutcomes() {
    return holding || !outcomeListeners.isEmpty();
  }

  /** Tells an outcome. */
  public void settled(Settlement settlement) {
    if (!holding || !hold(settlement)) {
      put(settlement);
    }
  }

  /** Returns whether it is held: it may have ended meanwhile. */
  private synchronized boolean hold(Settlement settlement) {
    if (holding) {
      if (held.size() == OUTCOMES) {
        held.remove();
      }
      held.add(settlement);
    }
    return holding;
  }

  private void put(Settlement settlement) {
    for (Mailbox<Settlement> mailbox : outcomeListeners) {
      mailbox.put(settlement);
    }
  }

  /** Tells a status. */
  public synchronized void changed(ConnectionStatus status) {
    last = status;
    for (Mailbox<ConnectionStatus> mailbox : connectionListeners) {
      mailbox.put(status);
    }
  }
}
