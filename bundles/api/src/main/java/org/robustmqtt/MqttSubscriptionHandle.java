package org.robustmqtt;

import org.osgi.annotation.versioning.ProviderType;

/** A subscription made by {@link RobustMqttConnection#subscribe}. */
@ProviderType
public interface MqttSubscriptionHandle extends AutoCloseable {
  /**
   * Ends the calls of the listener; the filter stays subscribed at the broker for a while. Never
   * throws.
   */
  @Override
  void close();
}
