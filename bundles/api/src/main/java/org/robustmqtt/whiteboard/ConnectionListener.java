package org.robustmqtt.whiteboard;

import org.osgi.annotation.versioning.ConsumerType;
import org.robustmqtt.ConnectionStatus;

/** Hears the changes of state of connections. */
@ConsumerType
@FunctionalInterface
public interface ConnectionListener {
  /**
   * Called on a listener thread after the state changed, in order; at registration with the present
   * one.
   */
  void changed(ConnectionStatus status);
}
