package org.robustmqtt.client.outbox;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;

/** The policies that messages may name. Safe for several threads. */
final class PolicyNames {
  private static final Log LOG = Log.of(Outbox.class);

  private final String connection;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private volatile PolicyTable table;

  PolicyNames(String connection, PolicyTable table) {
    this.connection = connection;
    this.table = table;
  }

  void table(PolicyTable other) {
    table = other;
  }

  private Optional<String> unknown(Message message) {
    return message.policy().filter(label -> table.named(label).isEmpty());
  }

  /** Returns what is wrong with the policy that a message names, if anything. */
  Optional<String> refusal(Message message) {
    return unknown(message)
        .map(
            label ->
                "unknown policy \""
                    + label
                    + "\"; there are: "
                    + table.policies().stream()
                        .map(DeliveryPolicy::name)
                        .sorted()
                        .collect(Collectors.joining(", ")));
  }

  /** A message was found that may name a policy that is gone. Not under the lock. */
  void found(Message message) {
    unknown(message)
        .filter(told::add)
        .ifPresent(
            label ->
                LOG.warn(
                    "connection {}: messages that were found name the policy \"{}\", which is gone;"
                        + " they have the policy of their topic",
                    connection,
                    label));
  }
}
