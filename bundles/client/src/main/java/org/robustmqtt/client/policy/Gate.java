package org.robustmqtt.client.policy;

import org.robustmqtt.Message;
import org.robustmqtt.spi.Admission;

/** What another bundle decides of messages before they are accepted. Safe for several threads. */
public interface Gate {
  /** Decides nothing. */
  Gate OPEN =
      new Gate() {
        @Override
        public Admission admit(Message message, String policy) {
          return Admission.keep();
        }

        @Override
        public boolean isOnline() {
          return true;
        }
      };

  /**
   * Decides, in the thread of the publisher; not under a lock. Does not throw.
   *
   * @param policy the name of the policy that the message has
   */
  Admission admit(Message message, String policy);

  /** Returns whether the connection is online. */
  boolean isOnline();
}
