package org.robustmqtt.client.policy;

import java.util.List;
import java.util.function.Function;

/** Which policy a topic has: always the same one, as long as the table is in use. */
public final class PolicyTable {
  /** One policy for everything. */
  public static final PolicyTable SINGLE =
      new PolicyTable(List.of(DeliveryPolicy.DEFAULT), topic -> DeliveryPolicy.DEFAULT);

  private final List<DeliveryPolicy> policies;
  private final Function<String, DeliveryPolicy> byTopic;

  /**
   * Makes a table.
   *
   * @param policies all policies, each with a name of its own; the first is for what no policy
   *     names
   * @param byTopic finds one of these for a topic; pure
   */
  public PolicyTable(List<DeliveryPolicy> policies, Function<String, DeliveryPolicy> byTopic) {
    this.policies = List.copyOf(policies);
    this.byTopic = byTopic;
  }

  /** Returns all policies; the first is for what no policy names. */
  public List<DeliveryPolicy> policies() {
    return policies;
  }

  /** Returns the policy of a topic. */
  public DeliveryPolicy of(String topic) {
    return byTopic.apply(topic);
  }
}
