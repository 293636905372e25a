package org.robustmqtt.whiteboard;

import org.osgi.annotation.versioning.ConsumerType;
import org.robustmqtt.ReceivedMessage;

/**
 * Hears messages. Registering it as a service with the property {@link ListenerProperties#TOPICS}
 * is subscribing; unregistering it is not unsubscribing at the broker.
 */
@ConsumerType
@FunctionalInterface
public interface MessageListener {
  /**
   * Called for each message that matches, on a listener thread, one at a time and in the order of
   * arrival for each listener. Every method of the connection may be called from here, except those
   * that wait. What it throws is reported and counted; the message counts as dealt with. It has 30
   * seconds.
   */
  void received(ReceivedMessage message);
}
