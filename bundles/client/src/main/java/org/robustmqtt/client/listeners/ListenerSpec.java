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
 * @param manual whether it acknowledges by hand
 * @param asked what it says itself of the messages; the rest is as the connection says
 */
public record ListenerSpec(
    String owner, List<TopicFilter> filters, boolean manual, InboundRule asked) {
  /** Checks and copies. */
  public ListenerSpec {
    Objects.requireNonNull(owner);
    Objects.requireNonNull(asked);
    filters = List.copyOf(filters);
    if (filters.isEmpty()) {
      throw new IllegalArgumentException(owner + ": no filter");
    }
  }

  /** Makes one that says the quality of service, and nothing else of the messages. */
  public ListenerSpec(String owner, List<TopicFilter> filters, QoS qos, boolean manual) {
    this(owner, filters, manual, InboundRule.ofQos(qos));
  }
}
