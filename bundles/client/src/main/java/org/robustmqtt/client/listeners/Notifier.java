package org.robustmqtt.client.listeners;

import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.OutcomeListener;
import org.robustmqtt.whiteboard.Settlement;

/**
 * Tells outcomes and changes of state to the listeners registered for a connection, each on a lane
 * of its own. Safe for several threads.
 */
public final class Notifier {
  /** Makes a notifier without listeners. */
  public Notifier(Lanes lanes) {
    throw new UnsupportedOperationException();
  }

  /** Adds a listener; closing takes it away. */
  public Registration addOutcomeListener(String owner, OutcomeListener listener) {
    throw new UnsupportedOperationException();
  }

  /** Adds a listener, which hears the present status first; closing takes it away. */
  public Registration addConnectionListener(String owner, ConnectionListener listener) {
    throw new UnsupportedOperationException();
  }

  /** Tells an outcome. */
  public void settled(Settlement settlement) {
    throw new UnsupportedOperationException();
  }

  /** Tells a status. */
  public void changed(ConnectionStatus status) {
    throw new UnsupportedOperationException();
  }
}
