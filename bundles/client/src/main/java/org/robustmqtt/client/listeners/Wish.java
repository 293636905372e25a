package org.robustmqtt.client.listeners;

import org.robustmqtt.QoS;

/**
 * How a filter is wanted at the broker.
 *
 * @param qos the highest quality of service that a listener asks for
 * @param identifier the subscription identifier that tells its copies from those of overlapping
 *     filters, 1 to 268,435,455; 0 if no wanted filter overlaps it
 */
public record Wish(QoS qos, int identifier) {
  // Written out: Java 17 keeps the class loader of the record whose generated equals was linked
  // last (JDK-8078641), and with it the bundle after it was replaced.
  @Override
  public boolean equals(Object other) {
    return other instanceof Wish wish && qos == wish.qos && identifier == wish.identifier;
  }

  @Override
  public int hashCode() {
    return 31 * qos.hashCode() + identifier;
  }
}
