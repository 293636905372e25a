package org.robustmqtt.client.listeners;

import java.util.List;
import java.util.Objects;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/**
 * What a listener asks for.
 *
 * @param owner names bundle and service, for messages to people
 * @param filters at least one
 * @param qos the highest quality of service wanted
 * @param manual whether it acknowledges by hand
 */
public record ListenerSpec(String owner, List<TopicFilter> filters, QoS qos, boolean manual) {
  /** Checks and copies. */
  public ListenerSpec {
    Objects.requireNonNull(owner);
    Objects.requireNonNull(qos);
    filters = List.copyOf(filters);
    if (filters.isEmpty()) {
      throw new IllegalArgumentException(owner + ": no filter");
    }
  }
}
