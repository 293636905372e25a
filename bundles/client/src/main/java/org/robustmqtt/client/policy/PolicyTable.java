package org.robustmqtt.client.policy;

import java.util.List;
import java.util.function.Function;

/**
 * Which policy a topic has: always the same one, as long as the table is in use.
 *
 * @param policies all policies, each with a name of its own; the first is for what no policy names
 * @param byTopic finds one of these for a topic; pure
 */
public record PolicyTable(List<DeliveryPolicy> policies, Function<String, DeliveryPolicy> byTopic) {
  /** One policy for everything. */
  public static final PolicyTable SINGLE =
      new PolicyTable(List.of(DeliveryPolicy.DEFAULT), topic -> DeliveryPolicy.DEFAULT);

  /** Returns the policy of a topic. */
  public DeliveryPolicy of(String topic) {
    return byTopic.apply(topic);
  }
}
